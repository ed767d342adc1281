"""Two people at once: one frozen copy, one decision. Runs on PostgreSQL."""

from decimal import Decimal

import pytest

from exams.actions import challenges, paper_items, papers
from exams.models import FrozenPaper, KeyDecision, Paper, ScoreEvent
from exams.rules.blueprint import SectionSpec
from portal.actions.errors import Refused
from tests.cast import NOW
from tests.exams.disputed import Disputed
from tests.exams.together import several_writers, together

pytestmark = [several_writers, pytest.mark.django_db(transaction=True)]


def test_freezing_at_once_is_one_copy(exam):
    given = {"actor": exam.office, "now": NOW, "paper": exam.paper}
    frozen = together(*[lambda: papers.freeze(**given)] * 4)
    assert len({row.pk for row in frozen}) == 1 and FrozenPaper.objects.count() == 1


def test_two_decisions_are_one(exam):
    sat = Disputed(exam, "BBAA")
    row, before = sat.challenge(), ScoreEvent.objects.count()
    decide = challenges.decide_challenge
    results = together(
        lambda: decide(**sat.given, decision=row, kind="void", reason="作废"),
        lambda: decide(**sat.given, decision=row, kind="rekey", answer=["B"], reason="改答案"),
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    kind = KeyDecision.objects.get(pk=row.pk).kind
    assert set(ScoreEvent.objects.order_by("id")[before:].values_list("kind", flat=True)) == {kind}
    assert ScoreEvent.objects.count() == before + 4


def test_choosing_at_once_numbers_every_question_once(exam):
    paper = papers.create_paper(
        actor=exam.office, now=NOW, code="f1", title="固定卷", mode="fixed", banks=[exam.bank], shuffle_items=False
    )
    papers.save_sections(
        actor=exam.office, now=NOW, paper=paper, sections=[SectionSpec("单选", "single", 0, Decimal(2))]
    )
    section = Paper.objects.get(pk=paper.pk).sections.get()
    given = {"actor": exam.office, "now": NOW, "section": section}
    together(
        *[
            lambda name=name: paper_items.add_items(**given, questions=[exam.questions[name]])
            for name in ("单选1", "单选2", "单选3")
        ]
    )
    section.refresh_from_db()
    assert section.count == 3 and sorted(section.items.values_list("position", flat=True)) == [1, 2, 3]
