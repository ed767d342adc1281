"""Challenges: void and re-key mark again by appended events, also after release; the analysis behind them."""

import io
from decimal import Decimal

import openpyxl
import pytest

from exams.actions import challenges, results
from exams.models import KeyDecision, Register, ScoreEvent
from exams.queries import analysis
from portal.actions.errors import Refused
from portal.models import AuditEvent, Role
from tests.exams.disputed import Disputed

pytestmark = pytest.mark.django_db


@pytest.fixture
def sat(exam):
    # The best choose B where the key says A.
    return Disputed(exam, "B" * 12 + "A" * 12)


def test_raising(sat):
    row = sat.challenge()
    assert row == sat.challenge() and KeyDecision.objects.count() == 1
    assert AuditEvent.objects.filter(action="key.challenged").count() == 1
    with pytest.raises(Refused, match="请写明异议内容"):
        sat.challenge("  ")
    other = sat.exam.questions["多选1"].current
    with pytest.raises(Refused, match="没有考过这道题"):
        challenges.raise_challenge(**sat.given, sitting=sat.sitting, version=other, text="异议")
    with pytest.raises(Refused, match="开考后"):
        challenges.raise_challenge(**sat.given, sitting=sat.exam.sitting, version=sat.version, text="异议")


def test_void_gives_everybody_full_marks(sat):
    before, events = sat.scores(), ScoreEvent.objects.count()
    row = sat.challenge()
    effect = challenges.effect_of(row, "void")
    assert (effect.had, effect.up, effect.down) == (24, 12, 0)
    assert ScoreEvent.objects.count() == events, "looking changes nothing"
    challenges.decide_challenge(**sat.given, decision=row, kind="void", reason="题干有歧义")
    after = sat.scores()
    assert [b - a for a, b in zip(before, after)] == [Decimal(5)] * 12 + [Decimal(0)] * 12
    added = ScoreEvent.objects.order_by("id")[events:]
    assert {(event.kind, event.reason) for event in added} == {("void", "题干有歧义")} and len(added) == 24
    again = challenges.decide_challenge(**sat.given, decision=row, kind="void", reason="题干有歧义")
    assert again.kind == "void" and ScoreEvent.objects.count() == events + 24
    with pytest.raises(Refused, match="不能再改"):
        challenges.decide_challenge(**sat.given, decision=row, kind="kept", reason="改主意")


def test_rekey_marks_by_the_new_key(sat):
    row = sat.challenge()
    effect = challenges.effect_of(row, "rekey", ["B"])
    assert (effect.up, effect.down) == (12, 12)
    challenges.decide_challenge(**sat.given, decision=row, kind="rekey", answer=["B"], reason="法条已修改")
    marks = [
        analysis.fold_scores(ScoreEvent.objects.filter(attempt=one).values_list("scores", flat=True))
        for one in sat.attempts
    ]
    at = [next(str(n) for n, item in enumerate(one.layout) if item["v"] == sat.version.pk) for one in sat.attempts]
    assert [row_[n] for row_, n in zip(marks, at)] == [Decimal(5)] * 12 + [Decimal(0)] * 12
    # The question bank itself is untouched: this sitting only.
    second = sat.challenge("还是作废")
    challenges.decide_challenge(**sat.given, decision=second, kind="void", reason="两说")
    assert analysis.analysis_of(sat.paper).rows[0].figures.p == 1


def test_kept_changes_nothing(sat):
    before, events = sat.scores(), ScoreEvent.objects.count()
    challenges.decide_challenge(**sat.given, decision=sat.challenge(), kind="kept", reason="答案无误")
    assert (sat.scores(), ScoreEvent.objects.count()) == (before, events)
    assert AuditEvent.objects.get(action="key.decided").data["kind"] == "kept"


@pytest.mark.parametrize(
    ("kind", "answer", "reason", "words"),
    [
        ("void", None, " ", "请写明理由"),
        ("open", None, "x", "请选择处理方式"),
        ("rekey", [], "x", "选择新的答案"),
        ("rekey", ["Z"], "x", "选择新的答案"),
        ("rekey", ["A", "B"], "x", "只能有一个"),
    ],
)
def test_senseless_decisions_are_refused(sat, kind, answer, reason, words):
    row = sat.challenge()
    with pytest.raises(Refused, match=words):
        challenges.decide_challenge(**sat.given, decision=row, kind=kind, answer=answer, reason=reason)
    row.refresh_from_db()
    assert row.kind == "open"


def test_new_keys_must_fit_the_form(exam):
    check = challenges.check_answer
    assert check(exam.questions["填空1"].current, [["罚款", " 罚金 "]]) == [["罚款", "罚金"]]
    assert check(exam.questions["多选1"].current, ["C", "A"]) == ["A", "C"]
    for stem, answer in (("填空1", [[""]]), ("多选1", ["A"]), ("案例1乙", "文字")):
        with pytest.raises(Refused):
            check(exam.questions[stem].current, answer)


def test_after_release_the_register_gets_a_new_edition(sat):
    results.release(**sat.given, sitting=sat.sitting)
    first = Register.objects.get(sitting=sat.sitting)
    sat.sitting.refresh_from_db()
    row = sat.challenge()
    challenges.decide_challenge(**sat.given, decision=row, kind="void", reason="题干有歧义")
    second = Register.objects.get(sitting=sat.sitting, edition=2)
    assert "题干有歧义" in second.reason and second.body != first.body
    first.refresh_from_db()
    assert first.edition == 1


