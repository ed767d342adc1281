"""The wizard in a browser without script: upload, columns, preview, decisions, commit, result, undo."""

import re
from datetime import date

import pytest

from portal.models import AuditEvent
from staffing.models import ColumnMemory, Membership, Person, Posting, RosterImport
from staffing.panels_rosters import panels
from tests.cast import id_number
from tests.staffing.rosters.books import AS_OF, BUREAU, EAST, SAMPLES, cast_lines, line
from tests.staffing.rosters.conftest import workbook

DIRTY = SAMPLES / "roster_dirty.xlsx"


def page(client, name, batch, query=""):
    response = client.get(f"/rosters/{batch.pk}/{name}/{query}")
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_dirty_roster_from_upload_to_undo(cast, upload, post, facts):
    before = facts()
    client, batch, response = upload(DIRTY.read_bytes(), "示例区花名册.xlsx")
    assert response.status_code == 302
    assert client.get(response["Location"])["Location"] == f"/rosters/{batch.pk}/preview/"
    assert facts() == before

    text = page(client, "preview", batch)
    for shown in ("可导入", "东江中队", "派驻下沉人员", "校验位不符", "确认导入48行", "还有9行待核"):
        assert shown in text
    assert "990001198605170110" not in text  # a broken number is still somebody's number
    assert "第16行" in page(client, "preview", batch, "?action=reject")
    assert "新增人员" in page(client, "changes", batch)
    assert "执法证号" in page(client, "mapping", batch)

    text = page(client, "resolve", batch)
    assert "还有9行待核" in text
    row = f"/rosters/{batch.pk}/resolve/?sheet=西屏中队&row=12"
    assert "导入这一行" in client.get(row).content.decode()
    assert post(client, row, {"choice": ""}).status_code == 422
    assert post(client, row, {"choice": "accept"}).status_code == 302
    assert (
        post(client, f"/rosters/{batch.pk}/resolve/many/", {"code": "GENDER_ID_MISMATCH", "choice": "fix"}).status_code
        == 302
    )
    batch.refresh_from_db()
    assert batch.decisions == {"西屏中队!12": {"choice": "accept"}, "东江中队!21": {"choice": "fix"}}
    assert batch.changes["create"] == 44

    text = client.get(f"/rosters/{batch.pk}/commit/").content.decode()
    assert "确认导入50行" in text and "可以整批撤销" in text
    response = post(client, f"/rosters/{batch.pk}/commit/", {"expected": batch.changes["signature"]})
    batch.refresh_from_db()
    assert batch.state == RosterImport.State.COMMITTED
    assert "新增44人" in page(client, "result", batch)
    assert Person.objects.filter(name="史宇").exists()
    assert client.get(f"/rosters/{batch.pk}/annotated/").content[:2] == b"PK"
    assert AuditEvent.objects.filter(action="export.made").exists()

    post(client, f"/rosters/{batch.pk}/undo/")
    assert "已撤销" in page(client, "result", batch)
    assert facts() == before


@pytest.mark.parametrize(
    ("sheet", "row", "data", "check"),
    [
        ("西屏中队", 16, {"choice": "set", "set_id_number": "990002196805053000"}, "校验位不符"),
        (
            "派驻下沉人员",
            9,
            {"choice": "set", "set_posting_start": "2024-05-01", "set_actual_return": "2024-04-01"},
            "归位时间早于派驻时间",
        ),
        ("派驻下沉人员", 11, {"choice": "set"}, "请选定派驻形式"),
    ],
)
def test_values_typed_for_a_decision_are_checked(upload, post, sheet, row, data, check):
    client, batch, _ = upload(DIRTY.read_bytes())
    response = post(client, f"/rosters/{batch.pk}/resolve/?sheet={sheet}&row={row}", data)
    assert response.status_code == 422 and check in response.content.decode()
    batch.refresh_from_db()
    assert batch.decisions == {}


def test_typed_values_are_written(upload, post):
    client, batch, _ = upload(DIRTY.read_bytes())
    post(
        client, f"/rosters/{batch.pk}/resolve/?sheet=派驻下沉人员&row=11", {"choice": "set", "set_posting_type": "抽调"}
    )
    post(
        client,
        f"/rosters/{batch.pk}/resolve/?sheet=派驻下沉人员&row=9",
        {"choice": "set", "set_posting_start": "2024-05-01", "set_actual_return": "2024-06-01"},
    )
    batch.refresh_from_db()
    post(client, f"/rosters/{batch.pk}/commit/", {"expected": batch.changes["signature"]})
    drafted = Posting.objects.get(person__name="余波洋", layer="away")
    assert (drafted.kind, drafted.place) == ("draft", "云岭镇")
    assert str(Posting.objects.get(person__name="龙文").end) == "2024-06-01"


