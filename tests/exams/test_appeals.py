"""Appeals: asked for in time by the candidate, decided by the office, followed by register and certificate."""

from datetime import timedelta

import pytest

from exams.actions import appeals, marking, results
from exams.models import Appeal, Entry, PassCertificate, Register, ScoreEvent, Sitting
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from tests.cast import NOW
from tests.exams.closed import FAILS, MACHINE, PASSES, SatCast
from tests.exams.made import ExamCast
from tests.exams.test_scores import known, write


@pytest.fixture
def sat(cast):
    sat = SatCast(cast)
    sat.good, sat.bad = sat.sit(PASSES, items=MACHINE), sat.sit(FAILS, items=MACHINE)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    sat.closed.refresh_from_db()
    return sat


def ask(sat, attempt, *, now=NOW, actor=None, reason="第2题应为对"):
    return appeals.apply(actor=actor or attempt.user, now=now, entry=attempt.entry, reason=reason)


def decide(sat, appeal, **fields):
    values = {"actor": sat.office, "now": NOW + timedelta(hours=1), "changed": False, "answer": "核对无误"}
    return appeals.decide(appeal=appeal, **values | fields)


def test_asking_twice_is_asking_once(sat):
    first, second = ask(sat, sat.bad), ask(sat, sat.bad, reason="再问")
    assert first == second and Appeal.objects.count() == 1
    assert AuditEvent.objects.filter(action="appeal.made").count() == 1


@pytest.mark.parametrize(
    ("spoil", "fields", "said"),
    [
        (lambda sat: None, {"now": NOW + timedelta(days=7)}, "期限已过"),
        (lambda sat: None, {"reason": " "}, "理由"),
        (lambda sat: None, {"actor": "office"}, "本人"),
        (lambda sat: Sitting.objects.update(state="closed"), {}, "尚未发布"),
        (lambda sat: Entry.objects.update(sat=False), {}, "未参加"),
    ],
)
def test_who_may_not_ask(sat, spoil, fields, said):
    spoil(sat)
    if fields.get("actor"):
        fields = {"actor": sat.office}
    with pytest.raises(Refused, match=said):
        ask(sat, sat.bad, **fields)
    assert not Appeal.objects.exists()


def test_keeping_changes_nothing_but_the_appeal(sat):
    appeal = decide(sat, ask(sat, sat.bad))
    assert appeal.state == "kept" and appeal.decided_by == sat.office
    assert Register.objects.count() == 1 and not ScoreEvent.objects.filter(kind="appeal").exists()
    assert Notice.objects.filter(recipient=sat.bad.user, key=f"appeal:{appeal.pk}").exists()
    assert decide(sat, appeal).state == "kept"
    with pytest.raises(Refused, match="已处理"):
        decide(sat, appeal, changed=True, scores={"0": "40"}, answer="改")


def test_changing_marks_the_answer_again_and_follows(sat):
    appeal = ask(sat, sat.bad)
    decide(sat, appeal, changed=True, answer="第1题误判", scores={"0": "40", "2": "30.00"})
    event = ScoreEvent.objects.get(kind="appeal")
    assert event.scores == {"0": "40"} and event.attempt == sat.bad
    assert Entry.objects.get(pk=sat.bad.entry_id).score == 70
    assert Register.objects.get(edition=2).reason == "成绩复核：第1题误判"
    assert PassCertificate.objects.filter(person__user=sat.bad.user, state="valid").exists()


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({"0": "41"}, "0至40"),
        ({"0": "x"}, "不是数字"),
        ({"9": "1"}, "没有这一题"),
        ({"0": "0.00"}, "没有改动"),
        ({}, "没有改动"),
    ],
)
def test_marks_stay_within_the_worth(sat, scores, said):
    with pytest.raises(Refused, match=said):
        decide(sat, ask(sat, sat.bad), changed=True, scores=scores)
    assert Appeal.objects.get().state == "open" and Register.objects.count() == 1


def test_an_answer_is_needed(sat):
    with pytest.raises(Refused, match="复核意见"):
        decide(sat, ask(sat, sat.bad), answer="")


def test_a_paper_taken_off_line_has_one_mark(cast):
    exam = ExamCast(cast)
    offline = exam.make_sitting("off", "线下考试", online=False)
    write(exam, offline, known(exam, 50, 80, result="不合格"))
    results.release(actor=exam.office, now=NOW, sitting=offline)
    entry = Entry.objects.get(registration__sitting=offline, paper__position=1)
    appeal = appeals.apply(actor=cast.user("officer"), now=NOW, entry=entry, reason="漏计10分")
    appeals.decide(actor=exam.office, now=NOW, appeal=appeal, changed=True, answer="漏计", scores={"total": "60"})
    entry.refresh_from_db()
    assert entry.score == 60 and Register.objects.get(edition=2).body["sums"]["passed"] == 1
