"""Addresses of sittings, registration and the pre-flight check."""

from django.urls import path

from exams.views import candidates, registrations, sitting_setup, sittings

ONE = "exams/sittings/<str:code>/"

urlpatterns = [
    path("exams/sittings/", sittings.sittings, name="sittings"),
    path("exams/sittings/new/", sitting_setup.sitting_new, name="sitting_new"),
    path(ONE, sittings.sitting, name="sitting"),
    path(f"{ONE}edit/", sitting_setup.sitting_edit, name="sitting_edit"),
    path(f"{ONE}do/<str:act>/", sittings.sitting_act, name="sitting_act"),
    path(f"{ONE}duties/", sitting_setup.duties, name="duties"),
    path(f"{ONE}duties/<int:pk>/drop/", sitting_setup.duty_drop, name="duty_drop"),
    path(f"{ONE}preflight/", sitting_setup.preflight, name="preflight"),
    path(f"{ONE}preflight/panel/", sitting_setup.preflight_panel, name="preflight_panel"),
    path(f"{ONE}rehearsal/", sitting_setup.rehearsal, name="rehearsal"),
    path(f"{ONE}clock/", sitting_setup.clock, name="clock"),
    path(f"{ONE}candidates/", candidates.candidates, name="candidates"),
    path(f"{ONE}candidates/export/", candidates.candidates_export, name="candidates_export"),
    path(f"{ONE}candidates/decide/", candidates.candidates_decide, name="candidates_decide"),
    path(f"{ONE}candidates/<int:pk>/withdraw/", candidates.registration_withdraw, name="registration_withdraw"),
    path(f"{ONE}candidates/<int:pk>/back/", candidates.registration_back, name="registration_back"),
    path(f"{ONE}proposals/", candidates.proposals, name="proposals"),
    path(f"{ONE}people/", registrations.register_people, name="register_people"),
    path(f"{ONE}sheet/", registrations.registration_sheet, name="registration_sheet"),
    path(f"{ONE}sheet/template/", registrations.registration_template, name="registration_template"),
    path(f"{ONE}sheet/<uuid:imported>/", registrations.registration_import, name="registration_import"),
    path(f"{ONE}sheet/<uuid:imported>/discard/", registrations.registration_discard, name="registration_discard"),
    path(f"{ONE}apply/", registrations.apply, name="apply"),
]
