"""Where the areas of exams meet: names changed after a release, retakes over several sittings, actions sent twice,
articles amended while a sitting is arranged or open, what counts of several attempts.
"""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from exams.actions import appeals, conduct, holds, marking, results, sittings
from exams.models import Entry, PassCertificate, Register, Registration, Sitting
from exams.queries import eligibility, mine
from exams.queries.own_result import own_registration, result_of
from exams.queries.preflight import preflight
from exams.queries.register import is_stale, register_of, sheet_of, sum_text
from portal.actions.errors import Refused
from portal.law.models import Article, Law
from portal.models import Notice
from staffing.models import QualificationStatus
from tests.cast import NOW, TODAY
from tests.exams.closed import FAILS, MACHINE, PASSES, SatCast


@pytest.fixture
def sat(cast):
    return SatCast(cast)


def of(person):
    return Registration.objects.get(person=person)


def fail(sat, person, sitting):
    part = sitting.papers.get()
    part.frozen = sat.part.frozen
    part.save()
    sat.sit(FAILS, items=MACHINE, person=person, part=part)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sitting)


def test_the_first_sitting_says_how_many_retakes(sat):
    Sitting.objects.filter(pk=sat.closed.pk).update(retakes=2)
    sat.closed.refresh_from_db()
    person = sat.person()
    fail(sat, person, sat.closed)
    first = own_registration(person.user, "c1")
    assert result_of(first, NOW).retakes == 2
    again = sat.make_sitting("c2", "补考一", sat.paper, retake_of=sat.closed, state="closed")
    assert eligibility.explain(again, [person])[person.pk].eligible
    sat.register(person, sitting=again)
    fail(sat, person, again)
    assert result_of(own_registration(person.user, "c2"), NOW).retakes == 1
    last = sat.make_sitting("c3", "补考二", sat.paper, retake_of=sat.closed, state="closed")
    assert eligibility.explain(last, [person])[person.pk].reasons == []
    sat.register(person, sitting=last)
    fail(sat, person, last)
    assert result_of(own_registration(person.user, "c3"), NOW).retakes == 0
    assert register_of(last).rows[0].retakes_left == 0


def test_a_correction_keeps_names_as_released_and_tells_only_whom_it_concerns(sat):
    good, bad = sat.sit(PASSES, items=MACHINE), sat.sit(FAILS, items=MACHINE)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    person = good.user.person
    before = person.name
    person.name = "改名人"
    person.save()
    appeal = appeals.apply(actor=bad.user, now=NOW, entry=bad.entry, reason="请核对第一题")
    appeals.decide(actor=sat.office, now=NOW, appeal=appeal, changed=True, answer="第一题应得分", scores={"0": "40"})
    edition = Register.objects.get(edition=2)
    assert [row["name"] for row in edition.body["rows"] if row["registration"] == of(person).pk] == [before]
    told = Notice.objects.filter(key=f"results:{sat.closed.pk}:2")
    assert [notice.recipient_id for notice in told] == [bad.user_id]


def test_a_mistake_undone_on_the_same_day_says_that_the_qualification_is_gone(sat):
    good = sat.sit(PASSES, items=MACHINE)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    registration = of(good.user.person)
    for disqualified in (True, False):
        Registration.objects.filter(pk=registration.pk).update(disqualified=disqualified)
        results.correct(actor=sat.office, now=NOW, sitting=sat.closed, reason="核对")
    certificate = PassCertificate.objects.get(registration=registration)
    assert certificate.state == "valid" and certificate.qualification is None
    held = QualificationStatus.objects.on(TODAY + timedelta(days=5)).filter(qualification__person=good.user.person)
    assert [row.state for row in held] == ["cancelled"]
    (row,) = Register.objects.get(edition=3).body["rows"]
    assert row["note"] == "现有资格自次日起注销，未另写入，请政工部门处理。"


def test_the_same_form_twice_is_one_sitting(exam):
    given = {
        "actor": exam.office,
        "now": NOW,
        "title": "冬季考试",
        "unit": exam.cast.bureau,
        "opens_at": NOW + timedelta(days=9),
        "closes_at": NOW + timedelta(days=9, hours=2),
    }
    first = sittings.create_sitting(**given)
    assert sittings.create_sitting(**given | {"now": NOW + timedelta(seconds=2)}) == first
    assert sittings.create_sitting(**given | {"now": NOW + timedelta(minutes=2)}) != first
    assert sittings.create_sitting(**given | {"title": "另一场"}) != first


def test_the_extension_sent_twice_is_one(sat):
    Sitting.objects.filter(pk=sat.closed.pk).update(state="open")
    attempt = sat.sit(state="open", submitted_at=None, answers=None, closed_by="")
    given = {
        "actor": sat.office,
        "now": NOW,
        "attempts": [attempt.pk],
        "seconds": 600,
        "reason": "设备故障",
        "once": "k1",
    }
    assert conduct.extend(**given) == conduct.extend(**given) == 1
    attempt.refresh_from_db()
    assert attempt.extra_seconds == 600


