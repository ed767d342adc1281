"""Running drills: the server leads, the script is frozen, hours once a year."""

from datetime import timedelta

import pytest

from courses.actions import drills as actions
from courses.models import DrillPage, DrillRun
from courses.models.pages_cases import PublishRefused
from courses.queries import drills as queries
from portal.actions.errors import Refused
from portal.models import AuditEvent
from staffing.models import HourCredit
from tests.courses.made import NOW

MINUTE = timedelta(minutes=1)


def play(learning, *picks, now=NOW):
    """A run of 王晓东, a minute a choice."""
    run = actions.start(actor=learning.officer, now=now, person=learning.wang, drill=learning.drill)
    for at, choice in enumerate(picks, len(run.path)):
        now += MINUTE
        run = actions.choose(actor=learning.officer, now=now, run=run, at=at, choice=choice)
    return run


def test_a_drill_is_run_in_the_browser(learning):
    client, drill = learning.client(), learning.drill
    page = client.get(drill.url).content.decode()
    assert "开始演练" in page and "剥夺了听证权利" not in page and "等满五个工作日" not in page
    start = client.post(f"/learning/drills/{drill.pk}/start/")
    run = DrillRun.objects.get()
    assert start.url == f"/learning/drills/runs/{run.pk}/"
    assert client.post(f"/learning/drills/{drill.pk}/start/").url == start.url
    page = client.get(start.url).content.decode()
    assert "当事人说没有意见" in page and "2026-06-15" in page
    # What a choice leads to, earns or breaks is not told before.
    for secret in ("期限届满，没有人申请", "剥夺了听证权利", "60", "第六十四条"):
        assert secret not in page, secret
    choose = start.url + "choose/"
    assert "请先选一项" in client.post(choose, {"at": "0"}, follow=True).content.decode()
    page = client.post(choose, {"at": "0", "choice": "0"}, follow=True).content.decode()
    # Five working days after Monday 15 June 2026, over the dragon boat festival.
    assert "期限届满，没有人申请" in page and "2026-06-23" in page and "已过5个工作日" in page
    # The double click, and the other window with another choice.
    client.post(choose, {"at": "0", "choice": "1"})
    run.refresh_from_db()
    assert len(run.path) == 1 and run.path[0]["choice"] == 0 and run.scene == "2"
    page = client.post(choose, {"at": "1", "choice": "0"}, follow=True).content.decode()
    assert "通过" in page and "100" in page and "得分最高的走法" in page and "计0.5学时" in page
    credit = HourCredit.objects.get()
    assert (credit.kind, credit.hours, credit.source) == ("drill", drill.hours, f"drill:{drill.pk}:{run.year}")
    assert "今年已通过" in client.get(drill.url).content.decode()
    stranger = learning.cast.account("another", "officer", learning.cast.west)
    learning.cast.sun.user = stranger
    learning.cast.sun.save(update_fields=["user"])
    learning.cast.accounts["another"] = stranger
    for method, url in (("get", start.url), ("post", choose), ("get", start.url + "leave/")):
        assert getattr(learning.client("another"), method)(url).status_code == 404
    with pytest.raises(Refused, match="只能为自己"):
        actions.choose(actor=stranger, now=NOW, run=run, at=2, choice=0)


def test_failing_costs_nothing_and_passing_counts_once(learning):
    failed = play(learning, 1)
    assert failed.finished_at and not failed.passed and failed.score == -20 and failed.credit is None
    page = learning.client().get(f"/learning/drills/runs/{failed.pk}/").content.decode()
    assert "未通过" in page and "违反的法条" in page and "第六十四条" in page and "剥夺了听证权利" in page
    assert "等满五个工作日" in page and "决定被撤销" in page
    again = play(learning, 0, 0, now=NOW + 10 * MINUTE)
    assert again.pk != failed.pk and again.passed and again.credit.hours == learning.drill.hours
    third = play(learning, 0, 0, now=NOW + 30 * MINUTE)
    assert third.credit == again.credit and HourCredit.objects.count() == 1
    assert AuditEvent.objects.filter(action="drill.completed").count() == 3
    assert queries.drill_done(learning.wang.pk, learning.drill.pk, 2026)
    half = play(learning, 0, now=NOW + 40 * MINUTE)
    client = learning.client()
    assert client.get(f"/learning/drills/runs/{half.pk}/leave/").status_code == 200
    client.post(f"/learning/drills/runs/{half.pk}/leave/")
    half.refresh_from_db()
    assert half.finished_at and not half.passed
    assert client.get(f"/learning/drills/runs/{half.pk}/").status_code == 200


def test_time_asked_for_is_counted_over_the_year(learning):
    DrillPage.objects.filter(pk=learning.drill.pk).update(least_minutes=5)
    learning.drill.refresh_from_db()
    short = play(learning, 0, 0)
    assert short.passed and short.credit is None
    page = learning.client().get(f"/learning/drills/runs/{short.pk}/").content.decode()
    assert "今年已练2分钟，练满5分钟才计学时" in page
    assert play(learning, 0, 0, now=NOW + 10 * MINUTE).credit is None
    earned = play(learning, 0, 0, now=NOW + 20 * MINUTE).credit
    assert earned and sum(((s.end - s.start) for s in earned.spans.all()), timedelta()) == 6 * MINUTE


def test_a_run_keeps_the_script_it_began_with(learning):
    run = play(learning)
    page = learning.drill.get_latest_revision_as_object()
    page.scenes[0].value["choices"][0]["score"] = 10
    page.pass_score = 0
    page.save_revision().publish()
    run = play(learning, 0, 0)
    assert run.score == 100 and run.frozen["pass"] == 60


def test_a_script_with_a_dead_end_is_not_published(learning):
    page = learning.drill.get_latest_revision_as_object()
    page.scenes[0].value["choices"][0]["next"] = "7"
    revision = page.save_revision()
    with pytest.raises(PublishRefused, match=r"下一场景“7”不存在.*场景“2”从开头走不到"):
        revision.publish()
    learning.drill.refresh_from_db()
    assert learning.drill.live and learning.drill.scenes[0].value["choices"][0]["next"] == "2"
    # An editor sees the whole script with what is wrong; a learner of the published page does not.
    assert "脚本" in learning.client("editor").get(learning.drill.url).content.decode()
    assert "脚本" not in learning.client().get(learning.drill.url).content.decode()
    assert learning.client("leader").get(learning.drill.url).status_code == 200
