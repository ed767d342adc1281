"""A paper to look at: drawn as for a candidate, and printed with its answers on separate sheets."""

from __future__ import annotations

import base64
import secrets

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exams.actions import papers as actions
from exams.delivery import pictures
from exams.models import FrozenPaper, Paper
from exams.queries import paper_items, paper_keys, papers
from exams.rules.papers import draw
from exams.views.papers import reach
from portal import pdf
from portal.access import access_of, require
from portal.actions.errors import Refused

SEEDS = 1_000_000
# Points of the printed page: 178 mm of text width.
WIDEST = 420
# Lines left for a written answer.
RULED = 12


def _seed(request) -> int | None:
    text = request.GET.get("seed", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _another() -> int:
    return secrets.randbelow(SEEDS)


@require("papers.view")
@require_GET
def preview(request, code):
    """/exams/papers/<code>/preview/?seed=: one draw as a candidate would see it. The key stays where it is."""
    paper, seed = reach(code), _seed(request)
    if seed is None:
        return redirect(f"{request.path}?seed={_another()}")
    context = {"paper": paper, "seed": seed, "other": _another(), "problems": papers.shortages(paper)}
    if not context["problems"]:
        body = papers.body_of(paper)
        layout = draw(body, seed)
        items = paper_items.shown(layout, lambda row: _web(row, request.user))
        context["sections"] = paper_items.sections_of(body, items)
        context |= {"items": len(items), "total": paper_items.plain_marks(body["total"])}
    return render(request, "exams/papers/preview.html", context | {"active_key": "papers"})


def _web(picture, user) -> dict:
    size = {"width": picture.width, "height": picture.height}
    return {"url": pictures.address(picture.pk, user.pk), "alt": picture.alt, **size}


def _paper_picture(picture) -> dict:
    """For the printed page: inside the document, so that nothing is fetched. "url" is empty when the file is lost."""
    try:
        content = base64.b64encode(pictures.read(picture)).decode()
    except FileNotFoundError:
        return {"url": "", "alt": picture.alt, "width": 0}
    # 96 dots an inch on screen are 72 points on paper.
    width = min(WIDEST, round(picture.width * 0.75))
    return {"url": f"data:{picture.mime};base64,{content}", "alt": picture.alt, "width": width}


@require("exam_papers.print")
@require_GET
def print_page(request, code):
    """/exams/papers/<code>/print/?seed=: the draw that both documents will show, and links to them."""
    paper, seed = reach(code), _seed(request)
    if seed is None:
        return redirect(f"{request.path}?seed={_another()}")
    refused = ""
    if paper.state != Paper.State.READY:
        refused = _("试卷为%(state)s，设为可用后才能打印。") % {"state": paper.get_state_display()}
    elif problems := papers.shortages(paper):
        refused = _("；").join(problems) + _("。")
    sha = "" if refused else papers.sha_of(papers.body_of(paper))[:16]
    context = {"paper": paper, "seed": seed, "sha": sha, "other": _another(), "refused": refused}
    context |= {"may_key": access_of(request).can("keys.view"), "active_key": "papers"}
    return render(request, "exams/papers/print.html", context)


def _frozen(request, paper: Paper) -> FrozenPaper:
    """The copy named by ``sha``, or the paper as it is now. Raises Refused when that is no longer the same."""
    sha = request.GET.get("sha", "")
    known = papers.frozen(paper, sha)
    if known:
        return known
    frozen = actions.freeze(actor=request.user, now=timezone.now(), paper=paper)
    if sha and not frozen.sha256.startswith(sha):
        raise Refused(_("题库或试卷已有变化，请重新打开打印页。"))
    return frozen


def _document(request, code: str, *, key: bool) -> HttpResponse:
    paper, seed = reach(code), _seed(request)
    if seed is None:
        return redirect(reverse("exams:paper_print", args=[code]))
    try:
        frozen = _frozen(request, paper)
    except Refused as refusal:
        context = {"paper": paper, "refused": refusal.message, "active_key": "papers"}
        return render(request, "exams/papers/print.html", context, status=422)
    layout = draw(frozen.body, seed)
    items = paper_items.shown(layout, None if key else _paper_picture)
    now = timezone.now()
    context = {
        "title": frozen.body["title"],
        "body": frozen.body,
        "total": paper_items.plain_marks(frozen.body["total"]),
        "pass_mark": paper_items.plain_marks(frozen.body["pass_mark"]),
        "sections": paper_items.sections_of(frozen.body, items),
        "ruled": range(RULED),
        "seed": seed,
        "sha": frozen.sha256[:16],
        "printed_by": str(request.user),
        "printed_at": now,
    }
    if key:
        context["sections"] = paper_keys.keyed(context["sections"])
    content = pdf.render("exams/pdf/paper_key.html" if key else "exams/pdf/paper.html", context)
    actions.note_print(actor=request.user, now=now, frozen=frozen, seed=seed, key=key)
    name = (_("%(title)s_答案_%(seed)s.pdf") if key else _("%(title)s_%(seed)s.pdf")) % {
        "title": paper.title,
        "seed": seed,
    }
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store, private"
    return response


@require("exam_papers.print")
@require_GET
def paper_pdf(request, code):
    """/exams/papers/<code>/paper.pdf?seed=&sha=: the sheets for candidates. Audited."""
    return _document(request, code, key=False)


@require("keys.view")
@require_GET
def key_pdf(request, code):
    """/exams/papers/<code>/key.pdf?seed=&sha=: the answers to exactly those sheets. Audited."""
    return _document(request, code, key=True)
