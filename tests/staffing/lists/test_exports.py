"""Exports: exactly the list, masked, inert, audited; and our own sheet coming back changes nothing."""

import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.core.files.storage import storages

from portal import audit, jobs
from portal.models import AuditEvent, Grant, Job, Role
from portal.sheets import read_book
from staffing.actions import exports, rosters
from staffing.actions.errors import Refused
from staffing.actions.exports import Wanted
from staffing.models import Leave, Person, PostingKind, RosterImport
from staffing.roster import plan_book
from tests.cast import NOW, TODAY, make_person, make_posting, make_qualification


def sheet_of(response):
    body = b"".join(response.streaming_content)
    return list(openpyxl.load_workbook(io.BytesIO(body)).active.values), body


def people_rows(response):
    rows, _body = sheet_of(response)
    return [dict(zip(rows[1], row)) for row in rows[2:]]


def export(cast, role, query="", **data):
    return cast.client(role).post(
        f"/people/export/{query}", {"content": "people", "format": "xlsx", **data}, follow=False
    )


def test_exactly_the_filtered_list_masked_and_audited(cast):
    response = export(cast, "hr", "?category=officer&unit=sl-dj&as_of=2026-11-01")
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"] and response["Cache-Control"] == "no-store, private"
    rows, _body = sheet_of(response)
    found = [dict(zip(rows[1], row)) for row in rows[2:]]
    assert {row["姓名"] for row in found} == {"王晓东", "赵立诚"}
    for person in (cast.wang, cast.zhao):
        assert person.id_number not in str(rows)
        assert person.id_masked in [row["身份证号"] for row in found]
    assert "联系电话" not in found[0]
    assert "东江镇" in rows[0][0] and "2026-11-01" in rows[0][0] and "内部资料" in rows[0][0]
    event = AuditEvent.objects.get(action="export.made")
    assert event.data["rows"] == 2 and event.data["full"] is False and event.unit_code == "sl-dj"
    assert "行政执法人员" in event.data["list"]
    assert audit.verify().ok


def test_restricted_columns_are_not_for_everybody(cast):
    hr, town = people_rows(export(cast, "hr"))[0], people_rows(export(cast, "town"))[0]
    for heading in ("出生年月", "政治面貌", "第一学历", "最高学历"):
        assert heading in hr and heading not in town


def test_scope(cast):
    assert {row["姓名"] for row in people_rows(export(cast, "town"))} == {"王晓东", "李春梅", "赵立诚"}
    assert export(cast, "town", "?unit=sl-xl").status_code == 404
    for role in ("officer", "editor", "auditor", "system"):
        assert export(cast, role).status_code == 403
    with pytest.raises(Refused):
        exports.make_export(actor=cast.user("town"), now=NOW, wanted=Wanted(unit="sl-xl"))


def test_full_numbers_need_the_role_and_a_reason(cast):
    refused = export(cast, "hr", full="on")
    assert refused.status_code == 422 and "须填写原因" in refused.content.decode()
    rows = people_rows(export(cast, "hr", full="on", reason="年度换证"))
    assert cast.wang.id_number in [row["身份证号"] for row in rows]
    assert AuditEvent.objects.get(action="export.made").data["reason"] == "年度换证"
    rows = people_rows(export(cast, "legal", full="on", reason="想看"))
    assert cast.wang.id_number not in str(rows)
    with pytest.raises(Refused):
        exports.make_export(actor=cast.user("legal"), now=NOW, wanted=Wanted(full=True, reason="想看"))


def test_nothing_is_audited_or_written_for_an_empty_list(cast):
    response = export(cast, "hr", "?category=auxiliary&kind=down")
    assert response.status_code == 422
    assert not AuditEvent.objects.filter(action="export.made").exists()


