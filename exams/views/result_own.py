"""A candidate's own result, after release, and asking for a review."""

from __future__ import annotations

from functools import partial

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exams.actions import appeals
from exams.models.sittings import Entry, Registration
from exams.queries import own_result
from exams.views.results_kit import ask
from portal.access import require
from portal.figures import num
from portal.ui import Confirm


@require("exams.take")
@require_GET
@never_cache
def result(request, code):
    """Totals by paper and section; neither questions nor keys. Before release: that it is not released yet."""
    registration = _own(request, code)
    found = own_result.result_of(registration, timezone.now())
    context = {"registration": registration, "result": found, "active_key": "exams"}
    return render(request, "exams/results/own.html", context)


def _own(request, code: str) -> Registration:
    try:
        return own_result.own_registration(request.user, code)
    except Registration.DoesNotExist as error:
        raise Http404 from error


@require("exams.take")
@never_cache
def appeal(request, code, paper):
    """Asking for a review of one paper, with the reason."""
    registration = _own(request, code)
    entry = Entry.objects.filter(registration=registration, paper__position=paper).select_related("paper").first()
    if entry is None or own_result.result_of(registration, timezone.now()) is None:
        raise Http404
    back = reverse("exams:result", args=[code])
    confirm = Confirm(
        id="appeal",
        title=_("申请成绩复核"),
        verb=_("提交申请"),
        action_url=reverse("exams:appeal_new", args=[code, paper]),
        cancel_url=back,
        lines=[
            _("%(title)s，%(paper)s，得分%(score)s。")
            % {
                "title": registration.sitting.title,
                "paper": entry.paper.title,
                "score": "—" if entry.score is None else num(entry.score),
            },
            _("考务人员将核对您的答卷和评分，结果通知您。每科只能申请一次。"),
        ],
        reason="required",
    )
    return ask(
        request,
        confirm,
        partial(appeals.apply, entry=entry),
        back=lambda made: back,
        done=_("已提交复核申请。"),
        active_key="exams",
    )
