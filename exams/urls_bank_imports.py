"""Addresses of question imports and exports."""

from django.urls import path

from exams.views import bank_exports, bank_imports

urlpatterns = [
    path("exams/banks/<str:code>/import/", bank_imports.upload, name="bank_import"),
    path("exams/banks/<str:code>/export/", bank_exports.export, name="bank_export"),
    path("exams/bank-imports/<uuid:pk>/", bank_imports.show, name="question_import"),
    path("exams/bank-imports/<uuid:pk>/commit/", bank_imports.commit, name="question_import_commit"),
    path("exams/bank-imports/<uuid:pk>/discard/", bank_imports.discard, name="question_import_discard"),
    path("exams/bank-imports/<uuid:pk>/undo/", bank_imports.undo, name="question_import_undo"),
    path("exams/bank-imports/<uuid:pk>/annotated/", bank_imports.annotated, name="question_import_annotated"),
]
