"""Addresses of signing in and out and of a lecture's attendance."""

from django.urls import path

from courses.views import attendance, attendance_imports, attendance_projector, signing

ONE = "learning/office/sessions/<str:code>/"
ROLL = f"{ONE}attendance/"
SHEET = "learning/office/attendance-imports/<int:pk>/"

urlpatterns = [
    path("learning/sign/<str:token>/", signing.sign, name="sign"),
    path("learning/signed/<int:pk>/", signing.signed, name="signed"),
    path("learning/scan/", signing.scan, name="scan"),
    path(f"{ONE}projector/", attendance_projector.projector, name="projector"),
    path(f"{ONE}projector/code/", attendance_projector.projector_code, name="projector_code"),
    path(ROLL, attendance.attendance, name="attendance"),
    path(f"{ROLL}add/", attendance.attendance_add, name="attendance_add"),
    path(f"{ROLL}settle/", attendance.attendance_settle, name="attendance_settle"),
    path(f"{ROLL}sheet.pdf", attendance.sheet_pdf, name="attendance_sheet_pdf"),
    path(f"{ROLL}sheet.xlsx", attendance.sheet_xlsx, name="attendance_sheet_xlsx"),
    path(f"{ROLL}import/", attendance_imports.attendance_import, name="attendance_import"),
    path(f"{ROLL}<int:pk>/", attendance.attendance_edit, name="attendance_edit"),
    path(SHEET, attendance_imports.attendance_preview, name="attendance_preview"),
    path(f"{SHEET}commit/", attendance_imports.attendance_commit, name="attendance_commit"),
    path(f"{SHEET}discard/", attendance_imports.attendance_discard, name="attendance_discard"),
]
