"""The page of one person, and the pages that change a person's own data and place."""

from __future__ import annotations

from functools import partial

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from portal.access import Access, access_of, require
from portal.shell import address
from portal.ui import AsOf, Confirm, Link
from staffing.actions import leave as leave_actions
from staffing.actions import memberships, people
from staffing.actions.errors import Refused
from staffing.forms.leave import LeaveEndForm, LeaveForm
from staffing.forms.people import (
    LeaveServiceForm,
    MembershipForm,
    MoveForm,
    PersonEditForm,
    PersonNewForm,
    RevealForm,
)
from staffing.models import Person
from staffing.queries import people_one
from staffing.queries.policies import basis_text
from staffing.views.address import asked_day
from staffing.views.facts import FormPage, confirm_page, form_page, reach, today
from staffing.views.person_events import timeline

MAY = {
    "edit": "people.edit",
    "qualify": "qualifications.edit",
    "post": "postings.edit",
    "credit": "hours.edit",
    "reveal": "people.reveal",
    "reveal_mobile": "mobile.reveal",
    "private": "private.view",
    "imports": "rosters.import",
}


def page_of(person: Person) -> str:
    """Address of a person's page."""
    return reverse("staffing:person", args=[person.pk])


def crumbs_of(person: Person) -> tuple[Link, ...]:
    """Trail of a person's page: 人员, the name."""
    return (Link(pgettext("list", "人员"), reverse("staffing:people")), Link(person.name, page_of(person)))


def _page(request, person: Person, day, may: dict[str, bool], *, own: bool):
    profile = people_one.profile(person, day, with_changes=may["edit"])
    context = {
        "profile": profile,
        "person": person,
        "may": may,
        "own": own,
        "events": timeline(profile, today(), private=may["private"]),
        "as_of": AsOf(day, today()),
        "basis": basis_text(profile.policy),
        "active_key": "me" if own else "people",
        "learning_url": address("courses:hours") if own else "",
    }
    return render(request, "staffing/person/page.html", context)


def _may(access: Access, person: Person, day) -> dict[str, bool]:
    """What the viewer may do with this very person; buttons follow it, and every address asks again."""
    scopes = {name: access.scope(action) for name, action in MAY.items()}
    # Most roles hold all their rights in one place: one look for each place, not for each right.
    reached = {scope: people_one.reaches(scope, person, day) for scope in set(scopes.values())}
    may = {name: reached[scope] for name, scope in scopes.items()}
    return may | {"edit": may["edit"] and people_one.reaches(scopes["edit"], person, day, home=True)}


@require("people.view")
@require_GET
def person(request, pk):
    """/people/<pk>/: where, and in what standing, on the day of the address."""
    day, _today = asked_day(request)
    try:
        found = people_one.find(request.scope, pk, day)
    except Person.DoesNotExist as error:
        raise Http404 from error
    return _page(request, found, day, _may(access_of(request), found, today()), own=False)


@require("own.view")
@require_GET
def own(request):
    """/people/me/: an officer's own page; nothing in it can be changed by them."""
    found = Person.objects.defer(*people_one.NUMBERS).filter(user=request.user).first()
    if found is None:
        return render(request, "staffing/person/unlinked.html", {"active_key": "me"})
    day, _today = asked_day(request)
    return _page(request, found, day, dict.fromkeys(MAY, False) | {"private": True}, own=True)


@require("people.edit")
def person_new(request):
    form = PersonNewForm(request.POST or None, initial={"category": "officer"}, scope=request.scope, day=today())
    page = FormPage(
        title=_("登记人员"),
        verb=_("登记"),
        cancel_url=reverse("staffing:people"),
        done=_("已登记。"),
        crumbs=[Link(pgettext("list", "人员"), reverse("staffing:people"))],
    )
    return form_page(request, form, people.create_person, page, page_of)


@require("people.edit")
def person_edit(request, pk):
    found = reach(request, pk, home=True)
    form = PersonEditForm(
        request.POST or None, initial=PersonEditForm.initial_of(found), scope=request.scope, day=today()
    )
    page = FormPage(_("更正基本信息"), _("保存"), page_of(found), _("已保存。"), crumbs_of(found))
    return form_page(request, form, partial(people.correct_person, person=found), page)


@require("people.edit")
def person_move(request, pk):
    found = reach(request, pk, home=True)
    now = found.memberships.order_by("start", "pk").last()
    initial = {} if now is None else {name: getattr(now, name) for name in memberships.PLACE}
    form = MoveForm(request.POST or None, initial=initial, scope=request.scope, day=today())
    page = FormPage(
        _("变更编制关系"),
        _("登记变动"),
        page_of(found),
        _("已登记变动。"),
        crumbs_of(found),
        [_("登记调动、人员类别或编制性质的变化。登记有误的，请用“更正”。")],
    )
    return form_page(request, form, partial(memberships.move_person, person=found), page)


