"""Looking at an import before it is written: columns, rows, what would change."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import require
from portal.templatetags.portal_ui import url_with
from portal.ui import Count
from staffing.actions import rosters as actions
from staffing.actions.errors import Refused
from staffing.forms.rosters import MappingForm, choice_words
from staffing.models import RosterImport
from staffing.queries import rosters as queries
from staffing.queries import rosters_show as show
from staffing.roster.messages import action_label
from staffing.roster.resolve import SKIP
from staffing.roster.store import ACTIONS, StoredPlan
from staffing.views.rosters import ACTION, State, elsewhere, page, reach

PAGE = 100
ICONS = {
    "accept": ("met", "check"),
    "fix": ("info", "pencil"),
    "merge": ("info", "arrow-merge"),
    "duplicate": ("plain", "copy"),
    "review": ("review", "eye-question"),
    "reject": ("overdue", "alert-circle"),
    "skip": ("plain", "arrow-right"),
}
# Rows that need nobody: folded away until asked for.
QUIET = ("accept", "skip")


class Numbers:
    """A list known only by its length and a way to fetch a slice: what Paginator needs for rows on disk."""

    def __init__(self, positions: list[int], fetch):
        self._positions, self._fetch = positions, fetch

    def __len__(self):
        return len(self._positions)

    def __getitem__(self, some):
        return self._fetch(self._positions[some])


def paged(request, positions: list[int], fetch):
    return Paginator(Numbers(positions, fetch), PAGE).get_page(request.GET.get("page"))


@require(ACTION)
@require_http_methods(["GET", "POST"])
def mapping(request, pk):
    """/rosters/<id>/mapping/: what each column is taken for, with samples; corrections plan the file again."""
    batch = reach(request, pk)
    if sent := elsewhere(request, batch, State.MAPPING, State.PREVIEW):
        return sent
    plan = queries.plan_of(batch)
    if plan is None:
        return redirect("staffing:import_discard", pk=pk)
    form = MappingForm(request.POST or None, sheets=show.with_samples(plan.sheets), chosen=batch.sheets)
    if request.method == "POST" and form.is_valid():
        act = partial(
            actions.save_mapping,
            import_id=batch.pk,
            mapping=form.corrections(),
            sheets=form.chosen_sheets(),
            remember=form.cleaned_data["remember"],
        )
        try:
            act(actor=request.user, now=timezone.now())
        except Refused as refused:
            messages.error(request, refused.message)
        return redirect("staffing:import", pk=pk)
    unread = batch.state == State.MAPPING
    context = {"form": form, "sheets": sheets(plan), "unread": unread}
    return page(request, batch, "mapping", 2, context, status=422 if form.errors else 200)


def sheets(plan: StoredPlan) -> list[dict]:
    """The file's sheets in words."""
    lines = []
    for at, sheet in enumerate(plan.sheets):
        read = sheet["role"] in ("roster", "postings")
        lines.append(
            {
                "name": sheet["name"],
                "role": show.ROLES.get(sheet["role"], sheet["role"]),
                "header": _("、").join(str(number) for number in sheet["header_rows"]),
                "rows": plan.rows_of_sheet(at) if read else None,
                "read": read,
                "hidden": sheet["role"] == "hidden",
                "issues": [issue.text(show.lang()) for issue in plan.sheet_issues(at)],
            }
        )
    return lines


