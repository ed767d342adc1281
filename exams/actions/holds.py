"""Questions that cite an amended article wait until somebody has compared them with the new words.

A held question is in no new paper; frozen papers and past attempts keep it. Importing this module registers it with
the law library (exams.apps does).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.models import Question, QuestionState
from portal import audit
from portal.law import hooks
from portal.law.models import Article

# Length of Question.held.
LONGEST = 200


@transaction.atomic
def hold_questions_citing(*, actor, now, article: Article, start) -> int:
    """Hold every question in use or on its way (not retired) whose current version cites ``article``, amended from
    ``start`` on. Returns how many are newly held; a question that waits already keeps its first reason.
    """
    told = {"law": article.law.short_name, "article": article.words, "day": start.isoformat()}
    if start > timezone.localdate(now):
        text = _("《%(law)s》%(article)s将于%(day)s修改，待确认")
    else:
        text = _("《%(law)s》%(article)s已于%(day)s修改，待确认")
    rows = Question.objects.filter(held="", current__articles=article).exclude(state=QuestionState.RETIRED)
    rows = list(rows.select_for_update(of=("self",)).select_related("bank").order_by("pk"))
    if not rows:
        return 0
    reason = (text % told)[:LONGEST]
    Question.objects.filter(pk__in=[row.pk for row in rows]).update(held=reason)
    _note(actor, now, rows, held=reason)
    return len(rows)


@transaction.atomic
def confirm_question(*, actor, now, questions: Iterable[Question], note: str = "") -> int:
    """The questions still hold good under the amended article: back into new papers. Returns how many waited.

    A question that does not hold good is revised or retired instead; revising does not release it either.
    """
    rows = Question.objects.filter(pk__in=[question.pk for question in questions]).exclude(held="")
    rows = list(rows.select_for_update(of=("self",)).select_related("bank").order_by("pk"))
    if not rows:
        return 0
    Question.objects.filter(pk__in=[row.pk for row in rows]).update(held="")
    for row in rows:
        _note(actor, now, [row], held="", before=row.held, note=note.strip()[:LONGEST])
    return len(rows)


def _note(actor, now, rows, **data) -> None:
    entries = [
        audit.Entry(
            "question.held" if data["held"] else "question.confirmed",
            "exams.question",
            str(row.pk),
            data={"bank": row.bank.code, "number": row.number, **data},
        )
        for row in rows
    ]
    audit.record_many(actor=actor, now=now, entries=entries)


@hooks.on_amended
def hold_when_amended(*, actor, now, article, version) -> None:
    """An article has new words, or ended (then ``version`` is the one that ended)."""
    hold_questions_citing(actor=actor, now=now, article=article, start=version.end or version.start)