@require("people.edit")
def membership_edit(request, pk, membership_pk):
    found = reach(request, pk, home=True)
    row = found.memberships.select_related("unit").filter(pk=membership_pk).first()
    if row is None:
        raise Http404
    initial = {name: getattr(row, name) for name in (*memberships.PLACE, "start", "end", "start_known")}
    form = MembershipForm(request.POST or None, initial=initial, scope=request.scope, day=today())
    page = FormPage(_("更正编制关系"), _("保存更正"), page_of(found), _("已更正。"), crumbs_of(found))
    return form_page(request, form, partial(memberships.correct_membership, membership=row), page)


@require("people.edit")
def person_leave(request, pk):
    found = reach(request, pk, home=True)
    form = LeaveServiceForm(request.POST or None, scope=request.scope, day=today())
    page = FormPage(
        _("登记离队"),
        _("登记离队"),
        page_of(found),
        _("已登记离队。"),
        crumbs_of(found),
        [
            _("%(name)s自离队之日起不再计入在册人数，未归位的派驻借调和请假同日截止；记录保留，可以撤销。")
            % {"name": found.name}
        ],
        danger=True,
    )
    return form_page(request, form, partial(memberships.end_membership, person=found), page)


@require("people.edit")
def person_restore(request, pk):
    found = reach(request, pk, home=True)
    confirm = Confirm(
        id="restore",
        title=_("撤销离队"),
        verb=_("撤销离队"),
        action_url=reverse("staffing:person_restore", args=[found.pk]),
        cancel_url=page_of(found),
        lines=[_("%(name)s恢复在册，随离队截止的派驻借调和请假一并恢复。") % {"name": found.name}],
    )
    return confirm_page(request, confirm, partial(memberships.restore_membership, person=found), done=_("已撤销离队。"))


@require("people.edit")
def absence_new(request, pk):
    found = reach(request, pk, home=True)
    form = LeaveForm(request.POST or None, scope=request.scope, day=today())
    page = FormPage(_("登记请假"), _("登记"), page_of(found), _("已登记请假。"), crumbs_of(found))
    return form_page(request, form, partial(leave_actions.record_leave, person=found), page)


def _leave(request, pk, leave_pk):
    found = reach(request, pk, home=True)
    row = found.leaves.filter(pk=leave_pk).first()
    if row is None:
        raise Http404
    return found, row


@require("people.edit")
def absence_end(request, pk, leave_pk):
    found, row = _leave(request, pk, leave_pk)
    form = LeaveEndForm(request.POST or None, initial={"end": row.end}, scope=request.scope, day=today())
    page = FormPage(_("登记销假"), _("登记"), page_of(found), _("已登记销假。"), crumbs_of(found))
    return form_page(request, form, partial(leave_actions.end_leave, leave=row), page)


@require("people.edit")
def absence_withdraw(request, pk, leave_pk):
    found, row = _leave(request, pk, leave_pk)
    confirm = Confirm(
        id="withdraw",
        title=_("撤回请假登记"),
        verb=_("撤回"),
        action_url=reverse("staffing:absence_withdraw", args=[found.pk, row.pk]),
        cancel_url=page_of(found),
        lines=[_("%(day)s起的请假登记有误，撤回后不再计算。") % {"day": row.start.isoformat()}],
        danger=True,
    )
    return confirm_page(request, confirm, partial(leave_actions.withdraw_leave, leave=row), done=_("已撤回。"))


@require("people.reveal")
@never_cache
def person_reveal(request, pk):
    return _reveal(request, pk, "id")


@require("mobile.reveal")
@never_cache
def mobile_reveal(request, pk):
    return _reveal(request, pk, "mobile")


def _reveal(request, pk, which):
    """Reason first, then the whole number: as the answer inside the page (htmx), or as a page of its own."""
    found = reach(request, pk)
    masked = found.mobile_masked if which == "mobile" else found.id_masked
    form, value = RevealForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            value = people.reveal_number(
                actor=request.user, now=timezone.now(), person=found, which=which, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error("reason", refusal.message)
        else:
            if request.headers.get("HX-Request"):
                return render(request, "components/revealed.html", {"value": value, "masked": masked})
    if not masked:
        return redirect(page_of(found))
    context = {"person": found, "which": which, "form": form, "value": value, "masked": masked, "active_key": "people"}
    return render(request, "staffing/person/reveal.html", context, status=422 if form.errors else 200)
