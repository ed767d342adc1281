"""Two imports at once: the second sees fresh differences before anything is written."""

import pytest

from portal import jobs
from portal.models import Job
from staffing.actions import people, rosters
from staffing.models import Person, RosterImport
from tests.cast import NOW
from tests.staffing.rosters.books import BUREAU, EAST, line
from tests.staffing.rosters.conftest import workbook


def test_second_import_is_shown_again(cast, load):
    first = load([line("郑新民", 21, EAST)], commit=False)
    second = load([line("郑新民", 21, EAST, 职务="队长")], commit=False)
    expected = second.changes["signature"]
    rosters.commit_import(actor=None, now=NOW, import_id=first.pk, expected=first.changes["signature"])
    with pytest.raises(rosters.Stale, match="另一次导入已先提交，差异已重新计算，请再看一遍"):
        rosters.commit_import(actor=None, now=NOW, import_id=second.pk, expected=expected)
    second.refresh_from_db()
    assert second.state == RosterImport.State.PREVIEW
    assert (second.changes["create"], second.changes["update"]) == (0, 1)
    assert Person.objects.get(name="郑新民").position == ""
    rosters.commit_import(actor=None, now=NOW, import_id=second.pk, expected=second.changes["signature"])
    assert Person.objects.get(name="郑新民").position == "队长"


def test_a_change_that_alters_nothing_here_does_not_stop_it(cast, load):
    batch = load([line("郑新民", 21, EAST)], commit=False)
    people.correct_person(actor=cast.user("hr"), now=NOW, person=cast.sun, position="副队长")
    rosters.commit_import(actor=None, now=NOW, import_id=batch.pk, expected=batch.changes["signature"])
    assert Person.objects.filter(name="郑新民").exists()


def test_page_says_it_is_stale_and_compares_again(cast, upload, post):
    client, batch, _ = upload(workbook([line("陈思远", 1, BUREAU, 职务="副局长")]))
    people.correct_person(actor=cast.user("hr"), now=NOW, person=cast.chen, school="示例大学")
    text = client.get(f"/rosters/{batch.pk}/preview/").content.decode()
    assert "预览后名册已有变化，请重新比对；您的处理结果已保留。" in text
    assert "请重新比对" in client.get(f"/rosters/{batch.pk}/commit/").content.decode()
    post(client, f"/rosters/{batch.pk}/compare/")
    assert "请重新比对" not in client.get(f"/rosters/{batch.pk}/preview/").content.decode()


def test_stale_commit_through_the_page_comes_back_to_preview(cast, upload, post):
    client, batch, _ = upload(workbook([line("郑新民", 21, EAST, 职务="队长")]))
    post(client, f"/rosters/{batch.pk}/commit/", {"expected": "0" * 64})
    batch.refresh_from_db()
    assert batch.state == RosterImport.State.PREVIEW
    assert batch.job.error == "另一次导入已先提交，差异已重新计算，请再看一遍。"
    assert not Person.objects.filter(name="郑新民").exists()


def test_double_click_commits_once(cast, upload, post):
    client, batch, _ = upload(workbook([line("郑新民", 21, EAST)]))
    for _ in range(2):
        post(client, f"/rosters/{batch.pk}/commit/", {"expected": batch.changes["signature"]})
    assert Person.objects.filter(name="郑新民").count() == 1
    assert RosterImport.objects.get(pk=batch.pk).state == "committed"


def test_a_commit_whose_job_died_can_be_taken_up_again(cast, upload, post):
    client, batch, _ = upload(workbook([line("郑新民", 21, EAST)]))
    job = jobs.start(actor=cast.user("hr"), now=NOW, kind="roster.commit", title="导入", args={"import": str(batch.pk)})
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error="任务没有完成。")
    RosterImport.objects.filter(pk=batch.pk).update(state="committing", job=job)
    text = client.get(f"/rosters/{batch.pk}/").content.decode()
    assert "任务没有完成。" in text and "返回预览" in text
    post(client, f"/rosters/{batch.pk}/reopen/")
    assert client.get(f"/rosters/{batch.pk}/preview/").status_code == 200