def in_force(day) -> int:
    out = io.StringIO()
    call_command("gaps", "--as-of", day.isoformat(), "--json", stdout=out)
    return json.loads(out.getvalue())["certificates"]["in_force"]


def test_the_gap_changes_with_the_release_and_back_with_its_correction(sat):
    good = sat.sit(PASSES, items=MACHINE)
    marking.mark_closed(now=NOW)
    before = in_force(TODAY)
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    assert in_force(TODAY) == before + 1
    later = NOW + timedelta(days=3)
    Registration.objects.filter(pk=of(good.user.person).pk).update(disqualified=True)
    results.correct(actor=sat.office, now=later, sitting=sat.closed, reason="查实作弊")
    assert in_force(TODAY + timedelta(days=2)) == before + 1
    assert in_force(TODAY + timedelta(days=3)) == before


def test_an_article_amended_while_a_sitting_is_arranged_keeps_it_shut_until_confirmed(exam):
    law = Law.objects.create(code="cf", name="行政处罚法", short_name="行政处罚法")
    article = Article.objects.create(law=law, number=63)
    cited = [exam.questions[f"单选{n}"] for n in (1, 2, 3)]
    for question in cited:
        question.current.articles.add(article)
    Sitting.objects.filter(pk=exam.sitting.pk).update(state="arranged")
    exam.sitting.refresh_from_db()

    def short():
        return [check.text for check in preflight(exam.sitting, now=NOW).red if check.key == "papers"]

    assert not any("题量不足" in text for text in short())
    holds.hold_questions_citing(actor=exam.office, now=NOW, article=article, start=TODAY)
    assert any("题量不足" in text for text in short())
    with pytest.raises(Refused, match="题量不足"):
        sittings.open_sitting(actor=exam.office, now=NOW, sitting=exam.sitting)
    holds.confirm_question(actor=exam.office, now=NOW, questions=cited, note="仍适用")
    assert not any("题量不足" in text for text in short())


def test_the_print_is_the_edition_and_the_page_says_that_it_is_stale(sat):
    bad = sat.sit(FAILS, items=MACHINE)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    Entry.objects.filter(pk=bad.entry_id).update(score="99.50", passed=True)
    sat.closed.refresh_from_db()
    sheet = sheet_of(sat.closed)
    assert sheet.edition.edition == 1 and sheet.rows[0]["scores"] == [30] and sheet.sums.failed == 1
    assert sum_text(sheet.sums).startswith("报名1＝合格0＋不合格1")
    assert is_stale(register_of(sat.closed))
    client = sat.cast.client("exam")
    assert client.get("/exams/sittings/c1/register/pdf/").status_code == 200
    assert client.post("/exams/sittings/c1/register/xlsx/").status_code == 200


def test_my_exams_show_results_only_of_who_is_on_the_register(sat):
    sat.sit(FAILS, items=MACHINE)
    refused, waiting = sat.person("未通过人"), sat.person("已考人")
    Registration.objects.filter(pk=of(refused).pk).update(state="refused", reason="不在编")
    marking.mark_closed(now=NOW)
    assert not mine.of_user(refused.user, NOW).waiting
    assert [row.sitting for row in mine.of_user(waiting.user, NOW).waiting] == [sat.closed]
    Sitting.objects.filter(pk=sat.closed.pk).update(state="open")
    # Not begun: still ahead. Over, while others write on: waiting for the result.
    assert not mine.of_user(waiting.user, NOW).waiting and mine.of_user(waiting.user, NOW).coming
    over = NOW + timedelta(days=3)
    assert mine.of_user(waiting.user, over).waiting and not mine.of_user(waiting.user, over).coming
    Sitting.objects.filter(pk=sat.closed.pk).update(state="closed")
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    assert not mine.of_user(refused.user, NOW).past and len(mine.of_user(waiting.user, NOW).past) == 1


def test_a_reopened_answer_sheet_has_no_score_and_only_the_last_one_is_reopened(sat):
    Sitting.objects.filter(pk=sat.closed.pk).update(state="open", attempts_allowed=2)
    first = sat.sit(FAILS, items=MACHINE)
    marking.mark_closed(now=NOW)
    assert Entry.objects.get(pk=first.entry_id).score == 30
    given = {"actor": sat.office, "now": NOW, "seconds": 600, "reason": "误交"}
    conduct.reopen(attempt=first, **given)
    assert Entry.objects.get(pk=first.entry_id).score is None
    conduct.force_hand_in(actor=sat.office, now=NOW, attempts=[first.pk], reason="完成")
    second = sat.sit(PASSES, items=MACHINE, person=first.user.person, number=2)
    marking.mark_closed(now=NOW)
    with pytest.raises(Refused, match="第2次"):
        conduct.reopen(attempt=first, **given)
    conduct.reopen(attempt=second, **given)
