"""Taking a quiz: draw, hand in. Every try is drawn anew; passing one may complete the page."""

from __future__ import annotations

import secrets
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from courses.actions.cases import complete_if_ready
from courses.actions.completion import advance
from courses.actions.enrolments import begin
from courses.models import CasePage, QuizRun
from courses.queries import progress, quizzes
from exams.models import AnswerForm, Question
from exams.queries.keys import keys_of
from exams.rules.marking import cent, marks_for
from portal.actions.errors import Refused
from staffing.models import Person

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST_WORD = 200
ONE = Decimal(1)
_chance = secrets.SystemRandom()


def start(*, actor, now, person, page) -> QuizRun:
    """A new try at the page's quiz, or the one that was not handed in yet. Also takes the lesson's course.

    ``quiz_count`` questions by chance, fewer when the bank has fewer. Raises Refused when there is nothing to ask.
    """
    year = progress.year_of(now)
    with transaction.atomic():
        begin(actor=actor, now=now, person=person, page=page)
        # A double click waits here for the first one's run.
        Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
        running = QuizRun.objects.filter(person=person, page=page.pk, year=year, finished_at__isnull=True).first()
        if running:
            return running
        pool = list(quizzes.pool_of(page).values_list("pk", flat=True))
        if not pool:
            raise Refused(_("本测验暂时没有可用的试题，请联系培训管理员。"))
        chosen = _chance.sample(pool, min(page.quiz_count, len(pool)))
        questions = Question.objects.select_related("current").in_bulk(chosen)
        return QuizRun.objects.create(
            person=person,
            page_id=page.pk,
            year=year,
            items=[_item(questions[pk]) for pk in chosen],
            pass_mark=page.quiz_pass,
            started_at=now,
        )


def _item(question: Question) -> dict:
    version = question.current
    order = [option["key"] for option in version.options]
    return {"v": version.pk, "q": question.pk, "f": version.form, "o": order, "b": version.blanks}


def values_of(run: QuizRun, given: dict[str, list[str]]) -> dict:
    """What was filled in, as a try keeps it: {place: option keys, or texts of blanks}; empty answers are left out.

    ``given``: by field name (``quizzes.input_name``) the letters as shown, or the texts.
    """
    values = {}
    for at, item in enumerate(run.items):
        texts = [str(text).replace("\0", "").strip() for text in given.get(quizzes.input_name(at), ())]
        if item["f"] == AnswerForm.BLANK:
            value = [text[:LONGEST_WORD] for text in (*texts, *[""] * item["b"])][: item["b"]]
        else:
            shown = dict(zip(LETTERS, item["o"]))
            value = sorted({shown[letter] for letter in texts if letter in shown})
            value = value if item["f"] == AnswerForm.MULTIPLE else value[:1]
        if any(value):
            values[str(at)] = value
    return values


def hand_in(*, actor, now, run: QuizRun, answers: dict) -> QuizRun:
    """Mark a try. ``answers`` as of ``values_of``; every question weighs the same, multiple choice all or nothing.

    Passed: the page may be complete now (courses.actions.completion). Handing in twice changes nothing.
    """
    with transaction.atomic():
        keys = keys_of(item["v"] for item in run.items)
        items, right = [], Decimal(0)
        for at, item in enumerate(run.items):
            marks = marks_for(item["f"], answers.get(str(at)), keys[item["v"]].answer, ONE) or Decimal(0)
            right += marks
            items.append({**item, "r": marks == ONE})
        score = cent(right * 100 / len(items))
        handed_in = QuizRun.objects.filter(pk=run.pk, finished_at__isnull=True).update(
            answers=answers, items=items, score=score, passed=score >= run.pass_mark, finished_at=now
        )
        run.refresh_from_db()
        if handed_in and run.passed:
            _passed(actor, now, run)
    return run


def _passed(actor, now, run: QuizRun) -> None:
    """Completion counts in the year of handing in; a try begun in the old year and passed in the new stays there."""
    page = quizzes.page_with_quiz(run.page_id)
    if isinstance(page, CasePage):
        complete_if_ready(actor=actor, now=now, person=run.person, case=page)
    elif page is not None:
        advance(actor=actor, now=now, person=run.person, page=page)
