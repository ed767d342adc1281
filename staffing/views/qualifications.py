"""The pages that change a person's certificates and study hours."""

from __future__ import annotations

from functools import partial

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.access import require
from portal.ui import Confirm
from staffing.actions import hours as hours_actions
from staffing.actions import qualifications as actions
from staffing.forms.hours import HoursForm
from staffing.forms.qualifications import (
    CheckForm,
    QualificationEditForm,
    QualificationForm,
    RenewForm,
    ReviewerEndForm,
    StateForm,
)
from staffing.models import HourCredit, Qualification, QualificationKind, QualificationState
from staffing.views.facts import FormPage, confirm_page, form_page, reach, today
from staffing.views.people import crumbs_of, page_of


def _qualification(request, pk: int) -> Qualification:
    """The qualification through its holder, who must be within reach."""
    row = Qualification.objects.filter(pk=pk).only("pk", "person_id").first()
    if row is None:
        raise Http404
    person = reach(request, row.person_id)
    return person.qualifications.select_related("issuing_unit").get(pk=pk)


def _page(row: Qualification, title, verb, done, intro=(), *, danger=False) -> FormPage:
    person = row.person
    name = {"name": person.name, "what": str(row)}
    return FormPage(
        title, verb, page_of(person), done, crumbs_of(person), [_("%(name)s，%(what)s。") % name, *intro], danger=danger
    )


@require("qualifications.edit")
def qualification_new(request, pk):
    person = reach(request, pk)
    form = QualificationForm(request.POST or None, scope=request.scope, day=today())
    page = FormPage(
        _("登记资格证件"),
        _("登记"),
        page_of(person),
        _("已登记。"),
        crumbs_of(person),
        [_("没有法律职业资格的，可以登记为法制审核人员，但会标为“未取得资格”。")],
    )
    return form_page(request, form, partial(actions.add_qualification, person=person), page)


@require("qualifications.edit")
def qualification_edit(request, pk):
    row = _qualification(request, pk)
    initial = {name: getattr(row, name) for name in actions.CORRECTABLE}
    initial["full_time"] = {True: "yes", False: "no", None: ""}[row.full_time]
    form = QualificationEditForm(request.POST or None, initial=initial, scope=request.scope, day=today())
    page = _page(row, _("更正资格证件"), _("保存更正"), _("已更正。"))
    return form_page(request, form, partial(actions.correct_qualification, qualification=row), page)


@require("qualifications.edit")
def qualification_renew(request, pk):
    row = _qualification(request, pk)
    if row.kind not in (QualificationKind.ENFORCE, QualificationKind.SUPERVISE):
        raise Http404
    form = RenewForm(request.POST or None, initial={"issuer": row.issuer}, scope=request.scope, day=today())
    page = _page(row, _("换证"), _("登记换证"), _("已登记换证。"), [_("原证自新证取得之日起失效，此前的记录不变。")])
    return form_page(request, form, partial(actions.renew_qualification, qualification=row), page)


@require("qualifications.edit")
def qualification_state(request, pk):
    row = _qualification(request, pk)
    last = row.statuses.order_by("start", "pk").last()
    present = last.state if last else QualificationState.VALID
    form = StateForm(request.POST or None, present=present, scope=request.scope, day=today())
    page = _page(
        row,
        _("变更证件状态"),
        _("登记变更"),
        _("已登记变更。"),
        [_("现为“%(state)s”。注销和收缴不能再恢复。") % {"state": QualificationState(present).label}],
        danger=True,
    )
    return form_page(request, form, partial(actions.change_state, qualification=row), page)


@require("qualifications.edit")
def qualification_check(request, pk):
    row = _qualification(request, pk)
    if row.kind != QualificationKind.ENFORCE:
        raise Http404
    initial = {"year": today().year, "checked_on": today()}
    form = CheckForm(request.POST or None, initial=initial, scope=request.scope, day=today())
    page = _page(row, _("登记年审"), _("登记"), _("已登记年审。"))
    return form_page(request, form, partial(actions.record_check, qualification=row), page)


@require("qualifications.edit")
def reviewer_end(request, pk):
    row = _qualification(request, pk)
    if row.kind != QualificationKind.REVIEWER:
        raise Http404
    form = ReviewerEndForm(request.POST or None, initial={"end": today()}, scope=request.scope, day=today())
    page = _page(row, _("免去法制审核人员"), _("登记免去"), _("已登记免去。"))
    return form_page(request, form, partial(actions.end_reviewer, qualification=row), page)


@require("hours.edit")
def hours_new(request, pk):
    person = reach(request, pk)
    form = HoursForm(request.POST or None, initial={"earned_on": today()}, scope=request.scope, day=today())
    page = FormPage(
        _("登记学时"),
        _("登记"),
        page_of(person),
        _("已登记学时。"),
        crumbs_of(person),
        [_("登记后不能修改；有误的，冲正后重新登记。")],
    )
    return form_page(request, form, partial(hours_actions.credit_hours, person=person), page)


@require("hours.edit")
def hours_reverse(request, pk):
    row = HourCredit.objects.filter(pk=pk).first()
    if row is None:
        raise Http404
    person = reach(request, row.person_id)
    told = {"name": person.name, "day": row.earned_on.isoformat(), "title": row.title, "hours": row.hours.normalize()}
    confirm = Confirm(
        id="reverse",
        title=_("冲正学时"),
        verb=_("冲正"),
        action_url=reverse("staffing:hours_reverse", args=[row.pk]),
        cancel_url=page_of(person),
        lines=[_("%(name)s，%(day)s，%(title)s，%(hours)s学时。") % told],
        reversible=_("原记录保留，另记一条负数；不能再恢复，可以重新登记。"),
        reason="required",
        danger=True,
    )
    return confirm_page(request, confirm, partial(hours_actions.reverse_hours, credit=row), done=_("已冲正。"))
