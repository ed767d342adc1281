"""Registering people: a unit's list with the verdict on each, a spreadsheet, and in person."""

from __future__ import annotations

from collections import Counter
from io import BytesIO

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exams.actions import registration_imports as imports
from exams.actions import registrations as actions
from exams.actions import uploads
from exams.forms.sittings import PeopleFilterForm, SheetForm
from exams.models.imports import ExamImport
from exams.models.sittings import Registration, Sitting
from exams.queries import eligibility
from exams.queries import registrations as queries
from exams.queries import sittings as sitting_queries
from exams.views.sitting_kit import KEY, crumbs, is_office, reach, today
from portal.access import require
from portal.actions.errors import Refused
from portal.sheets import OutColumn, OutSheet, write_book
from portal.templatetags.portal_ui import url_with
from portal.ui import Count, ImportRow, IssueLine, Step
from staffing.models import Person
from staffing.queries import units

PAGE = 50
ROWS = 200
# People judged on one page.
MOST = 5000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Way = Registration.Way
SHUT = (Sitting.State.DRAFT, Sitting.State.CLOSED, Sitting.State.RELEASED, Sitting.State.CANCELLED)


def _open_for(request, code) -> Sitting:
    """The sitting, when it takes registrations at all; else 404 (it has no such page)."""
    row = reach(request, code)
    if row.state in SHUT or row.rehearsal:
        raise Http404
    return row


def _report(request, done: actions.Registered) -> None:
    if done.made:
        messages.success(request, _("已报名%(n)s人。") % {"n": len(done.made)}, extra_tags="toast")
    if done.again:
        messages.info(request, _("%(n)s人此前已报名。") % {"n": len(done.again)})
    for reason, names in queries.by_reason(done.refused).items():
        told = {"names": str(_("、")).join(names[:10]), "n": len(names), "reason": reason}
        messages.error(request, _("%(names)s（%(n)s人）没有报名：%(reason)s。") % told)


# --- by unit ---------------------------------------------------------------------------------------------------------


@require("registrations.edit")
@require_http_methods(["GET", "POST"])
def register_people(request, code):
    """/exams/sittings/<code>/people/: own people with the verdict on each; the ticked ones are registered."""
    row = _open_for(request, code)
    day = today()
    form = PeopleFilterForm(request.GET, units=units.choices(request.scope, day))
    given = form.cleaned_data if form.is_valid() else {}
    people = queries.reachable(request.scope, day, given.get("unit"))
    if text := given.get("q", "").strip():
        people = people.filter(Q(name__icontains=text) | Q(staff_no=text))
    if request.method == "POST":
        ids = [int(pk) for pk in request.POST.getlist("pk") if pk.isascii() and pk.isdigit() and len(pk) < 19]
        chosen = list(queries.reachable(request.scope, day).filter(pk__in=ids))
        try:
            if not chosen:
                raise Refused(_("请先勾选人员。"))
            done = actions.register_people(
                actor=request.user, now=timezone.now(), sitting=row, people=chosen, way=Way.UNIT
            )
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            _report(request, done)
        return redirect(url_with(request))
    office = is_office(request, row)
    # Everybody is judged, so that the counts are true; where they are too many, a unit is chosen first.
    too_many = people.count() > MOST
    found = [] if too_many else queries.choices(row, list(people), office=office)
    counts, show = _by_standing(request, found)
    page = Paginator([one for one in found if show in ("all", one.standing)], PAGE).get_page(request.GET.get("page"))
    context = {
        "sitting": row,
        "form": form,
        "page": page,
        "counts": counts,
        "too_many": too_many,
        "lines": page.object_list,
        "requirements": eligibility.requirements(row),
        "office": office,
        "crumbs": crumbs(row),
        "active_key": KEY,
    }
    return render(request, "exams/sittings/people.html", context)


def _by_standing(request, found) -> tuple[list[Count], str]:
    """(counts that filter the list, which of them is asked for): by default those who may be registered."""
    labels = {queries.OPEN: _("可报名"), queries.IN: _("已报名"), queries.OUT: _("不符合"), "all": _("全部")}
    totals = Counter(one.standing for one in found) | {"all": len(found)}
    show = request.GET.get("show") if request.GET.get("show") in labels else queries.OPEN
    counts = [
        Count(label, totals.get(key, 0), url_with(request, show=key, page=None), show == key)
        for key, label in labels.items()
    ]
    return counts, show


# --- by sheet --------------------------------------------------------------------------------------------------------


def _steps(at: int) -> list[Step]:
    labels = (_("上传"), _("预览"), _("完成"))
    return [Step(label, "done" if n < at else "now" if n == at else "todo") for n, label in enumerate(labels)]


@require("registrations.edit")
@require_http_methods(["GET", "POST"])
def registration_sheet(request, code):
    """/exams/sittings/<code>/sheet/: upload a list of names."""
    row = _open_for(request, code)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = imports.upload_sheet(
                actor=request.user, now=timezone.now(), sitting=row, file=file, filename=file.name
            )
        except Refused as refused:
            form.add_error("file", refused.message)
        else:
            return redirect("exams:registration_import", code=code, imported=made.pk)
    context = {"sitting": row, "form": form, "steps": _steps(0), "crumbs": crumbs(row), "active_key": KEY}
    return render(request, "exams/sittings/sheet_upload.html", context, status=422 if form.errors else 200)


