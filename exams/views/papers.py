"""Papers: the list, their basics, and the steps draft → ready → retired."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exams.actions import papers as actions
from exams.forms.papers import PaperCopyForm, PaperFilterForm, PaperForm
from exams.models import Paper
from exams.queries import papers
from exams.rules.blueprint import total
from portal.access import require
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count, Link
from staffing.views.facts import FormPage, confirm_page, form_page

PAGE = 50
KINDS = {Paper.State.DRAFT: "plain", Paper.State.READY: "met", Paper.State.RETIRED: "plain"}


def reach(code: str) -> Paper:
    """The paper of that code, or 404."""
    paper = papers.find(code)
    if paper is None:
        raise Http404
    return paper


def page_of(paper: Paper) -> str:
    """The address of a paper."""
    return reverse("exams:paper", args=[paper.code])


def crumb() -> Link:
    """The list of papers, as the way back."""
    return Link(_("试卷"), reverse("exams:papers"))


@require("papers.view")
@require_GET
def listing(request):
    """/exams/papers/: every paper with its size, marks, state and use."""
    form = PaperFilterForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    state = request.GET.get("state", "")
    state = state if state in Paper.State.values else ""
    page = Paginator(papers.listed(state, words), PAGE).get_page(request.GET.get("page"))
    by_state, uses = papers.states(), papers.used_in(page.object_list)
    counts = [Count(_("全部"), sum(by_state.values()), url_with(request, state=None), not state)]
    counts += [
        Count(Paper.State(key).label, by_state.get(key, 0), url_with(request, state=key), state == key)
        for key in Paper.State.values
    ]
    rows = [(paper, KINDS[paper.state], uses.get(paper.pk, 0)) for paper in page.object_list]
    return render(request, "exams/papers/list.html", {"form": form, "page": page, "rows": rows, "counts": counts})


@require("papers.edit")
def create(request):
    """/exams/papers/new/: the basics of a new paper."""
    initial = {"mode": Paper.Mode.BLUEPRINT, "multiple_policy": "all", "pass_mark": 60, "minutes": 90}
    form = PaperForm(request.POST or None, initial=initial | {"shuffle_items": True, "shuffle_options": True})
    page = FormPage(
        _("新建试卷"),
        _("保存并组卷"),
        reverse("exams:papers"),
        _("已新建试卷。"),
        crumbs=(crumb(),),
        active_key="papers",
    )
    return form_page(request, form, actions.create_paper, page, page_of)


@require("papers.edit")
def edit(request, code):
    """/exams/papers/<code>/edit/: the basics."""
    paper = reach(code)
    initial = {name: getattr(paper, name) for name in actions.FIELDS} | {"banks": list(paper.banks.all())}
    form = PaperForm(request.POST or None, initial=initial, paper=paper)
    intro = (_("修改名称、题库、计分或时长后，“可用”的试卷回到草稿，须重新核对。"),) if paper.state == "ready" else ()
    page = FormPage(
        _("修改试卷基本信息"),
        _("保存"),
        page_of(paper),
        _("已保存。"),
        crumbs=(crumb(), Link(paper.title, page_of(paper))),
        intro=intro,
        active_key="papers",
    )
    return form_page(request, form, partial(actions.change_paper, paper=paper), page, page_of)


@require("papers.edit")
def copy(request, code):
    """/exams/papers/<code>/copy/: a new draft like this one."""
    paper = reach(code)
    initial = {"title": _("%(title)s（副本）") % {"title": paper.title}, "code": f"{paper.code}-2"[-40:]}
    form = PaperCopyForm(request.POST or None, initial=initial)
    page = FormPage(
        _("复制试卷"),
        _("复制为新草稿"),
        page_of(paper),
        _("已复制为新草稿。"),
        crumbs=(crumb(), Link(paper.title, page_of(paper))),
        active_key="papers",
    )
    return form_page(request, form, partial(actions.copy_paper, paper=paper), page, page_of)


def _step(request, code, act, *, name, title, verb, lines, done, reversible, danger=False):
    paper = reach(code)
    sections = list(paper.sections.all())
    words = {"title": paper.title, "n": sum(s.count for s in sections), "total": total(sections)}
    confirm = Confirm(
        id=f"paper-{name}",
        title=title % words,
        verb=verb,
        action_url=reverse(f"exams:paper_{name}", args=[code]),
        lines=[line % words for line in lines],
        reversible=reversible,
        danger=danger,
        cancel_url=page_of(paper),
    )
    return confirm_page(request, confirm, partial(act, paper=paper), done=done, active_key="papers")


@require("papers.edit")
def ready(request, code):
    """/exams/papers/<code>/ready/: draft → ready, after the check against the banks."""
    return _step(
        request,
        code,
        actions.mark_ready,
        name="ready",
        title=_("将“%(title)s”设为可用"),
        verb=_("设为可用"),
        lines=[_("共%(n)s题，满分%(total)s分。设为可用后可用于考试场次；开考时定稿。")],
        done=_("试卷已可用。"),
        reversible=_("可以退回草稿。"),
    )


@require("papers.edit")
def reopen(request, code):
    """/exams/papers/<code>/reopen/: back to draft."""
    return _step(
        request,
        code,
        actions.reopen,
        name="reopen",
        title=_("将“%(title)s”退回草稿"),
        verb=_("退回草稿"),
        lines=[_("尚未开考的场次在试卷重新可用之前不能开考；已开考的场次不受影响。")],
        done=_("试卷已退回草稿。"),
        reversible=_("核对后可再设为可用。"),
    )


@require("papers.edit")
def retire(request, code):
    """/exams/papers/<code>/retire/: no new sittings with it."""
    return _step(
        request,
        code,
        actions.retire,
        name="retire",
        title=_("停用“%(title)s”"),
        verb=_("停用试卷"),
        lines=[_("停用后不能再用于新的场次；已定稿的考试和成绩不受影响。")],
        done=_("试卷已停用。"),
        reversible=_("可以退回草稿后重新使用。"),
        danger=True,
    )
