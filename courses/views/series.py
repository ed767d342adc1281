"""Series and their year plans for the training office."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from courses.actions import plans
from courses.actions import series as actions
from courses.forms.series import DayForm, PlanForm, SeriesForm, SlotForm
from courses.models import PlannedSlot, Series
from courses.queries import series as queries
from courses.queries.attendance import year_figures
from portal.access import EVERYWHERE, access_of, require
from portal.ui import Link
from staffing.views.facts import FormPage, form_page

KEY = "training"


def _reach(request, code: str, scope=None) -> Series:
    """The series inside ``request.scope`` (or ``scope``). Raises Http404 for one out of reach."""
    try:
        return queries.find(scope or request.scope, code)
    except Series.DoesNotExist as error:
        raise Http404 from error


def _year(request, now) -> int:
    asked = request.GET.get("year", "")
    this = timezone.localdate(now).year
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this
    return year if 2000 <= year <= this + 2 else this


def _edits(request, row: Series) -> bool:
    return access_of(request).scope("sessions.edit").covers(row.unit.path)


def crumbs(row: Series | None = None) -> list[Link]:
    """The way to a page of the series."""
    found = [Link(_("讲座系列"), reverse("courses:series_list"))]
    return found if row is None else [*found, Link(row.name, queries.office_url(row))]


@require("attendance.view")
@require_GET
def series_list(request):
    """/learning/office/series/: every series with how far this year's plan was kept."""
    now = timezone.now()
    year = _year(request, now)
    context = {
        "lines": queries.lines(EVERYWHERE, year, now),
        "year": year,
        "may_edit": access_of(request).can("sessions.edit"),
        "active_key": KEY,
    }
    return render(request, "courses/lectures/series_list.html", context)


@require("attendance.view")
@require_GET
def series(request, code):
    """/learning/office/series/<code>/: the plan of a year day by day, with what became of each."""
    row, now = _reach(request, code, EVERYWHERE), timezone.now()
    year = _year(request, now)
    page = queries.page_of(row)
    context = {
        "series": row,
        "plan": queries.plan_of(row, year, now),
        "year": year,
        "years": sorted({*queries.years_of(row), timezone.localdate(now).year}, reverse=True),
        "figures": year_figures(row, year, request.scope),
        "edits": _edits(request, row),
        "day_form": DayForm() if _edits(request, row) else None,
        "page_url": page.url if page else "",
        "active_key": KEY,
    }
    return render(request, "courses/lectures/series_office.html", context)


@require("sessions.edit")
@require_http_methods(["GET", "POST"])
def series_new(request):
    """/learning/office/series/new/"""
    form = SeriesForm(request.POST or None, scope=request.scope, day=timezone.localdate())
    page = FormPage(
        _("新建系列"), _("建立系列"), reverse("courses:series_list"), _("系列已建立。"), crumbs(), active_key=KEY
    )
    return form_page(request, form, actions.save_series, page, back=queries.office_url)


@require("sessions.edit")
@require_http_methods(["GET", "POST"])
def series_edit(request, code):
    """/learning/office/series/<code>/edit/"""
    row = _reach(request, code)
    form = SeriesForm(request.POST or None, scope=request.scope, day=timezone.localdate(), series=row)
    page = FormPage(_("修改系列"), _("保存"), queries.office_url(row), _("系列已保存。"), crumbs(row), active_key=KEY)
    return form_page(request, form, partial(actions.save_series, series=row), page)


@require("sessions.edit")
@require_http_methods(["GET", "POST"])
def series_plan(request, code):
    """/learning/office/series/<code>/plan/: plan a year by the rhythm; one more day comes from the series' own page."""
    row, now = _reach(request, code), timezone.now()
    if request.method == "POST" and "day" in request.POST:
        return _one_more(request, row, now)
    form = PlanForm(request.POST or None, series=row, initial=queries.plan_proposal(row, now))
    intro = [
        _("频次：%(cadence)s。已有的计划日期不变，重复生成不会重复排。") % {"cadence": row.get_cadence_display()},
        _("法定节假日按国务院办公厅的放假通知；没有收录的年度请在下面自行填写。"),
    ]
    page = FormPage(
        _("生成年度计划"), _("生成计划"), queries.office_url(row), _("计划已生成。"), crumbs(row), intro, active_key=KEY
    )
    return form_page(request, form, partial(plans.make_plan, series=row), page)


def _one_more(request, row: Series, now):
    form = DayForm(request.POST)
    if form.is_valid():
        slot = form.save(partial(plans.add_slot, series=row), actor=request.user, now=now)
        messages.success(request, _("已加排%(day)s。") % {"day": slot.day.isoformat()}, extra_tags="toast")
        return redirect(f"{queries.office_url(row)}?year={slot.day.year}")
    messages.error(request, form.errors["day"][0])
    return redirect(queries.office_url(row))


@require("sessions.edit")
@require_http_methods(["GET", "POST"])
def slot(request, code, pk):
    """/learning/office/series/<code>/slots/<pk>/: why a day was missed, or that it is left out."""
    row = _reach(request, code)
    planned = get_object_or_404(PlannedSlot.objects.select_related("series"), series=row, pk=pk)
    form = SlotForm(request.POST or None, initial={"dropped": planned.dropped, "reason": planned.reason})
    back = f"{queries.office_url(row)}?year={planned.day.year}"
    title = _("计划日期%(day)s") % {"day": planned.day.isoformat()}
    page = FormPage(title, _("保存"), back, _("已保存。"), crumbs(row), active_key=KEY)
    return form_page(request, form, partial(plans.set_slot, slot=planned), page)
