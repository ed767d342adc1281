"""Challenges of a sitting: raise one, see what a decision would change, decide."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exams.actions import challenges as actions
from exams.forms.challenges import ChallengeForm, DecideForm
from exams.models import KeyDecision, Sitting
from exams.queries import challenges, paper_keys
from exams.queries.keys import keys_of
from exams.queries.marking import keys_in
from exams.views.results_kit import office_sitting
from portal.access import require
from portal.actions.errors import Refused
from portal.ui import Confirm, Link
from staffing.views.facts import FormPage, form_page

KINDS = {"open": "review", "void": "plain", "rekey": "info", "kept": "met"}


def _back(sitting: Sitting) -> str:
    return reverse("exams:challenges", args=[sitting.code])


@require("marking.manage")
@require_GET
def listing(request, code):
    """/exams/sittings/<code>/challenges/: open ones first."""
    sitting = office_sitting(request, code)
    rows = [(row, KINDS[row.kind]) for row in challenges.listed(sitting)]
    context = {"sitting": sitting, "rows": rows, "may_raise": sitting.state in actions.OVER}
    return render(request, "exams/challenges/list.html", context | {"active_key": "exam_office"})


@require("marking.manage")
def new(request, code):
    """/exams/sittings/<code>/challenges/new/?version=: note a dispute."""
    sitting = office_sitting(request, code)
    initial = {"version": request.GET.get("version")}
    form = ChallengeForm(request.POST or None, initial=initial, questions=challenges.askable(sitting))
    page = FormPage(
        _("登记试题异议"),
        _("登记异议"),
        _back(sitting),
        _("已登记异议。"),
        crumbs=(
            Link(sitting.title, reverse("exams:sitting", args=[code])),
            Link(_("试题异议"), _back(sitting)),
        ),
        active_key="exam_office",
    )
    return form_page(request, form, partial(actions.raise_challenge, sitting=sitting), page)


def _key_words(version, answer) -> str:
    """A key for the office: letters in the bank's order, or words."""
    if answer is None:
        return ""
    if version.options:
        return "".join(answer)
    return paper_keys.words_of(version.form, answer)


@require("marking.manage")
def decide(request, code, pk):
    """/exams/sittings/<code>/challenges/<pk>/: the question with its key; POST shows what would change, POST with
    ``confirm`` decides.
    """
    sitting = office_sitting(request, code)
    decision = challenges.find(sitting, pk)
    if decision is None:
        raise Http404
    form = DecideForm(request.POST or None, version=decision.version)
    if request.method == "POST" and decision.kind == KeyDecision.Kind.OPEN and form.is_valid():
        answer = _step(request, sitting, decision, form)
        if answer is not None:
            return answer
    version = decision.version
    current = keys_in(sitting, [version.pk])[version.pk]
    context = {
        "sitting": sitting,
        "decision": decision,
        "kind": KINDS[decision.kind],
        "version": version,
        "key": _key_words(version, keys_of([version.pk])[version.pk].answer),
        "current": _("已作废") if current.void else _key_words(version, current.answer),
        "new": _key_words(version, decision.answer),
        "form": form,
        "active_key": "exam_office",
    }
    return render(request, "exams/challenges/decide.html", context, status=422 if form.errors else 200)


def _step(request, sitting, decision, form):
    """The question before, or the decision; None when refused (now an error of the form)."""
    kind, reason = form.cleaned_data["kind"], form.cleaned_data["reason"]
    given = {"decision": decision, "kind": kind, "answer": form.answer}
    try:
        if "confirm" in request.POST:
            actions.decide_challenge(actor=request.user, now=timezone.now(), reason=reason, **given)
            messages.success(request, _("异议已处理。"), extra_tags="toast")
            return redirect(_back(sitting))
        effect = actions.effect_of(**given)
    except Refused as refusal:
        fields = [name for name in form.fields if name.startswith(refusal.field or "-")]
        form.add_error(fields[0] if fields else None, refusal.message)
        return None
    lines = [_("试题：%(stem)s") % {"stem": decision.version.stem[:80]}, _("理由：%(why)s") % {"why": reason}]
    if kind == KeyDecision.Kind.KEPT:
        lines.append(_("答案不变，没有人的成绩变化。"))
    else:
        words = {"had": effect.had, "up": effect.up, "down": effect.down, "n": effect.changed}
        lines.append(_("考到本题并已评分%(had)s人，其中%(n)s人得分变化：增%(up)s人，减%(down)s人。") % words)
    if kind == KeyDecision.Kind.REKEY:
        lines.append(_("新的答案：%(key)s") % {"key": _key_words(decision.version, form.answer)})
    if sitting.state == Sitting.State.RELEASED and effect.changed:
        lines.append(_("成绩已发布：登记册将出更正版，合格证明和资格随结果变化，并通知有关人员。"))
    confirm = Confirm(
        id="decide",
        title=_("处理试题异议：%(kind)s") % {"kind": KeyDecision.Kind(kind).label},
        verb=_("确认处理（%(n)s人得分变化）") % {"n": effect.changed},
        action_url=request.path,
        lines=lines,
        reversible=_("处理后不能撤销；评分记录只增不改，可以再提新的异议。"),
        hidden=[*form.hidden(), ("confirm", "1")],
        cancel_url=request.path,
    )
    return render(request, "confirm_page.html", {"confirm": confirm, "active_key": "exam_office"})
