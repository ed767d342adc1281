"""The paper's page: its blueprint with 需/有 on every line, or its chosen questions."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exams.actions import paper_items
from exams.actions import papers as actions
from exams.forms.papers import BlueprintForm, PickFilterForm
from exams.models import Paper, PaperItem, PaperSection
from exams.queries import paper_items as shown
from exams.queries import papers
from exams.rules.blueprint import total
from exams.views.papers import KINDS, page_of, reach
from portal.access import access_of, require
from portal.actions.errors import Refused

PAGE = 50


def _context(request, paper: Paper, form: BlueprintForm, tree, problems) -> dict:
    stored = papers.chosen(paper)
    banks = list(paper.banks.all())
    access = access_of(request)
    lists = [
        (section, [(row, papers.unusable(row)) for row in section.items.all()])
        for section in (stored if paper.mode == Paper.Mode.FIXED else ())
    ]
    return {
        "paper": paper,
        "banks": banks,
        "form": form,
        "tree": tree,
        "problems": problems,
        "items": sum(section.count for section in stored),
        "total": total(stored),
        "kind": KINDS[paper.state],
        "policy_note": shown.multiple_note(paper.multiple_policy),
        "lists": lists,
        "fixed": paper.mode == Paper.Mode.FIXED,
        "may_edit": access.can("papers.edit") and paper.state != Paper.State.RETIRED,
        "may_print": access.can("exam_papers.print"),
        "active_key": "papers",
    }


@require("papers.view")
def page(request, code):
    """/exams/papers/<code>/: what the paper asks for, whether the banks can give it, and changing it.

    POST: ``more`` lengthens a list by a row, ``draft`` saves what cannot be filled yet, otherwise check and save.
    """
    paper = reach(code)
    fixed, tree = paper.mode == Paper.Mode.FIXED, papers.Tree.load()
    if request.method == "POST" and not access_of(request).can("papers.edit"):
        raise Http404
    more = request.POST.get("more", "")
    bound = request.POST if request.method == "POST" else None
    form = BlueprintForm(bound, specs=papers.specs_of(paper), tree=tree, fixed=fixed, more=more)
    if not form.intact:
        raise BadRequest
    problems, status = [], 200
    if bound is None:
        problems = papers.shortages(paper) if fixed else _show(form, paper, tree)
    elif not more:
        problems = _save(request, paper, form, tree)
        if problems is None:
            return redirect(page_of(paper))
        status = 422
    context = _context(request, paper, form, tree, problems)
    context |= {"refused": status == 422, "quiet": bool(more)}
    return render(request, "exams/papers/page.html", context, status=status)


def _show(form: BlueprintForm, paper: Paper, tree) -> list[str]:
    """需/有 of the stored blueprint; nothing is wrong with a paper that is still empty."""
    if not paper.sections.exists():
        return []
    check = papers.check(papers.specs_of(paper), [bank.pk for bank in paper.banks.all()], tree)
    form.stored(check)
    return check.problems


def _save(request, paper: Paper, form: BlueprintForm, tree) -> list[str] | None:
    """None when saved; else the sentences to show."""
    if not form.is_valid():
        return [text for text, _anchor in form.problems] or [_("请检查各行是否填写完整。")]
    draft = "draft" in request.POST
    if not form.fixed:
        check = papers.check(form.specs, [bank.pk for bank in paper.banks.all()], tree)
        form.show(check)
        if check.problems and not draft:
            return check.problems
    try:
        actions.save_sections(actor=request.user, now=timezone.now(), paper=paper, sections=form.specs)
    except Refused as refusal:
        return [refusal.message]
    saved = papers.specs_of(paper)
    words = {"n": sum(spec.count for spec in saved), "total": total(saved)}
    messages.success(request, _("已保存：共%(n)s题，满分%(total)s分。") % words, extra_tags="toast")
    return None


def _section(paper: Paper, position: int) -> PaperSection:
    section = paper.sections.select_related("paper").filter(position=position).first()
    if section is None or paper.mode != Paper.Mode.FIXED:
        raise Http404
    return section


@require("papers.edit")
def pick(request, code, position):
    """/exams/papers/<code>/pick/<position>/: choose questions of the banks for one section of a fixed paper;
    POST the ticked ones, or with ``all`` everything the filter shows.
    """
    paper = reach(code)
    section, tree = _section(paper, position), papers.Tree.load()
    form = PickFilterForm(request.GET, paper=paper, tree=tree)
    rows = papers.picked(section, tree, **(form.cleaned_data if form.is_valid() else {}))
    refused = ""
    if request.method == "POST":
        ids = [int(pk) for pk in request.POST.getlist("question") if pk.isdecimal() and len(pk) < 18]
        ids = ids[: actions.MOST_ITEMS]
        if "all" in request.POST:
            ids = list(rows.values_list("pk", flat=True)[: actions.MOST_ITEMS + 1])
        try:
            added = paper_items.add_chosen(actor=request.user, now=timezone.now(), section=section, ids=ids)
        except Refused as refusal:
            refused = refusal.message
        else:
            messages.success(request, _("已选入%(n)s题。") % {"n": added}, extra_tags="toast")
            return redirect(f"{page_of(paper)}#s{position}")
    page_ = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"paper": paper, "section": section, "form": form, "page": page_, "refused": refused}
    context |= {"back": page_of(paper), "active_key": "papers"}
    return render(request, "exams/papers/pick.html", context, status=422 if refused else 200)


@require("papers.edit")
@require_POST
def item(request, code, pk):
    """/exams/papers/<code>/items/<pk>/: up, down or out, as the button says."""
    paper = reach(code)
    row = PaperItem.objects.select_related("section__paper").filter(section__paper=paper, pk=pk).first()
    if row is None:
        raise Http404
    given, act = {"actor": request.user, "now": timezone.now(), "item": row}, request.POST.get("act")
    try:
        if act == "remove":
            paper_items.remove_item(**given)
        elif act in ("up", "down"):
            paper_items.move_item(**given, up=act == "up")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(reverse("exams:paper", args=[code]) + f"#s{row.section.position}")