# --- analysis --------------------------------------------------------------------------------------------------------
def test_analysis_finds_the_doubtful_key(sat, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        found = analysis.analysis_of(sat.paper)
    row = next(row for row in found.rows if row.version == sat.version)
    assert row.figures.p == 0.5 and row.figures.rival == ("B",) and row.figures.discrimination == -1
    assert ("overdue", "疑似答案有误：高分组多选B") in row.words and ("overdue", "区分度为负") in row.words
    assert [(c.option, c.n) for c in row.figures.choices] == [("A", 12), ("B", 12), ("C", 0), ("D", 0), ("", 0)]
    assert found.figures.candidates == 24 and found.figures.alpha_items == 7
    assert [one.exam_no for one in analysis.candidates_of(sat.paper, sat.version.pk, choice="B", group="upper")] == [
        f"sx-{attempt.entry.registration.person.staff_no}" for attempt in sat.attempts[:6]
    ]
    assert len(analysis.candidates_of(sat.paper, sat.version.pk, choice="")) == 0


def test_disqualified_and_withdrawn_do_not_count(sat):
    sat.sitting.registrations.filter(pk=sat.attempts[0].entry.registration_id).update(disqualified=True)
    sat.sitting.registrations.filter(pk=sat.attempts[1].entry.registration_id).update(state="withdrawn")
    assert analysis.analysis_of(sat.paper).figures.candidates == 22


BASE = "/exams/sittings/sx/"


def test_analysis_pages(sat, django_assert_max_num_queries):
    client = sat.exam.cast.client("exam")
    assert client.get(BASE + "analysis/").url == BASE + "analysis/1/"
    with django_assert_max_num_queries(20):
        page = client.get(BASE + "analysis/1/").content.decode()
    assert "疑似答案有误：高分组多选B" in page and "按全部7题计算" in page
    assert "判断3" not in client.get(BASE + "analysis/1/?flagged=1").content.decode() or "过易" in page
    item = client.get(BASE + f"analysis/1/{sat.version.pk}/?choice=B&group=upper").content.decode()
    assert item.count("sx-T") == 6 and "考生00" not in item
    assert client.get(BASE + "analysis/9/").status_code == 404
    assert client.get(BASE + "analysis/1/999999/").status_code == 404


def test_analysis_by_pages_and_what_to_look_at_first(sat, monkeypatch):
    monkeypatch.setattr("exams.views.analysis.PAGE", 3)
    client = sat.exam.cast.client("exam")
    context = client.get(BASE + "analysis/1/").context
    flagged, everything = context["counts"]
    assert (flagged.label, everything.n, everything.current) == ("需关注", 7, True) and 0 < flagged.n <= 7
    assert [n for n, _row in context["page"]] == [1, 2, 3] and context["page"].paginator.num_pages == 3
    assert [n for n, _row in client.get(BASE + "analysis/1/?page=3").context["page"]] == [7]
    context = client.get(flagged.url).context
    assert context["page"].paginator.count == flagged.n and all(row.words for _n, row in context["page"])


def test_analysis_export(sat):
    answer = sat.exam.cast.client("exam").get(BASE + "analysis/1/export/")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["试题分析", "选项分布"] and book["试题分析"].max_row == 9
    assert "分析考试 分析卷，24人" in book["试题分析"]["A1"].value
    assert AuditEvent.objects.filter(action="analysis.exported").count() == 1


def test_challenge_pages(sat):
    client = sat.exam.cast.client("exam")
    assert "没有试题异议" in client.get(BASE + "challenges/").content.decode()
    page = client.get(BASE + f"challenges/new/?version={sat.version.pk}").content.decode()
    assert "selected" in page
    answer = client.post(BASE + "challenges/new/", {"version": sat.version.pk, "text": "选项B也对"})
    assert answer.status_code == 302
    row = KeyDecision.objects.get()
    where = BASE + f"challenges/{row.pk}/"
    assert "原答案" in client.get(where).content.decode()
    assert client.post(where, {"kind": "rekey", "reason": "改"}).status_code == 422
    asked = client.post(where, {"kind": "rekey", "answer": "B", "reason": "法条已修改"})
    text = asked.content.decode()
    assert asked.status_code == 200 and "24人，其中24人得分变化：增12人，减12人" in text
    row.refresh_from_db()
    assert row.kind == "open", "asked first"
    done = client.post(where, {"kind": "rekey", "answer": "B", "reason": "法条已修改", "confirm": "1"})
    assert done.status_code == 302
    row.refresh_from_db()
    assert (row.kind, row.answer) == ("rekey", ["B"])
    assert (
        "更正答案" in client.get(where).content.decode()
        and "法条已修改" in client.get(BASE + "challenges/").content.decode()
    )
    assert client.get(BASE + "challenges/999/").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.EXAM])
def test_nobody_else(sat, role):
    client = sat.exam.cast.client(role)
    for tail in ("analysis/", "analysis/1/", f"analysis/1/{sat.version.pk}/", "analysis/1/export/", "challenges/"):
        assert client.get(BASE + tail).status_code == 403
