"""Addresses of the ledger: importing yearly ledgers, closing years."""

from django.urls import path

from courses.views import hours_imports, years

IMPORT = "learning/office/hours-import/"
YEARS = "learning/office/years/"

urlpatterns = [
    path(IMPORT, hours_imports.hours_import, name="hours_import"),
    path(f"{IMPORT}<int:pk>/", hours_imports.preview, name="hours_import_preview"),
    path(f"{IMPORT}<int:pk>/commit/", hours_imports.commit, name="hours_import_commit"),
    path(f"{IMPORT}<int:pk>/discard/", hours_imports.discard, name="hours_import_discard"),
    path(YEARS, years.years, name="years"),
    path(f"{YEARS}<int:year>/", years.year, name="year"),
    path(f"{YEARS}<int:year>/close/", years.year_close, name="year_close"),
]
