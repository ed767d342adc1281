"""Case teaching: step by step, judged before the outcome, counted once a year."""

from datetime import timedelta

import pytest

from courses.actions import cases as actions
from courses.models import CaseRun, Judgement
from courses.queries import cases as queries
from portal.actions.errors import Refused
from portal.models import AuditEvent
from staffing.models import HourCredit
from tests.courses.made import FIRST, NOW, SECOND

MINUTE = timedelta(minutes=1)
OUTCOME, LESSON, BASIS = "复议机关撤销了处罚决定", "期限没有届满不得决定", "依据见条文"


def option(point, n):
    return f"{point[:-1]}{n}"


def others(learning, point, choices, reason=""):
    """Colleagues who judged at ``point``."""
    cast = learning.cast
    people = [cast.chen, cast.zhao, cast.zhou, cast.wu, cast.li, cast.sun]
    for person, n in zip(people, choices):
        run, _made = CaseRun.objects.get_or_create(
            person=person, case=learning.case, year=2026, defaults={"started_at": NOW}
        )
        Judgement.objects.create(
            run=run, case=learning.case, point=point, choice=option(point, n), reason=reason and f"{reason}{n}", at=NOW
        )


def through(learning, now=NOW, *, step=5 * MINUTE):
    """王晓东 goes through the case up to its end; returns the moment after the last step."""
    given = {"actor": learning.officer, "person": learning.wang, "case": learning.case}
    actions.begin(now=now, **given)
    for n in (1, 2):
        now += step
        actions.open_next(now=now, step=n, **given)
    for point in (FIRST, SECOND):
        now += step
        actions.judge(now=now, point=point, choice=option(point, 1), **given)
    actions.open_next(now=now + step, step=5, **given)
    return now + step


def test_nothing_behind_a_judgement_is_sent(learning):
    client, case = learning.client(), learning.case
    begin, after, judge = (f"/learning/cases/{case.pk}/{act}/" for act in ("begin", "next", "judge"))
    page = client.get(case.url).content.decode()
    assert "开始学习" in page and "6月13日送达告知书" not in page and CaseRun.objects.count() == 0
    client.post(begin)
    client.post(begin)
    run = CaseRun.objects.get()
    assert (run.person, run.year, run.revision) == (learning.wang, run.started_at.year, case.live_revision_id)
    page = client.get(case.url).content.decode()
    assert "甲公司在乙镇倾倒建筑垃圾" in page and "6月13日送达告知书" not in page
    client.post(after, {"step": 1})
    client.post(after, {"step": 1})
    client.post(after, {"step": 2})
    # The judgement holds back everything, whatever is asked for.
    refused = client.post(after, {"step": 3}, follow=True).content.decode()
    assert "请先提交判断" in refused
    for text in (OUTCOME, LESSON, BASIS, "与结果一致", "判断二</h2>", "复议</", "口头放弃即可"):
        assert text not in refused, text
    assert "要不要告知听证权利" in refused and "?step=4" not in refused
    assert OUTCOME not in client.get(case.url + "?step=6").content.decode()
    assert "请先选一项" in client.post(judge, {"point": FIRST, "choice": "x"}, follow=True).content.decode()
    assert (
        "按顺序判断" in client.post(judge, {"point": SECOND, "choice": option(SECOND, 1)}, follow=True).content.decode()
    )
    page = client.post(judge, {"point": FIRST, "choice": option(FIRST, 2), "reason": " 口头表示即可 "}, follow=True)
    assert page.redirect_chain[-1][0].endswith("?step=3#told")
    page = page.content.decode()
    assert (
        BASIS in page and "与结果一致" in page and "您的判断" in page and OUTCOME not in page and "口头表示即可" in page
    )
    # Given once.
    client.post(judge, {"point": FIRST, "choice": option(FIRST, 1)})
    assert Judgement.objects.get().choice == option(FIRST, 2) and Judgement.objects.get().reason == "口头表示即可"
    client.post(judge, {"point": SECOND, "choice": option(SECOND, 1)})
    page = client.get(case.url).content.decode()
    assert OUTCOME in page and "2022-06-30" in page and LESSON not in page
    client.post(after, {"step": 5})
    page = client.get(case.url).content.decode()
    assert LESSON in page and "完成学习" in page
    assert "还不能完成" in client.post(f"/learning/cases/{case.pk}/finish/", follow=True).content.decode()


