"""Appeals: the list, the answer sheet under review, the decision; and any past attempt exactly as it was."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exams.actions import appeals as actions
from exams.forms.marking import AppealForm
from exams.models.attempts import Attempt
from exams.models.marking import Appeal
from exams.queries import archive
from exams.queries.own_result import counted_attempt
from exams.rules.register import TOTAL
from exams.views.results_kit import office_sitting
from portal.access import access_of, require


@require("results.release")
@require_GET
@never_cache
def appeals(request, code):
    """/exams/sittings/<code>/appeals/: open ones first."""
    sitting = office_sitting(request, code)
    rows = (
        Appeal.objects.filter(entry__registration__sitting=sitting)
        .select_related("entry__registration__person", "entry__registration__unit", "entry__paper", "decided_by")
        .order_by("decided_at", "made_at")
    )
    rows = sorted(rows, key=lambda row: (row.state != Appeal.State.OPEN, row.made_at))
    context = {"sitting": sitting, "rows": rows, "active_key": "exam_office"}
    return render(request, "exams/results/appeals.html", context)


@require("results.release")
@never_cache
def appeal(request, pk):
    """One appeal with the whole answer sheet, keys and marks; the decision."""
    found = (
        Appeal.objects.select_related(
            "entry__registration__sitting__unit",
            "entry__registration__person",
            "entry__registration__unit",
            "entry__paper",
        )
        .filter(pk=pk)
        .first()
    )
    if found is None or not request.scope.covers(found.entry.registration.sitting.unit.path):
        raise Http404
    attempt = counted_attempt(found.entry)
    sheet = None
    if attempt is not None:
        sheet = archive.reproduce(archive.find_attempt(request.scope, attempt.pk))
    sitting = found.entry.registration.sitting
    form = AppealForm(request.POST or None, marks=_marks(found, sheet), initial={"changed": "0"})
    if request.method == "POST" and form.is_valid():
        done = form.save(partial(actions.decide, appeal=found), actor=request.user, now=timezone.now())
        if done:
            messages.success(request, _("已处理复核申请。"), extra_tags="toast")
            return redirect(reverse("exams:appeals", args=[sitting.code]))
    context = {
        "appeal": found,
        "sitting": sitting,
        "sheet": sheet,
        "form": form,
        "score_fields": form.score_fields(),
        "sheet_rows": _rows(sheet, form, found.state == Appeal.State.OPEN),
        "active_key": "exam_office",
    }
    return render(request, "exams/results/appeal.html", context, status=422 if form.errors else 200)


def _marks(found: Appeal, sheet) -> dict[str, tuple]:
    if sheet is None:
        return {TOTAL: (_("总分"), found.entry.score, found.entry.paper.total)}
    return {str(item.index): (_("第%(n)s题得分") % {"n": item.number}, item.marks, item.worth) for item in sheet.items}


def _rows(sheet, form: AppealForm, open_: bool) -> list[tuple]:
    fields = form.score_fields()
    return [(item, fields[str(item.index)] if open_ else None) for item in sheet.items] if sheet else []


@require("keys.view")
@require_GET
@never_cache
def attempt(request, pk):
    """/exams/attempts/<uuid>/: a past attempt exactly as it was seen, with answers, keys and score events."""
    if not access_of(request).can("results.release"):
        raise Http404
    try:
        found = archive.find_attempt(request.scope, pk)
    except Attempt.DoesNotExist as error:
        raise Http404 from error
    context = {
        "sheet": archive.reproduce(found),
        "sitting": found.sitting,
        "attempt": found,
        "active_key": "exam_office",
    }
    return render(request, "exams/results/attempt.html", context)