@require(ACTION)
@require_GET
def preview(request, pk):
    """/rosters/<id>/preview/: every row with what happens to it, filtered by result, problem and sheet."""
    batch = reach(request, pk)
    if sent := elsewhere(request, batch, State.PREVIEW, State.COMMITTED, State.UNDONE):
        return sent
    plan, diff = queries.plan_of(batch), queries.diff_of(batch)
    if plan is None or diff is None:
        return redirect("staffing:import_result" if batch.state != State.PREVIEW else "staffing:import_discard", pk=pk)
    action = request.GET.get("action", "")
    action = action if action in ACTIONS else ""
    code, sheet = request.GET.get("code", ""), request.GET.get("sheet", "")
    quiet = not action and not code and request.GET.get("show") != "all"
    positions = plan.find(action=action, code=code, sheet=sheet, hide=QUIET if quiet else ())
    shown = paged(request, positions, plan.rows)
    rows = [
        show.import_row(batch, row, refused=(row.sheet, row.row) in diff.refused, decided=decided(batch, row))
        for row in shown.object_list
    ]
    counts = plan.counts()
    context = {
        "sheets": sheets(plan),
        "page": shown,
        "rows": rows,
        "counts": _counts(request, counts, action),
        "codes": _codes(request, plan, action, code),
        "quiet": quiet,
        "folded": sum(counts[name] for name in QUIET) if quiet else 0,
        "sheet": sheet,
        "changes": batch.changes,
        "kinds": kinds(batch, diff),
        "current": batch.state != State.PREVIEW or queries.current(batch),
        "taken": queries.taken(batch),
        "units": batch.units_proposed if batch.changes.get("units") else [],
        "open": batch.state == State.PREVIEW,
    }
    return page(request, batch, "preview", 3 if batch.state == State.PREVIEW else 5, context)


def decided(batch: RosterImport, row) -> str:
    """What was decided about a row, in words; empty when nothing."""
    decision = batch.decisions.get(f"{row.sheet}!{row.row}")
    if row.action != "review" or not decision:
        return ""
    choice = decision.get("choice")
    return _("已定：不导入") if choice == SKIP else _("已定：%(what)s") % {"what": choice_words(row, choice)}


def _counts(request, counts: dict[str, int], current: str) -> list[Count]:
    every = Count(_("全部"), sum(counts.values()), url_with(request, action=None, code=None, page=None), not current)
    return [
        every,
        *(
            Count(
                action_label(name, show.lang()),
                counts[name],
                url_with(request, action=name, code=None, page=None),
                current == name,
                *ICONS[name],
            )
            for name in ACTIONS
        ),
    ]


def _codes(request, plan: StoredPlan, action: str, current: str) -> list[Count]:
    return [
        Count(
            show.code_label(code),
            n,
            url_with(request, code=code if code != current else None, page=None),
            code == current,
        )
        for code, n in plan.codes(action)[:12]
    ]


def kinds(batch: RosterImport, diff, current: str = "") -> list[Count]:
    """What would change, by kind, each opening its list."""
    address = reverse("staffing:import_changes", args=[batch.pk])
    found = diff.counts()
    return [
        Count(str(label), found[kind], f"{address}?kind={kind}", current=kind == current)
        for kind, label in show.KINDS.items()
        if found.get(kind)
    ]


@require(ACTION)
@require_GET
def changes(request, pk):
    """/rosters/<id>/changes/: field by field what would change, and what was left as it is."""
    batch = reach(request, pk)
    if sent := elsewhere(request, batch, State.PREVIEW, State.COMMITTED, State.UNDONE):
        return sent
    diff = queries.diff_of(batch)
    if diff is None:
        return redirect("staffing:import", pk=pk)
    kind = request.GET.get("kind", "")
    kind = kind if kind in show.KINDS else ""
    shown = paged(request, diff.find(kind), diff.items)
    items = [
        {
            **item,
            "label": show.KINDS.get(item["kind"], item["kind"]),
            "lines": show.change_lines(item),
            "why": show.CONFLICTS.get(item["table"], "") if item["kind"] == "conflict" else "",
            "url": reverse("staffing:person", args=[item["person"]]) if item["person"] > 0 else "",
        }
        for item in shown.object_list
    ]
    context = {"page": shown, "items": items, "kinds": kinds(batch, diff, kind), "kind": kind}
    return page(request, batch, "changes", 3 if batch.state == State.PREVIEW else 5, context)


@require(ACTION)
@require_POST
def compare(request, pk):
    """Compare the plan again with today's facts, in the background."""
    batch = reach(request, pk)
    if batch.state == State.PREVIEW:
        actions.queue(actor=request.user, now=timezone.now(), import_id=batch.pk, kind="roster.compare")
        batch.refresh_from_db()
        if not queries.current(batch):
            return redirect("portal:job", pk=batch.job_id)
    return redirect("staffing:import_preview", pk=pk)
