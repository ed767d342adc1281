"""Bad files through page and command: a clear sentence, never a 500, nothing written."""

import io
import json
from datetime import date

import pytest
import xlsxwriter
from django.core.management import call_command

from staffing.models import RosterImport
from tests.portal.sheet_files import compound_file, raw_xlsx, row_xml, text_cell
from tests.staffing.rosters.books import EAST, line
from tests.staffing.rosters.conftest import workbook

HEAD = row_xml(1, ["姓名", "身份证号", "性别"])
pytestmark = pytest.mark.child


def wrong_type(path):
    path.write_bytes(b"%PDF-1.7\n1 0 obj")


def encrypted(path):
    compound_file(path, {"EncryptionInfo": b"x", "EncryptedPackage": b"y"})


def zip_bomb(path):
    block = "<si><t>" + "啊" * 5000 + "</t></si>"
    raw_xlsx(path, HEAD, shared=(block for _ in range(3000)))


def huge_dimension(path):
    raw_xlsx(path, HEAD + f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>')


def truncated(path):
    data = workbook([line(f"人员{n}", 20 + n, EAST) for n in range(60)])
    path.write_bytes(data[: len(data) // 2])


def empty(path):
    raw_xlsx(path, "")


BAD = {
    "WRONG_TYPE": wrong_type,
    "ENCRYPTED": encrypted,
    "ZIP_BOMB": zip_bomb,
    "HUGE_DIMENSION": huge_dimension,
    "TRUNCATED": truncated,
    "EMPTY": empty,
}


@pytest.mark.parametrize("code", BAD)
def test_page_says_what_is_wrong(cast, upload, tmp_path, facts, code):
    before = facts()
    path = tmp_path / "bad.xlsx"
    BAD[code](path)
    client, batch, response = upload(path.read_bytes(), "坏文件.xlsx")
    assert response.status_code == 302
    assert (batch.state, batch.error_code) == ("refused", code)
    page = client.get(f"/rosters/{batch.pk}/")
    text = page.content.decode()
    assert page.status_code == 200 and batch.error in text and "名册没有改动" in text and "重新上传" in text
    assert batch.error.endswith("。") and "Error" not in batch.error
    assert "坏文件" in client.get("/rosters/").content.decode()
    for name in ("preview", "mapping", "changes", "resolve", "leavers", "commit", "result", "annotated"):
        assert client.get(f"/rosters/{batch.pk}/{name}/").status_code < 500
    assert facts() == before


@pytest.mark.parametrize("code", BAD)
@pytest.mark.django_db
def test_command_says_what_is_wrong(tmp_path, facts, code):
    before = facts()
    path = tmp_path / "bad.xlsx"
    BAD[code](path)
    out = io.StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("import_roster", str(path), "--commit", "--json", stdout=out)
    assert stop.value.code == 1 and json.loads(out.getvalue())["error"]["code"] == code
    assert facts() == before and not RosterImport.objects.exists()


def test_no_file_and_an_empty_file(cast, upload):
    client = cast.client("hr")
    response = client.post("/rosters/new/", {"as_of": "2026-10-31"})
    assert response.status_code == 422 and "请选择文件" in response.content.decode()
    _, batch, response = upload(b"")
    assert response.status_code == 422 and "文件是空的" in response.content.decode() and batch is None


def test_too_large_a_file(cast, upload, settings):
    settings.ROSTER_MAX_BYTES = 2 * 2**20
    _, batch, response = upload(bytes(3 * 2**20))
    assert response.status_code == 422 and "2 MB" in response.content.decode() and batch is None


def test_a_day_in_the_future(cast, upload):
    _, batch, response = upload(workbook([line("郑新民", 21, EAST)]), as_of=date(2099, 1, 1))
    assert response.status_code == 422 and "不能晚于今天" in response.content.decode() and batch is None


def test_a_million_formatted_blank_rows(cast, upload, tmp_path):
    blank = "".join(f'<row r="{{{n}}}"><c r="A{{{n}}}" s="1"/></row>' for n in range(1000))

    def blocks():
        values = line("郑新民", 21, EAST)
        yield row_xml(1, ["姓名", "性别", "身份证号", "工作单位"]) + row_xml(2, [*values[:3], EAST])
        for start in range(3, 1048576 - 1000, 1000):
            yield blank.format(*range(start, start + 1000))

    path = raw_xlsx(tmp_path / "tall.xlsx", blocks())
    _, batch, _ = upload(path.read_bytes())
    assert batch.state == "preview" and batch.changes["create"] == 1


def test_two_tables_side_by_side(cast, upload, tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "two.xlsx")) as out:
        sheet = out.add_worksheet("签到")
        sheet.write_row(0, 0, ["姓名", "性别", "身份证号", "工作单位", "", "姓名", "性别", "身份证号", "工作单位"])
        left, right = line("郑新民", 21, EAST), line("何东来", 23, EAST)
        sheet.write_row(1, 0, [*left[:3], EAST, "", *right[:3], EAST])
    client, batch, _ = upload((tmp_path / "two.xlsx").read_bytes())
    page = client.get(f"/rosters/{batch.pk}/", follow=True)
    assert page.status_code == 200
    assert batch.changes["create"] == 2 or "并排" in page.content.decode()


def test_columns_nobody_can_name(cast, upload, tmp_path, facts):
    before = facts()
    data = workbook([["甲", "乙", "丙"], ["1", "2", "3"]], headers=["项目", "数量", "金额"])
    client, batch, _ = upload(data)
    assert batch.state == "mapping"
    page = client.get(f"/rosters/{batch.pk}/", follow=True)
    assert page.status_code == 200 and "没有识别到人员行，请检查表头是否有“姓名”" in page.content.decode()
    assert client.get(f"/rosters/{batch.pk}/commit/").status_code == 200
    assert facts() == before
