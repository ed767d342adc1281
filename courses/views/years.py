"""Years of study hours: how far each has come, closing one, and what changed afterwards."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from courses.queries.years import waiting
from portal.access import access_of, require
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count
from staffing.actions.hour_years import close_year
from staffing.queries import hours_years as queries
from staffing.views.facts import confirm_page

PAGE = 50
KEY = "training"
MET, SHORT, CHANGED = "met", "short", "changed"


@require("years.close")
@require_GET
def years(request):
    """/learning/office/years/: every year with its figures, closed or open."""
    rows = queries.years(timezone.localdate(), request.scope)
    context = {"rows": rows, "may_close": queries.covers_all(request.scope), "active_key": KEY}
    return render(request, "courses/ledger/years.html", context)


@require("years.close")
@require_GET
def year(request, year):
    """A closed year: what was frozen, and whose figures have changed since."""
    closing = queries.closing_of(year)
    if closing is None:
        raise Http404
    lines, today = queries.lines_of(closing, request.scope), queries.today_of(closing, request.scope)
    due, met = queries.counts_of(closing, request.scope)
    show = request.GET.get("show", "")
    show = show if show in (MET, SHORT, CHANGED) else ""
    numbers = (
        ("", _("应达标"), due),
        (MET, _("达标"), met),
        (SHORT, _("未达标"), due - met),
        (CHANGED, _("关账后有变动"), len(today.changed)),
    )
    if show in (MET, SHORT):
        lines = lines.filter(met=show == MET)
    context = {
        "closing": closing,
        "today": today,
        "due": due,
        "met": met,
        "show": show,
        "people": request.scope.everywhere and access_of(request).can("people.view"),
        "counts": [
            Count(label, n, url_with(request, show=key or None, page=None), show == key) for key, label, n in numbers
        ],
        "page": Paginator(today.changed if show == CHANGED else lines, PAGE).get_page(request.GET.get("page")),
        "active_key": KEY,
    }
    return render(request, "courses/ledger/year.html", context)


@require("years.close")
@require_http_methods(["GET", "POST"])
def year_close(request, year):
    """The question before closing: the figures that will be frozen, and what still waits."""
    today = timezone.localdate()
    # A year is closed for everybody at once.
    if not queries.covers_all(request.scope) or not today.year - queries.MOST_YEARS < year <= today.year:
        raise Http404
    row = queries.year_row(year, today, request.scope)
    if row.closing:
        return redirect("courses:year", year)
    told = {"year": year, "due": row.due, "met": row.met, "short": row.short}
    lines = [_("%(year)s年度：应达标%(due)s人，达标%(met)s人，未达标%(short)s人。") % told]
    left = waiting(year)
    if left.claims:
        lines.append(_("还有%(n)s条学时申报待审核。") % {"n": left.claims})
    if left.sessions:
        lines.append(_("还有%(n)s场讲座的学时没有核定。") % {"n": left.sessions})
    confirm = Confirm(
        id="close",
        title=_("%(year)s年度关账") % told,
        verb=_("关账"),
        action_url=reverse("courses:year_close", args=[year]),
        cancel_url=reverse("courses:years"),
        lines=lines,
        reversible=_("关账后不能撤销。之后的变动须写明原因，作为调整与关账数并列。"),
        danger=True,
        reason="optional",
        refused=_("%(year)s年度尚未结束，不能关账。") % told if row.running else "",
    )

    def act(*, actor, now, reason):
        return close_year(actor=actor, now=now, year=year, note=reason)

    return confirm_page(request, confirm, act, done=_("%(year)s年度已关账。") % told, active_key=KEY)
