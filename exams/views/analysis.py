"""Item analysis of a sitting: figures of each question, who stands behind them (exam numbers only), a workbook."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exams.actions import analysis as actions
from exams.models import SittingPaper
from exams.queries import analysis, paper_items
from exams.views.results_kit import office_sitting
from portal.access import access_of, require
from portal.templatetags.portal_ui import url_with
from portal.ui import Count

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GROUPS = {"upper", "lower"}
PAGE = 50


def _paper(sitting, position: int) -> SittingPaper:
    paper = next((row for row in analysis.papers_of(sitting) if row.position == position), None)
    if paper is None:
        raise Http404
    return paper


@require("keys.view")
@require_GET
def overview(request, code):
    """/exams/sittings/<code>/analysis/: the papers of the sitting; a single one at once."""
    sitting = office_sitting(request, code)
    papers = analysis.papers_of(sitting)
    if len(papers) == 1:
        return redirect("exams:analysis_paper", code, papers[0].position)
    return render(
        request, "exams/analysis/overview.html", {"sitting": sitting, "papers": papers, "active_key": "exam_office"}
    )


@require("keys.view")
@require_GET
def paper(request, code, position):
    """/exams/sittings/<code>/analysis/<position>/: every item; ``flagged=1`` only those to look at."""
    sitting = office_sitting(request, code)
    row = _paper(sitting, position)
    found = analysis.analysis_of(row)
    flagged = request.GET.get("flagged") == "1"
    lines = [(n, line) for n, line in enumerate(found.rows, 1) if line.words or not flagged]
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    counts = [
        Count(_("需关注"), found.flagged, url_with(request, flagged=1, page=None), flagged),
        Count(_("全部"), len(found.rows), url_with(request, flagged=None, page=None), not flagged),
    ]
    context = {"sitting": sitting, "paper": row, "found": found, "page": page, "counts": counts, "flagged": flagged}
    return render(request, "exams/analysis/paper.html", context | {"active_key": "exam_office"})


@require("keys.view")
@require_GET
def item(request, code, position, version):
    """/exams/sittings/<code>/analysis/<position>/<version>/: the question, its choices, and the candidates behind a
    figure (``choice``, ``group``), by exam number only.
    """
    sitting = office_sitting(request, code)
    row = _paper(sitting, position)
    found = analysis.analysis_of(row)
    n, line = next(((n, one) for n, one in enumerate(found.rows, 1) if one.version.pk == version), (0, None))
    if line is None:
        raise Http404
    choice = request.GET.get("choice")
    group = request.GET.get("group", "")
    group = group if group in GROUPS else ""
    people = analysis.candidates_of(row, version, choice=choice, group=group)
    texts = {option["key"]: option["text"] for option in line.version.options}
    context = {
        "sitting": sitting,
        "paper": row,
        "n": n,
        "line": line,
        "worth": paper_items.plain_marks(line.worth),
        "choices": [(one, texts.get(one.option, "")) for one in line.figures.choices],
        "people": people,
        "narrowed": choice is not None or bool(group),
        "choice": choice,
        "group": group,
        "may_challenge": access_of(request).can("marking.manage"),
        "active_key": "exam_office",
    }
    return render(request, "exams/analysis/item.html", context)


@require("keys.view")
@require_GET
def export(request, code, position):
    """/exams/sittings/<code>/analysis/<position>/export/: the same as a workbook. Audited."""
    sitting = office_sitting(request, code)
    row = _paper(sitting, position)
    row.sitting = sitting
    found = analysis.analysis_of(row)
    body = actions.workbook(actor=request.user, now=timezone.now(), paper=row, found=found)
    response = HttpResponse(body, content_type=XLSX)
    name = _("试题分析_%(sitting)s_%(paper)s.xlsx") % {"sitting": sitting.code, "paper": row.title}
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store, private"
    return response
