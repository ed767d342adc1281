"""Addresses of papers, item analysis and challenges."""

from django.urls import path

from exams.views import analysis, challenges, paper_edit, paper_show, papers

ONE = "exams/sittings/<str:code>/"

urlpatterns = [
    path("exams/papers/", papers.listing, name="papers"),
    path("exams/papers/new/", papers.create, name="paper_new"),
    path("exams/papers/<str:code>/", paper_edit.page, name="paper"),
    path("exams/papers/<str:code>/edit/", papers.edit, name="paper_edit"),
    path("exams/papers/<str:code>/copy/", papers.copy, name="paper_copy"),
    path("exams/papers/<str:code>/ready/", papers.ready, name="paper_ready"),
    path("exams/papers/<str:code>/reopen/", papers.reopen, name="paper_reopen"),
    path("exams/papers/<str:code>/retire/", papers.retire, name="paper_retire"),
    path("exams/papers/<str:code>/pick/<int:position>/", paper_edit.pick, name="paper_pick"),
    path("exams/papers/<str:code>/items/<int:pk>/", paper_edit.item, name="paper_item"),
    path("exams/papers/<str:code>/preview/", paper_show.preview, name="paper_preview"),
    path("exams/papers/<str:code>/print/", paper_show.print_page, name="paper_print"),
    path("exams/papers/<str:code>/paper.pdf", paper_show.paper_pdf, name="paper_pdf"),
    path("exams/papers/<str:code>/key.pdf", paper_show.key_pdf, name="paper_key"),
    path(f"{ONE}analysis/", analysis.overview, name="analysis"),
    path(f"{ONE}analysis/<int:position>/", analysis.paper, name="analysis_paper"),
    path(f"{ONE}analysis/<int:position>/export/", analysis.export, name="analysis_export"),
    path(f"{ONE}analysis/<int:position>/<int:version>/", analysis.item, name="analysis_item"),
    path(f"{ONE}challenges/", challenges.listing, name="challenges"),
    path(f"{ONE}challenges/new/", challenges.new, name="challenge_new"),
    path(f"{ONE}challenges/<int:pk>/", challenges.decide, name="challenge"),
]
