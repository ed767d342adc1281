"""Addresses: lists, exports, printed profiles."""

from django.urls import path

from staffing.views import exports, pdf, people_list

urlpatterns = [
    path("people/", people_list.people, name="people"),
    path("people/search/", people_list.search, name="people_search"),
    path("people/export/", exports.people_export, name="people_export"),
    path("postings/export/", exports.postings_export, name="postings_export"),
    path("exports/<uuid:pk>/", exports.download, name="export_download"),
    path("units/<str:code>/profile.pdf", pdf.unit_pdf, name="unit_pdf"),
]