@pytest.mark.parametrize("evil", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx"])
def test_cells_are_inert(cast, evil):
    cast.wang.position = evil
    cast.wang.save()
    _rows, body = sheet_of(export(cast, "hr", "?unit=sl-dj"))
    for line in openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows():
        assert all(cell.data_type != "f" for cell in line)
    text = b"".join(export(cast, "hr", "?unit=sl-dj", format="csv").streaming_content).decode("utf-8-sig")
    assert f"'{evil}" in text.replace("\r\n", "\n") or f"\"'{evil}" in text


def test_qualifications_and_postings(cast):
    rows = people_rows(export(cast, "hr", content="qualifications"))
    assert {(row["姓名"], row["证件类型"]) for row in rows} >= {("周文彬", "法律职业资格"), ("王晓东", "行政执法证")}
    response = cast.client("hr").get("/postings/export/?state=open")
    rows = people_rows(response)
    assert [(row["姓名"], row["派驻单位"], row["派驻形式"]) for row in rows] == [
        ("赵立诚", "东江镇综合行政执法队", "下沉")
    ]
    assert AuditEvent.objects.filter(action="export.made").latest("id").data["what"] == "postings"
    assert cast.client("training").get("/postings/export/").status_code == 403


def test_query_keys_outside_the_list_are_ignored(cast):
    rows = people_rows(export(cast, "hr", "?id_number__contains=9&ordering=user__password&name=x"))
    assert len(rows) == 7


def test_large_exports_are_jobs_whose_file_is_the_owners(cast, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(exports, "AT_ONCE", 3)
    with django_capture_on_commit_callbacks(execute=True):
        response = export(cast, "hr", "?category=officer")
    job = Job.objects.get(kind=exports.KIND)
    assert response["Location"] == f"/jobs/{job.pk}/"
    assert job.state == Job.State.DONE, job.error
    url = f"/exports/{job.pk}/"
    assert job.result["url"] == url
    assert len(people_rows(cast.client("hr").get(url))) == 6
    for role in ("legal", "leader", "town"):
        assert cast.client(role).get(url).status_code == 404
    assert AuditEvent.objects.filter(action="export.made").count() == 1
    Job.objects.filter(pk=job.pk).update(finished_at=job.finished_at - exports.KEPT - timedelta(minutes=1))
    assert cast.client("hr").get(url).status_code == 404
    assert exports.forget_old(datetime.now(UTC)) == 1


def test_a_waiting_file_cannot_be_read_on_the_disk(cast, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(exports, "AT_ONCE", 3)
    with django_capture_on_commit_callbacks(execute=True):
        export(cast, "hr", format="csv", full="on", reason="年度换证")
    job = Job.objects.get(kind=exports.KIND)
    assert job.state == Job.State.DONE, job.error
    with storages["private"].open(job.result["file"]) as stored:
        assert cast.wang.id_number.encode() not in stored.read()
    text = b"".join(cast.client("hr").get(job.result["url"]).streaming_content).decode("utf-8-sig")
    assert cast.wang.id_number in text


def test_restricted_columns_only_where_the_right_reaches_everybody(cast):
    """A leader of the county who is HR of one town."""
    Grant.objects.create(user=cast.user("leader"), role=Role.HR, unit=cast.east_town, starts=NOW)
    assert "出生年月" not in people_rows(export(cast, "leader"))[0]
    assert "出生年月" not in people_rows(export(cast, "leader", "?unit=sl-xl"))[0]
    assert "出生年月" in people_rows(export(cast, "leader", "?unit=sl-dj"))[0]


def test_a_job_whose_owner_lost_the_role_writes_nothing(cast, django_capture_on_commit_callbacks):
    job = exports.start_export(actor=cast.user("legal"), now=NOW, wanted=Wanted())
    cast.user("legal").grants.update(ends=NOW - timedelta(days=1))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED and not AuditEvent.objects.filter(action="export.made").exists()


def _furnish(cast):
    """A bit of everything a sheet can say."""
    Person.objects.filter(pk=cast.zhao.pk).update(
        political_status="中共党员",
        first_education="大学专科",
        education="大学本科",
        school="示例大学",
        major="法学",
        rank="四级主办",
        work_start_date="2003-07",
        ethnicity="汉族",
        staff_no="T0003",
    )
    make_posting(
        cast.chen,
        PostingKind.SECOND,
        None,
        date(2026, 3, 1),
        to_text="县政府办公室",
        due=date(2027, 2, 28),
        doc_no="示组〔2026〕1号",
    )
    Leave.objects.create(person=cast.sun, kind="sick", start=date(2026, 10, 1))
    cast.wang.qualifications.get().statuses.update(end=date(2026, 10, 1))
    cast.wang.qualifications.get().statuses.create(state="suspended", start=date(2026, 10, 1), doc_no="一号")
    rare = make_person("㛃䶮", cast.south, 31, remarks="=不是公式")
    make_qualification(rare, "legal", number="B1", grade="司法考试", issued=date(2012, 3, 1))
    make_qualification(rare, "reviewer", issued=date(2019, 1, 1), full_time=True)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("full", [True, False])
def test_our_own_export_coming_back_changes_nothing(cast, tmp_path, form, full):
    _furnish(cast)
    before = _facts()
    wanted = Wanted(as_of=TODAY.isoformat(), format=form, full=full, reason="换证" if full else "")
    made = exports.make_export(actor=cast.user("hr"), now=NOW, wanted=wanted)
    path = tmp_path / made.name
    path.write_bytes(made.file.read())
    plan = plan_book(read_book(path), as_of=TODAY)
    assert plan.totals["reject"] == plan.totals["review"] == 0, [
        (row.row, [issue.code for issue in row.issues]) for row in plan.rows if row.issues
    ]
    batch = rosters.import_file(
        actor=cast.user("hr"), now=NOW + timedelta(days=1), path=path, as_of=TODAY, filename=made.name
    )
    batch.refresh_from_db()
    assert batch.state == RosterImport.State.COMMITTED
    changed = {
        key: value for key, value in batch.changes.items() if value and key not in ("unchanged", "signature", "basis")
    }
    assert changed == {}, changed
    assert batch.changes["unchanged"] == made.rows == 8
    assert _facts() == before


def _facts():
    from staffing.models import Membership, Posting, Qualification, QualificationStatus

    return [
        list(model.objects.order_by("pk").values())
        for model in (Person, Membership, Posting, Leave, Qualification, QualificationStatus)
    ]
