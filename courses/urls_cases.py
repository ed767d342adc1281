"""Addresses of case teaching and drills; the pages themselves are served by Wagtail."""

from django.urls import path

from courses.views import anonymise, cases, cases_office, drills

urlpatterns = [
    path("learning/cases/<int:pk>/begin/", cases.case_begin, name="case_begin"),
    path("learning/cases/<int:pk>/next/", cases.case_next, name="case_next"),
    path("learning/cases/<int:pk>/judge/", cases.case_judge, name="case_judge"),
    path("learning/cases/<int:pk>/finish/", cases.case_finish, name="case_finish"),
    path("learning/judgements/<int:pk>/hide/", cases.reason_hide, name="reason_hide"),
    path("learning/drills/<int:pk>/start/", drills.drill_start, name="drill_start"),
    path("learning/drills/runs/<int:pk>/", drills.drill_run, name="drill_run"),
    path("learning/drills/runs/<int:pk>/choose/", drills.drill_choose, name="drill_choose"),
    path("learning/drills/runs/<int:pk>/leave/", drills.drill_leave, name="drill_leave"),
    path("learning/office/cases/", cases_office.case_office, name="case_office"),
    path("learning/office/cases/<int:pk>/", cases_office.case_follow, name="case_follow"),
    path("learning/office/cases/<int:pk>/check/", anonymise.case_check, name="case_check"),
]
