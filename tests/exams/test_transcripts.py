"""成绩单: after release, one's own and for those who register the candidate; masked, with lines to sign."""

import pytest
from django.urls import reverse

from exams.models import Registration
from portal.models import AuditEvent
from tests.exams.test_printables import download, in_one_line, text_of
from tests.exams.test_results import ready, release, sat  # noqa: F401


@pytest.fixture
def released(ready):  # noqa: F811
    release(ready)
    return ready


def address(registration):
    return reverse("exams:transcript", args=[registration.pk])


def of(outcome):
    return Registration.objects.filter(outcome=outcome).select_related("person__user").first()


def words(client, registration):
    return in_one_line(text_of(download(client, address(registration))))


def test_a_transcript_says_exam_number_papers_and_result(released):
    row = of("passed")
    text = words(released.cast.client("exam"), row)
    for word in ("成绩单", "秋季执法资格考试", row.person.name, row.exam_no, "公共法律知识卷", "100", "60", "合格"):
        assert word in text, word
    assert "统计人：＿" in text and "复核人：＿" in text and "示例县综合行政执法局" in text and "（盖章处）" in text
    assert row.person.id_masked in text and "内部资料" not in text
    event = AuditEvent.objects.filter(action="export.made").get()
    assert (event.data["what"], event.data["rows"]) == ("transcript", 1)


@pytest.mark.parametrize(("outcome", "word"), [("withdrawn", "弃考"), ("absent", "缺考"), ("disqualified", "取消成绩")])
def test_who_has_no_marks_has_none_on_paper(released, outcome, word):
    text = words(released.cast.client("exam"), of(outcome))
    row = text[text.index("得分") : text.index("考试结果")]
    assert f"考试结果：{of(outcome).get_outcome_display()}" in text and word in text and "—" in row
    assert "10060100" not in row


def test_whose_transcript_is_whose(released, client):
    mine, other = Registration.objects.filter(outcome="passed").select_related("person__user")
    client.force_login(mine.person.user)
    assert mine.exam_no in words(client, mine)
    assert client.get(address(other)).status_code == 404
    assert not AuditEvent.objects.filter(action="export.made").exists()
    page = client.get(reverse("exams:result", args=["c1"])).content.decode()
    assert address(mine) in page
    assert mine.exam_no in words(released.cast.client("clerk"), mine)
    assert released.cast.client("leader").get(address(mine)).status_code == 403
    office = released.cast.client("exam")
    assert address(other) in office.get(reverse("exams:candidates", args=["c1"])).content.decode()


def test_there_is_none_before_the_release(ready):  # noqa: F811
    row = Registration.objects.filter(sitting=ready.closed).first()
    assert ready.cast.client("exam").get(address(row)).status_code == 404