def test_colleagues_are_shown_from_five_answers_on_and_without_names(learning, django_assert_max_num_queries):
    client, case = learning.client(), learning.case
    given = {"actor": learning.officer, "person": learning.wang, "case": case}
    others(learning, FIRST, [1, 1, 1], "因为")
    actions.begin(now=NOW, **given)
    for n in (1, 2):
        actions.open_next(now=NOW, step=n, **given)

    def view():
        return queries.case_view(case, learning.wang, 2026, learning=True)

    asked = view().steps[2].judged
    assert asked.answers == 3 and not asked.answered and not asked.basis and not any(c.right for c in asked.choices)
    actions.judge(now=NOW, point=FIRST, choice=option(FIRST, 2), **given)
    told = view().steps[2].judged
    assert told.answered and told.answers == 4 and not told.told and not told.reasons
    assert [choice.n for choice in told.choices] == [None, None]
    CaseRun.objects.filter(person__in=[learning.cast.wu]).delete()
    Judgement.objects.filter(run__person=learning.cast.chen).delete()
    others(learning, FIRST, [1], "因为")
    run = CaseRun.objects.create(person=learning.cast.wu, case=case, year=2026, started_at=NOW)
    late = Judgement.objects.create(run=run, case=case, point=FIRST, choice=option(FIRST, 1), reason="期限", at=NOW)
    told = view().steps[2].judged
    assert told.told and [(c.n, c.share, c.mine) for c in told.choices] == [(4, 80.0, False), (1, 20.0, True)]
    assert {reason.reason for reason in told.reasons} == {"因为1", "期限"}
    # A second year's judgement was made by somebody who knew the outcome: it does not count.
    again = CaseRun.objects.create(person=learning.cast.wu, case=case, year=2027, started_at=NOW)
    Judgement.objects.create(run=again, case=case, point=FIRST, choice=option(FIRST, 2), at=NOW + MINUTE)
    assert view().steps[2].judged.answers == 5
    page = client.get(case.url).content.decode()
    assert "4人" in page and "期限" in page and not any(p.name in page for p in (learning.cast.wu, learning.cast.chen))
    # Moderation.
    hide = f"/learning/judgements/{late.pk}/hide/"
    moderator = learning.client("training")
    assert moderator.post(hide, {"hidden": "1"}).status_code == 422
    assert moderator.get(hide).status_code == 200
    moderator.post(hide, {"hidden": "1", "reason": "点名同事"})
    moderator.post(hide, {"hidden": "1", "reason": "点名同事"})
    assert AuditEvent.objects.filter(action="comment.hidden").count() == 1
    assert {reason.reason for reason in view().steps[2].judged.reasons} == {"因为1"}
    assert "已隐藏" in moderator.get(case.url).content.decode()
    assert client.get(hide).status_code == 403
    with pytest.raises(Refused, match="身份证号"):
        actions.judge(now=NOW, point=SECOND, choice=option(SECOND, 1), reason="问13812345678", **given)
    # Twelve of these are Wagtail's way to a page and the frame.
    with django_assert_max_num_queries(25) as few:
        client.get(case.url)
    others(learning, SECOND, [1, 2, 1, 2, 1, 1], "多")
    with django_assert_max_num_queries(len(few)):
        client.get(case.url)


