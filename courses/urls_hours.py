"""Addresses of hours: the learner's page, my hours, claims, compliance, transcripts."""

from django.urls import path

from courses.views import claims, compliance, hours, mine, transcripts

OFFICE = "learning/office/claims/"
TABLE = "learning/office/compliance/"

urlpatterns = [
    path("learning/", mine.mine, name="mine"),
    path("learning/plan/", mine.plan, name="plan"),
    path("learning/aside/", mine.aside, name="aside"),
    path("learning/hours/", hours.hours, name="hours"),
    path("learning/hours/<int:year>/", hours.hours_year, name="hours_year"),
    path("learning/claims/", claims.claims, name="claims"),
    path("learning/claims/new/", claims.claim_new, name="claim_new"),
    path("learning/claims/<int:pk>/", claims.claim, name="claim"),
    path("learning/claims/<int:pk>/withdraw/", claims.claim_withdraw, name="claim_withdraw"),
    path("learning/claims/<int:pk>/files/<int:file>/", claims.claim_file, name="claim_file"),
    path(OFFICE, claims.claims_office, name="claims_office"),
    path(f"{OFFICE}<int:pk>/", claims.claim_decide, name="claim_decide"),
    path(f"{OFFICE}<int:pk>/files/<int:file>/", claims.claim_evidence, name="claim_evidence"),
    path("learning/transcript/", transcripts.transcript, name="transcript"),
    path("learning/office/people/<int:pk>/transcript/", transcripts.person_transcript, name="person_transcript"),
    path(TABLE, compliance.compliance, name="compliance"),
    path(f"{TABLE}people/", compliance.compliance_people, name="compliance_people"),
    path(f"{TABLE}export/", compliance.compliance_export, name="compliance_export"),
    path(f"{TABLE}remind/", compliance.remind, name="remind"),
]
