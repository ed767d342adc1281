"""Case teaching: the page, and what a learner does on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses.actions import cases as actions
from courses.models import Judgement
from courses.queries import cases, comments
from courses.queries.own import own_person
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.figures import num
from portal.ui import Confirm


def _learner(request):
    """The person who learns here, or None: another role, or a preview."""
    if getattr(request, "is_preview", False) or not access_of(request).can("learn.take"):
        return None
    try:
        return own_person(request.user)
    except Refused as refused:
        messages.info(request, refused.message)
        return None


def _asked_step(request) -> int:
    text = request.GET.get("step", "")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


@require("learn.view")
def case_page(request, page):
    """/study/cases/<slug>/: step by step for a learner; everything at once for who prepares or supervises."""
    person, now = _learner(request), timezone.now()
    access, today = access_of(request), timezone.localdate(now)
    preview = getattr(request, "is_preview", False)
    lonely = person is None and access.can("learn.take") and not preview
    view = cases.case_view(
        page,
        person,
        today.year,
        learning=person is not None or lonely,
        at=_asked_step(request),
        moderate=access.can("talk.moderate") and not preview,
    )
    context = {
        "page": page,
        "view": view,
        # A learner whose account has no person yet sees what the case is about, never how it ended.
        "lonely": lonely,
        "preview": preview,
        "moderate": access.can("talk.moderate") and not preview,
        "assigned": cases.assigned_here(person, page, today.year, today) if person else None,
        "discussion": comments.discussion_of(request, page) if view.finished or not view.learning else None,
        "check": access.can("cases.check") and not preview,
    }
    return render(request, "courses/cases/case.html", context)


def _act(request, pk, act):
    """Do ``act(person, case)`` for the viewer and go back to the case; refusals are shown there."""
    case = cases.live_case(pk)
    if case is None:
        raise Http404
    try:
        where = act(own_person(request.user), case)
    except Refused as refused:
        messages.error(request, refused.message)
        where = ""
    return redirect(f"{case.url}{where or '#now'}")


@require("learn.take")
@require_POST
def case_begin(request, pk):
    """Begin the case this year."""

    def act(person, case):
        actions.begin(actor=request.user, now=timezone.now(), person=person, case=case)

    return _act(request, pk, act)


@require("learn.take")
@require_POST
def case_next(request, pk):
    """Open the step after the one read (``step``)."""
    text = request.POST.get("step", "")
    step = int(text) if text.isdecimal() and len(text) < 4 else 0

    def act(person, case):
        actions.open_next(actor=request.user, now=timezone.now(), person=person, case=case, step=step)

    return _act(request, pk, act)


@require("learn.take")
@require_POST
def case_judge(request, pk):
    """Give a judgement (``point``, ``choice``, ``reason``)."""

    def act(person, case):
        given = actions.judge(
            actor=request.user,
            now=timezone.now(),
            person=person,
            case=case,
            point=request.POST.get("point", "")[:40],
            choice=request.POST.get("choice", "")[:40],
            reason=request.POST.get("reason", ""),
        )
        # Back to the judgement: what colleagues thought stands there; the next step is open below it.
        return f"?step={cases.points_of(case).index(given.point) + 1}#told"

    return _act(request, pk, act)


@require("learn.take")
@require_POST
def case_finish(request, pk):
    """Complete the case."""

    def act(person, case):
        run = actions.finish(actor=request.user, now=timezone.now(), person=person, case=case)
        if run.credit:
            messages.success(request, _("已学完本案，计%(hours)s学时（线上）。") % {"hours": num(run.credit.hours)})
        elif case.hours:
            messages.info(request, _("已学完本案；这段时间已在别处计过学时，不再重复计。"))
        else:
            messages.success(request, _("已学完本案。"))

    return _act(request, pk, act)


@require("talk.moderate")
@require_http_methods(["GET", "POST"])
def reason_hide(request, pk):
    """Hide a colleague's reason, or show it again; GET asks why."""
    judgement = Judgement.objects.filter(pk=pk).exclude(reason="").select_related("case").first()
    if judgement is None:
        raise Http404
    back, refused = judgement.case.url or "/study/", ""
    if request.method == "POST":
        try:
            actions.hide_reason(
                actor=request.user,
                now=timezone.now(),
                judgement=judgement,
                hidden=request.POST.get("hidden") == "1",
                why=request.POST.get("reason", ""),
            )
            return redirect(back)
        except Refused as error:
            refused = error.message
    hide = not judgement.hidden
    confirm = Confirm(
        id="hide",
        title=_("隐藏这条理由") if hide else _("恢复这条理由"),
        verb=_("隐藏") if hide else _("恢复"),
        action_url=request.path,
        lines=[_("“%(text)s”") % {"text": judgement.reason}, *([refused] if refused else [])],
        reversible=_("隐藏后同事不再看到，可以恢复；操作留有记录。") if hide else "",
        reason="required" if hide else None,
        hidden=[("hidden", "1" if hide else "0")],
        cancel_url=back,
    )
    return render(request, "confirm_page.html", {"confirm": confirm}, status=422 if refused else 200)
