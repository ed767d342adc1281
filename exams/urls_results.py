"""Addresses of the register, score sheets and the archive."""

from django.urls import path

from exams.views import archive, results, scores

urlpatterns = [
    path("exams/sittings/<str:code>/register/", results.register, name="register"),
    path("exams/sittings/<str:code>/register/release/", results.release, name="register_release"),
    path("exams/sittings/<str:code>/register/correct/", results.correction, name="register_correct"),
    path("exams/sittings/<str:code>/register/disqualify/<int:pk>/", results.disqualify, name="register_disqualify"),
    path("exams/sittings/<str:code>/register/xlsx/", results.register_xlsx, name="register_xlsx"),
    path("exams/sittings/<str:code>/register/pdf/", results.register_pdf, name="register_pdf"),
    path("exams/sittings/<str:code>/register/<int:number>/", results.edition, name="register_edition"),
    path("exams/sittings/<str:code>/scores/", scores.upload, name="scores_import"),
    path("exams/scores/<uuid:pk>/", scores.preview, name="scores_preview"),
    path("exams/scores/<uuid:pk>/commit/", scores.commit, name="scores_commit"),
    path("exams/scores/<uuid:pk>/discard/", scores.discard, name="scores_discard"),
    path("exams/sittings/<str:code>/archive/", archive.archive, name="archive"),
    path("exams/archives/<uuid:pk>/", archive.download, name="archive_download"),
]
