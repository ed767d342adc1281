"""Addresses of the roster import."""

from django.urls import path

from staffing.views import rosters, rosters_preview, rosters_resolve

urlpatterns = [
    path("rosters/", rosters.imports, name="imports"),
    path("rosters/new/", rosters.upload, name="import_upload"),
    path("rosters/<uuid:pk>/", rosters.show, name="import"),
    path("rosters/<uuid:pk>/mapping/", rosters_preview.mapping, name="import_mapping"),
    path("rosters/<uuid:pk>/preview/", rosters_preview.preview, name="import_preview"),
    path("rosters/<uuid:pk>/changes/", rosters_preview.changes, name="import_changes"),
    path("rosters/<uuid:pk>/compare/", rosters_preview.compare, name="import_compare"),
    path("rosters/<uuid:pk>/resolve/", rosters_resolve.resolve, name="import_resolve"),
    path("rosters/<uuid:pk>/resolve/many/", rosters_resolve.resolve_many, name="import_resolve_many"),
    path("rosters/<uuid:pk>/leavers/", rosters_resolve.leavers, name="import_leavers"),
    path("rosters/<uuid:pk>/commit/", rosters.commit, name="import_confirm"),
    path("rosters/<uuid:pk>/result/", rosters.result, name="import_result"),
    path("rosters/<uuid:pk>/annotated/", rosters.annotated, name="import_annotated"),
    path("rosters/<uuid:pk>/undo/", rosters.undo, name="import_undo"),
    path("rosters/<uuid:pk>/discard/", rosters.discard, name="import_discard"),
    path("rosters/<uuid:pk>/reopen/", rosters.reopen, name="import_reopen"),
]