def test_leavers_are_proposed_and_only_ticked_ones_leave(cast, upload, post):
    rows = [row for row in cast_lines() if row[0] not in ("孙海燕", "陈思远")] + [line("郑新民", 21, EAST)]
    # 西岭镇's people are not in this roster at all: nothing is said about them.
    client, batch, _ = upload(workbook(rows))
    text = page(client, "leavers", batch)
    assert "陈思远" in text and "孙海燕" not in text and "李春梅" not in text
    post(client, f"/rosters/{batch.pk}/leavers/", {"reason": "retired", "people": [cast.chen.pk]})
    batch.refresh_from_db()
    post(client, f"/rosters/{batch.pk}/commit/", {"expected": batch.changes["signature"]})
    left = Membership.objects.get(person=cast.chen)
    assert (left.end, left.end_reason) == (AS_OF, "retired")
    assert Person.objects.filter(pk=cast.chen.pk).exists()


def test_column_correction_is_used_and_remembered(cast, upload, post):
    headers = [
        "姓名",
        "性别",
        "身份证号",
        "编制性质",
        "编制所在单位",
        "现工作单位",
        "岗位名目",
        "执法证号",
        "发证日期",
        "有效期至",
    ]
    data = workbook([line("郑新民", 21, EAST, 职务="队员")], headers=headers)
    client, batch, _ = upload(data)
    text = page(client, "mapping", batch)
    assert "岗位名目" in text and id_number(date(1982, 6, 15), 21) not in text
    form = client.get(f"/rosters/{batch.pk}/mapping/").context["form"]
    values = {name: form[name].value() or "" for name in form.fields if name != "read"}
    values |= {"c0_6": "position", "read": ["花名册1"], "remember": "on"}
    post(client, f"/rosters/{batch.pk}/mapping/", values)
    assert ColumnMemory.objects.get(header="岗位名目").canonical == "position"
    batch.refresh_from_db()
    post(client, f"/rosters/{batch.pk}/commit/", {"expected": batch.changes["signature"]})
    assert Person.objects.get(name="郑新民").position == "队员"


def test_same_file_twice_says_so(cast, upload, post):
    data = workbook(cast_lines())
    client, batch, _ = upload(data)
    post(client, f"/rosters/{batch.pk}/commit/", {"expected": batch.changes["signature"]})
    _, _, response = upload(data)
    assert response.status_code == 422
    assert f"第{batch.number}批" in response.content.decode()
    assert RosterImport.objects.count() == 1


def test_discarded_import_keeps_nothing(cast, upload, post, facts):
    before = facts()
    client, batch, _ = upload(workbook(cast_lines()))
    assert "放弃" in client.get(f"/rosters/{batch.pk}/discard/").content.decode()
    post(client, f"/rosters/{batch.pk}/discard/")
    batch.refresh_from_db()
    assert (batch.state, batch.file, batch.plan_file) == ("discarded", "", "")
    assert client.get(f"/rosters/{batch.pk}/preview/").status_code == 302
    assert facts() == before


def test_home_says_what_waits(cast, upload):
    client, _batch, _ = upload(DIRTY.read_bytes(), "示例区花名册.xlsx")
    request = client.get("/rosters/").wsgi_request
    (panel,) = panels(request)
    assert "9行待核" in str(panel.items[0].text)
    assert panels(cast.client("leader").get("/gaps/").wsgi_request) == []


def test_query_counts_do_not_grow_with_rows(cast, upload, django_assert_max_num_queries):
    client, batch, _ = upload(workbook([line(f"人员{n}", 20 + n, EAST) for n in range(150)]))
    for address in (
        "/rosters/",
        f"/rosters/{batch.pk}/preview/?show=all",
        f"/rosters/{batch.pk}/changes/",
        f"/rosters/{batch.pk}/resolve/",
    ):
        with django_assert_max_num_queries(16):
            assert client.get(address).status_code == 200


def test_english_pages(cast, upload):
    client, batch, _ = upload(DIRTY.read_bytes())
    for name in ("preview", "changes", "resolve", "mapping", "leavers", "commit"):
        response = client.get(f"/rosters/{batch.pk}/{name}/", headers={"accept-language": "en"})
        assert response.status_code == 200


def test_work_without_a_plan_or_beyond_reach_is_not_found(cast, upload):
    client, batch, _ = upload(workbook(cast_lines()))
    assert client.get(f"/rosters/{batch.pk}/resolve/?sheet=没有&row=4").status_code == 404
    assert client.get(f"/rosters/{batch.pk}/resolve/?sheet=花名册1&row=x").status_code == 404
    assert cast.client("leader").get(f"/rosters/{batch.pk}/preview/").status_code == 403
    assert BUREAU in client.get(f"/rosters/{batch.pk}/resolve/?sheet=花名册1&row=2").content.decode()


def test_the_preview_counts_people_and_opens_as_many_items(cast, upload):
    client, batch, _response = upload(DIRTY.read_bytes())
    assert batch.changes["create"] == 42
    text = page(client, "preview", batch)
    shown = re.search(r'<dt>新增人员</dt><dd><a href="([^"]+)">(\d+)</a>', text)
    assert shown[2] == "42"
    listed = client.get(shown[1]).content.decode()
    assert listed.count("<tr data-row") == 42
    # The post that comes with a new person is told in the same item.
    assert listed.count("编制所在单位") == 42