@require("registrations.edit")
@require_GET
def registration_template(request, code):
    """The empty registration sheet."""
    row = reach(request, code)
    columns = [
        OutColumn(_("姓名"), 12, text=True),
        OutColumn(_("身份证号"), 24, text=True),
        OutColumn(_("工号"), 14, text=True),
        OutColumn(_("单位"), 30, text=True),
    ]
    out = BytesIO()
    write_book(out, [OutSheet(_("报名表"), columns, [], note=row.title)])
    name = content_disposition_header(True, f"{row.title}_{_('报名表')}.xlsx")
    return HttpResponse(out.getvalue(), content_type=XLSX, headers={"Content-Disposition": name})


def _reach_import(request, row: Sitting, pk) -> ExamImport:
    rows = ExamImport.objects.filter(kind=ExamImport.Kind.REGISTRATIONS, sitting=row).select_related("sitting__unit")
    if not is_office(request, row):
        # A list names people of its uploader's unit only.
        rows = rows.filter(uploaded_by=request.user)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require("registrations.edit")
@require_http_methods(["GET", "POST"])
def registration_import(request, code, imported):
    """/exams/sittings/<code>/sheet/<imported>/: every row and what becomes of it; POST registers the accepted ones."""
    row = reach(request, code)
    found = _reach_import(request, row, imported)
    if request.method == "POST":
        try:
            done = imports.commit_sheet(actor=request.user, now=timezone.now(), imported=found)
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect("exams:registration_import", code=code, imported=imported)
        _report(request, done)
        return redirect("exams:candidates", code=code)
    if found.state == ExamImport.State.DISCARDED:
        return redirect("exams:registration_sheet", code=code)
    plan = imports.plan_of(found)
    action = request.GET.get("action", "")
    shown = [r for r in plan.rows if not action or r.action == action]
    labels = {"accept": _("可报名"), "duplicate": _("重复"), "skip": _("跳过"), "reject": _("拒收")}
    counts = [Count(_("全部"), len(plan.rows), url_with(request, action=None, page=None), not action)]
    counts += [
        Count(label, plan.totals[key], url_with(request, action=key, page=None), action == key)
        for key, label in labels.items()
    ]
    page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
    context = {
        "sitting": row,
        "imported": found,
        "waiting": found.state == ExamImport.State.PREVIEW,
        "accepted": len(plan.accepted),
        "counts": counts,
        "page": page,
        "rows": [
            ImportRow(
                r.sheet,
                r.row,
                r.action,
                r.name,
                r.id_masked or r.staff_no,
                [IssueLine("", message=m) for m in r.issues],
            )
            for r in page.object_list
        ],
        "steps": _steps(1 if found.state == ExamImport.State.PREVIEW else 2),
        "crumbs": crumbs(row),
        "active_key": KEY,
    }
    return render(request, "exams/sittings/sheet_preview.html", context)


@require("registrations.edit")
@require_POST
def registration_discard(request, code, imported):
    """Give an uploaded list up."""
    row = reach(request, code)
    uploads.discard_sheet(actor=request.user, now=timezone.now(), kept=_reach_import(request, row, imported))
    messages.success(request, _("名单已放弃，没有报名任何人。"), extra_tags="toast")
    return redirect("exams:registration_sheet", code=code)


# --- in person -------------------------------------------------------------------------------------------------------


def _own(request) -> Person | None:
    return Person.objects.filter(user=request.user).first()


def _own_sitting(code: str) -> Sitting:
    try:
        return sitting_queries.find(None, code, office=False)
    except Sitting.DoesNotExist as error:
        raise Http404 from error


@require("exams.take")
@require_http_methods(["GET", "POST"])
def apply(request, code):
    """/exams/sittings/<code>/apply/: the verdict on oneself, and registering in person."""
    row, person = _own_sitting(code), _own(request)
    if request.method == "POST":
        if person is None:
            raise Http404
        try:
            done = actions.register_people(
                actor=request.user, now=timezone.now(), sitting=row, people=[person], way=Way.SELF
            )
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            if done.made:
                messages.success(request, _("已报名，等待考务审核。"))
            for reasons in done.refused.values():
                messages.error(request, _("没有报名：%(reasons)s。") % {"reasons": str(_("；")).join(reasons)})
        return redirect("exams:apply", code=code)
    now = timezone.now()
    registration = sitting_queries.mine(request.user, row)
    context = {
        "sitting": row,
        "person": person,
        "registration": registration,
        "live": registration is not None and registration.state in sitting_queries.LIVE,
        "verdict": eligibility.explain(row, [person])[person.pk] if person else None,
        "requirements": eligibility.requirements(row),
        "papers": list(row.papers.all()),
        "not_yet": bool(row.registers_from and now < row.registers_from),
        "shut": row.state != Sitting.State.REGISTERING
        or not row.by_self
        or bool(row.registers_until and now >= row.registers_until),
        "active_key": "exams",
    }
    return render(request, "exams/sittings/apply.html", context)
