"""The review queue (待审): drafts by others, each with its key, approved or returned, one or many at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from exams.actions import bank as actions
from exams.models import AnswerForm, QuestionState
from exams.queries import bank as queries
from exams.queries.asked import Shower
from exams.queries.keys import keys_of
from exams.queries.question_history import answer_words
from exams.views.bank_pages import seen_of
from portal.access import require
from portal.actions.errors import Refused

PAGE = 20


@require("bank.review")
@require_http_methods(["GET", "POST"])
@never_cache
def review(request):
    """/exams/review/."""
    if request.method == "POST":
        return _decide(request)
    rows, own = _waiting(request)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    questions = list(page.object_list)
    versions = [question.current for question in questions]
    keys, shower = keys_of(version.pk for version in versions), Shower(versions, request.user.pk)
    context = {
        "page": page,
        "rows": [_row(question, keys[question.current_id], shower) for question in questions],
        "own": own,
        "newest": rows.order_by("-current_id").values_list("current_id", flat=True).first() or 0,
        "active_key": "banks",
    }
    return render(request, "exams/bank/review.html", context)


def _waiting(request):
    rows, own = queries.waiting(request.user)
    bank = request.GET.get("bank", "")
    return (rows.filter(bank__code=bank) if bank else rows), own


def _all_waiting(request):
    """All that waits, but for versions newer than the page that was looked at."""
    newest = request.POST.get("newest", "")
    upto = int(newest) if newest.isdecimal() and len(newest) < 18 else 0
    return list(_waiting(request)[0].filter(current__lte=upto))


def _row(question, key, shower) -> dict:
    version = question.current
    choice = version.form not in (AnswerForm.BLANK, AnswerForm.WRITTEN)
    return {
        "question": question,
        "version": version,
        "q": shower.show(version, right=key.answer if choice else None),
        "key": key,
        "key_words": answer_words(key.answer),
    }


def _decide(request):
    if request.POST.get("all"):
        rows = _all_waiting(request)
    else:
        rows = queries.seen_questions(seen_of(request.POST.getlist("question")))
    given = {"actor": request.user, "now": timezone.now(), "questions": rows}
    try:
        if not rows:
            raise Refused(_("请先勾选试题。"))
        if request.POST.get("to") == "returned":
            done = actions.return_questions(reason=request.POST.get("reason", "").replace("\0", ""), **given)
            text = _("已退回%(n)s道试题。") % {"n": done}
        else:
            done = actions.change_state(state=QuestionState.REVIEWED, **given)
            text = _("已审核通过%(n)s道试题。") % {"n": done}
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, text, extra_tags="toast")
    return redirect(request.get_full_path())