def test_a_case_counts_once_a_year_by_the_clock_of_the_server(learning):
    case, given = learning.case, {"actor": learning.officer, "person": learning.wang, "case": learning.case}
    now = through(learning, step=timedelta(seconds=30))
    with pytest.raises(Refused, match="至少13分钟"):
        actions.finish(now=now, **given)
    # A long pause counts ten minutes.
    with pytest.raises(Refused, match="已学12分钟"):
        actions.finish(now=now + timedelta(hours=5), **given)
    run = actions.finish(now=now + timedelta(hours=5, minutes=1), **given)
    assert run.credit.hours == case.hours and run.credit.kind == "online"
    assert run.credit.source == f"case:{case.pk}:2026" and run.seconds == 13.5 * 60
    spans = run.credit.spans.order_by("start")
    assert sum((span.end - span.start for span in spans), timedelta()) == 13.5 * MINUTE
    assert spans[0].start == NOW
    again = actions.finish(now=now + timedelta(hours=6), **given)
    assert again.completed_at == run.completed_at and HourCredit.objects.count() == 1
    assert AuditEvent.objects.filter(action="case.completed").count() == 1
    assert queries.case_done(learning.wang.pk, case.pk, 2026) and not queries.case_done(learning.wang.pk, case.pk, 2025)
    page = learning.client().get(case.url).content.decode()
    assert "学完" in page and "完成学习，计" not in page


def test_minutes_that_earned_elsewhere_earn_nothing_again(learning):
    from staffing.actions.hours import credit_hours

    end = through(learning, step=3 * MINUTE)
    credit_hours(
        actor=learning.training,
        now=end,
        person=learning.wang,
        kind="lecture",
        hours=1,
        earned_on=learning.cast.TODAY,
        title="讲座",
        source="session:x",
        spans=[(NOW - MINUTE, end + MINUTE)],
    )
    run = actions.finish(now=end, actor=learning.officer, person=learning.wang, case=learning.case)
    assert run.completed_at and run.credit is None
    assert HourCredit.objects.count() == 1


def test_a_quiz_must_be_passed_where_there_is_one(learning):
    from courses.models import CasePage, QuizRun

    CasePage.objects.filter(pk=learning.case.pk).update(quiz_topic=learning.exam.hearing, quiz_count=2)
    learning.case.refresh_from_db()
    given = {"actor": learning.officer, "person": learning.wang, "case": learning.case}
    assert actions.complete_if_ready(now=NOW, **given) is None
    now = through(learning)
    with pytest.raises(Refused, match="测验60分"):
        actions.finish(now=now, **given)
    page = learning.client().get(learning.case.url)
    assert page.status_code == 200
    QuizRun.objects.create(
        person=learning.wang, page_id=learning.case.pk, year=2026, items=[], pass_mark=60, started_at=NOW, passed=True
    )
    assert actions.complete_if_ready(now=now, **given).credit.hours == learning.case.hours
    assert actions.complete_if_ready(now=now, **given).completed_at == now


def test_who_only_reads_sees_all_and_leaves_no_trace(learning):
    for role in ("leader", "legal", "editor"):
        page = learning.client(role).get(learning.case.url).content.decode()
        assert OUTCOME in page and BASIS in page and "不计学时" in page
    learning.wang.user = None
    learning.wang.save(update_fields=["user"])
    page = learning.client().get(learning.case.url).content.decode()
    assert "没有对应人员" in page and OUTCOME not in page and "甲公司" not in page
    assert "没有对应人员" in learning.client().post(
        f"/learning/cases/{learning.case.pk}/begin/", follow=True
    ).content.decode().replace("还没有对应人员", "没有对应人员")
    assert CaseRun.objects.count() == 0
    with pytest.raises(Refused, match="只能为自己"):
        actions.begin(actor=learning.officer, now=NOW, person=learning.cast.sun, case=learning.case)
    learning.case.unpublish()
    assert learning.client().post(f"/learning/cases/{learning.case.pk}/begin/").status_code == 404
