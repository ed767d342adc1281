"""The gap page, its trend, the lists behind its figures, and their workbooks."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.access import access_of, require
from staffing.actions import gap_exports
from staffing.forms.gaps import ListFilter
from staffing.queries import gap_names, trend
from staffing.queries.people_of import FIGURES, SIDES, is_restricted, people_at
from staffing.views import gap_parts
from staffing.views.exports import as_file
from staffing.views.gap_asked import Asked, asked

PAGE = 50
MOST_GAPS = 40
MOST_CAPACITY = 6


def _context(request, found: Asked) -> dict:
    return {
        "asked": found,
        "unit": found.desk.unit,
        "as_of": found.as_of,
        "basis": found.basis,
        "policy": found.desk.policy,
        "may_export": access_of(request).can("exports.make"),
    }


@require("gaps.view")
@require_GET
def gaps(request):
    """/gaps/: who is short, where, by how many."""
    found = asked(request, request.scope)
    figures = found.desk.figures(children=True)
    context = _context(request, found) | {"figures": figures, "picker": found.picker()}
    if not figures.has_people:
        return render(request, "staffing/gaps/empty.html", context | {"act": gap_parts.import_link(access_of(request))})
    quick = trend.is_quick(found.desk)
    return render(
        request,
        "staffing/gaps/board.html",
        context
        | {
            "content": found.drawn("staffing/gaps/content.html", lambda: _board(found, figures)),
            "trend": found.drawn("staffing/gaps/trend.html", lambda: _charts(found)) if quick else "",
            "trend_url": found.page("staffing:gap_trend"),
            "structure": found.drawn("staffing/gaps/structures.html", lambda: _structures(found, figures)),
        },
    )


def _charts(found: Asked) -> dict:
    return {"charts": gap_parts.trend_charts(trend.trend_at(found.desk))}


def _board(found: Asked, figures) -> dict:
    short = sorted(figures.reviewers.short_units, key=lambda row: -row.gap)
    names = gap_parts.candidates(found, short[:MOST_GAPS])
    overdue = gap_names.overdue_postings(found.desk) if figures.postings.overdue else []
    return {
        "figures": figures,
        "policy": found.desk.policy,
        "as_of": found.as_of,
        "tiles": gap_parts.tiles(found, figures),
        "bar": gap_parts.ratio_bar(figures),
        "reviewer_gaps": [gap_parts.reviewer_gap(found, row, names) for row in short[:MOST_GAPS]],
        "reviewer_more": max(0, len(short) - MOST_GAPS),
        "explain_sum": gap_parts.explain_sum(figures),
        "capacity_gaps": gap_parts.capacity_gaps(found, figures),
        "capacity_shown": f":{MOST_CAPACITY}",
        "capacity_rest": f"{MOST_CAPACITY}:",
        "capacity_total": len(figures.certificates.squads_below_two),
        "overdue": [(row, (found.day - row.due).days, found.person(row.person_id)) for row in overdue],
        "children": [(child, found.page("staffing:gaps", child.unit)) for child in figures.children],
        "silent": [
            (unit, found.page("staffing:gaps", unit)) for unit in figures.downstream.departments_without_posting
        ],
        "links": _links(found),
    }


def _structures(found: Asked, figures) -> dict:
    parts = [structure(found, figures.profile, title=_("在册执法人员结构"))]
    if figures.profile_downstream.people:
        parts.append(structure(found, figures.profile_downstream, "down_", title=_("下沉镇街人员结构")))
    return {"structures": parts}


def structure(found: Asked, profile, prefix: str = "", title: str = "") -> dict:
    """Context of the structure panel."""
    return {
        "title": title,
        "chart_id": f"{prefix}ages",
        "profile": profile,
        "mean_age": gap_parts.mean_age(profile),
        "age_chart": gap_parts.age_chart(found, profile, prefix),
        "first_parts": gap_parts.education_parts(found, profile.first, "first", prefix),
        "education_parts": gap_parts.education_parts(found, profile.education, "education", prefix),
        "part_rows": gap_parts.part_rows(found, profile, prefix),
    }


def _links(found: Asked) -> dict:
    """Addresses of every number on the page."""
    links = {key: found.people(key) for key in FIGURES if not key.startswith("down_")}
    for key in ("downstream", "reviewers", "certificates", "hours", "in_post"):
        links[f"{key}_of"] = found.people(key, "denominator")
        links[f"{key}_missing"] = found.people(key, "missing")
    return links


@require("gaps.view")
@require_GET
def gap_trend(request):
    """The trend by itself: a fragment of the page in a large county, a page without script."""
    found = asked(request, request.scope)
    drawn = found.drawn("staffing/gaps/trend.html", lambda: _charts(found))
    if request.headers.get("HX-Request"):
        return HttpResponse(drawn)
    return render(request, "staffing/gaps/trend_page.html", _context(request, found) | {"trend": drawn})


def _people(request, found: Asked):
    """The list a request names and its search. Raises Http404 for an unknown figure or side, and for a list that is not
    for this viewer.
    """
    figure, side = request.GET.get("figure", ""), request.GET.get("side") or "numerator"
    if is_restricted(figure) and not found.private:
        raise Http404
    try:
        people = people_at(found.desk, figure, side)
    except KeyError:
        raise Http404 from None
    form = ListFilter(request.GET)
    return people, form, form.narrow(people)


@require("people.view")
@require_GET
def gap_people(request):
    """/gaps/people/: the people behind one number."""
    found = asked(request, request.scope)
    people, form, shown = _people(request, found)
    page = Paginator(range(shown.count), PAGE).get_page(request.GET.get("page"))
    rows = shown.rows(page.start_index() - 1, page.end_index()) if shown.count else []
    sides = [
        (side, SIDES[side] if side != "missing" else people.figure.missing_label, found.people(people.figure.key, side))
        for side in people.figure.sides
    ]
    return render(
        request,
        "staffing/gaps/people.html",
        _context(request, found)
        | {
            "people": people,
            "form": form,
            "count": shown.count,
            "page": page,
            "rows": [(row, found.person(row.id)) for row in rows],
            "sides": sides if len(sides) > 1 else [],
            "back": found.page("staffing:gaps"),
            "postings": people.posting_ids is not None,
            "export_url": found.page(
                "staffing:gap_export", figure=people.figure.key, side=people.side, q=request.GET.get("q", "")
            ),
        },
    )


@require("exports.make")
@require_GET
def gap_export(request):
    """A list as a workbook; without a figure, the figures of the unit and its sub-units. Audited."""
    found = asked(request, request.scope)
    now = timezone.now()
    if request.GET.get("figure"):
        shown = _people(request, found)[2]
        made = gap_exports.export_people(actor=request.user, now=now, people=shown, private=found.private)
    else:
        made = gap_exports.export_figures(actor=request.user, now=now, figures=found.desk.figures(children=True))
    return as_file(made)
