"""Addresses: people one by one, postings, units. They stand before /units/<code>/, which would swallow /units/new/."""

from django.urls import path

from staffing.views import people, postings, qualifications, units

urlpatterns = [
    path("people/new/", people.person_new, name="person_new"),
    path("people/me/", people.own, name="own"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/edit/", people.person_edit, name="person_edit"),
    path("people/<int:pk>/move/", people.person_move, name="person_move"),
    path("people/<int:pk>/memberships/<int:membership_pk>/", people.membership_edit, name="membership_edit"),
    path("people/<int:pk>/leave-service/", people.person_leave, name="person_leave"),
    path("people/<int:pk>/restore/", people.person_restore, name="person_restore"),
    path("people/<int:pk>/absences/new/", people.absence_new, name="absence_new"),
    path("people/<int:pk>/absences/<int:leave_pk>/end/", people.absence_end, name="absence_end"),
    path("people/<int:pk>/absences/<int:leave_pk>/withdraw/", people.absence_withdraw, name="absence_withdraw"),
    path("people/<int:pk>/reveal/", people.person_reveal, name="person_reveal"),
    path("people/<int:pk>/reveal-mobile/", people.mobile_reveal, name="mobile_reveal"),
    path("people/<int:pk>/qualifications/new/", qualifications.qualification_new, name="qualification_new"),
    path("people/<int:pk>/hours/new/", qualifications.hours_new, name="hours_new"),
    path("qualifications/<int:pk>/edit/", qualifications.qualification_edit, name="qualification_edit"),
    path("qualifications/<int:pk>/renew/", qualifications.qualification_renew, name="qualification_renew"),
    path("qualifications/<int:pk>/state/", qualifications.qualification_state, name="qualification_state"),
    path("qualifications/<int:pk>/check/", qualifications.qualification_check, name="qualification_check"),
    path("qualifications/<int:pk>/end/", qualifications.reviewer_end, name="reviewer_end"),
    path("hours/<int:pk>/reverse/", qualifications.hours_reverse, name="hours_reverse"),
    path("postings/", postings.register, name="postings"),
    path("postings/new/", postings.posting_new, name="posting_new"),
    path("postings/<int:pk>/edit/", postings.posting_edit, name="posting_edit"),
    path("postings/<int:pk>/extend/", postings.posting_extend, name="posting_extend"),
    path("postings/<int:pk>/return/", postings.posting_return, name="posting_return"),
    path("postings/<int:pk>/reopen/", postings.posting_reopen, name="posting_reopen"),
    path("postings/<int:pk>/withdraw/", postings.posting_withdraw, name="posting_withdraw"),
    path("units/", units.tree, name="units"),
    path("units/new/", units.unit_new, name="unit_new"),
    path("units/<str:code>/edit/", units.unit_edit, name="unit_edit"),
    path("units/<str:code>/move/", units.unit_move, name="unit_move"),
    path("units/<str:code>/close/", units.unit_close, name="unit_close"),
    path("units/<str:code>/reopen/", units.unit_reopen, name="unit_reopen"),
    path("units/<str:code>/aliases/", units.unit_alias, name="unit_alias"),
    path("units/<str:code>/aliases/<int:pk>/remove/", units.unit_alias_remove, name="unit_alias_remove"),
]
