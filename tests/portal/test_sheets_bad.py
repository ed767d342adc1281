"""Files that cannot or must not be read: each ends in its own SheetError, in bounded memory (reliability §17)."""

import csv
import io
import json
import os
import random
import resource
import struct
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date

import pytest
import xlsxwriter

from portal.sheets import Limits, SheetError, read_book, read_book_safely
from portal.sheets.errors import CATALOGUE
from staffing.roster import plan_book
from staffing.roster.store import write_plan
from tests.portal.sheet_files import compound_file, raw_xlsx, row_xml, text_cell
from tests.roster.truth import DATA

HEAD = row_xml(1, ["姓名", "身份证号", "性别"])


def refused(path, code, **options):
    with pytest.raises(SheetError) as caught:
        read_book_safely(path, **options)
    assert caught.value.code == code
    assert caught.value.message.endswith("。") and caught.value.hint.endswith("。")
    return caught.value


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(64)),
        ("a.csv", b"\x00\x01\x02binary\x00" * 50),
        ("a.xls", "<html><table><tr><td>姓名</td></tr></table></html>".encode()),
        ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'),
        ("a.csv", bytes(range(1, 32)) * 200),
    ],
)
def test_wrong_type_is_told_by_content(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    refused(path, "WRONG_TYPE")


def test_a_zip_that_is_no_workbook(tmp_path):
    path = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<w:document/>")
    refused(path, "WRONG_TYPE")


def test_an_ole_file_that_is_no_workbook(tmp_path):
    refused(compound_file(tmp_path / "letter.xls", {"WordDocument": b"x"}), "WRONG_TYPE")


def test_encrypted_workbooks(tmp_path):
    refused(compound_file(tmp_path / "a.xlsx", {"EncryptionInfo": b"x", "EncryptedPackage": b"y"}), "ENCRYPTED")
    protected = b"\x09\x08\x10\x00" + bytes(16) + b"\x2f\x00\x06\x00" + bytes(6) + b"\x0a\x00\x00\x00"
    refused(compound_file(tmp_path / "b.xls", {"Workbook": protected}), "ENCRYPTED")


def test_truncated_files(tmp_path):
    for name in ("roster_dirty.xlsx", "roster_legacy.xls"):
        whole = (DATA / name).read_bytes()
        path = tmp_path / name
        path.write_bytes(whole[: len(whole) // 2])
        assert refused(path, "TRUNCATED").text("en").startswith("The file is incomplete")


def test_damaged_part(tmp_path):
    path = raw_xlsx(tmp_path / "a.xlsx", [row_xml(n, ["张三", str(n), "男"]) for n in range(1, 3000)])
    body = bytearray(path.read_bytes())
    at = body.find(b"xl/worksheets/sheet1.xml") + 2000
    body[at : at + 400] = bytes(400)
    path.write_bytes(body)
    with pytest.raises(SheetError) as caught:
        read_book_safely(path)
    assert caught.value.code in ("TRUNCATED", "UNREADABLE")


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", "\ufeff".encode(), b",,,\r\n,,,\r\n"])
def test_empty_text(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    refused(path, "EMPTY")


def test_empty_workbook(tmp_path):
    refused(raw_xlsx(tmp_path / "a.xlsx", ""), "EMPTY")
    refused(raw_xlsx(tmp_path / "b.xlsx", '<row r="1"><c r="A1" s="1"/></row>'), "EMPTY")


def test_shared_strings_bomb_is_refused_unopened(tmp_path):
    block = "<si><t>" + "啊" * 5000 + "</t></si>"
    path = raw_xlsx(tmp_path / "a.xlsx", HEAD, shared=(block for _ in range(3000)))
    assert path.stat().st_size < 2 * 2**20
    refused(path, "ZIP_BOMB")


def test_total_and_entry_count_bombs(tmp_path):
    path = raw_xlsx(tmp_path / "a.xlsx", (" " * 2**20 for _ in range(40)))
    refused(path, "ZIP_BOMB", limits=Limits(max_uncompressed=30 * 2**20))
    many = raw_xlsx(tmp_path / "b.xlsx", HEAD, parts={f"xl/x{n}.xml": "" for n in range(60)})
    refused(many, "ZIP_BOMB", limits=Limits(max_entries=50))


def test_entities_are_not_expanded(tmp_path):
    path = raw_xlsx(tmp_path / "a.xlsx", HEAD)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + parts["xl/workbook.xml"][21:]
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    refused(path, "UNREADABLE")


def test_huge_dimension(tmp_path):
    path = raw_xlsx(tmp_path / "far.xlsx", HEAD + f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>')
    assert "花名册" in refused(path, "HUGE_DIMENSION").message
    wide = raw_xlsx(tmp_path / "wide.xlsx", HEAD + f'<row r="900000">{text_cell("B900000", "x")}</row>')
    refused(wide, "HUGE_DIMENSION")


def test_a_claimed_dimension_costs_nothing(tmp_path):
    path = raw_xlsx(tmp_path / "a.xlsx", HEAD, before='<dimension ref="A1:XFD1048576"/>')
    assert len(read_book_safely(path).sheets[0].rows) == 1


def test_a_million_formatted_blank_rows_just_work(tmp_path):
    blank = "".join(f'<row r="{{{n}}}"><c r="A{{{n}}}" s="1"/><c r="B{{{n}}}" s="1"/></row>' for n in range(1000))

    def blocks():
        yield HEAD + row_xml(2, ["张三", "990001197701199495", "男"])
        for start in range(3, 1_048_577, 1000):
            numbers = range(start, min(start + 1000, 1_048_577))
            yield (
                blank.format(*numbers)
                if len(numbers) == 1000
                else "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in numbers)
            )

    path = raw_xlsx(tmp_path / "a.xlsx", blocks())
    book = read_book_safely(path)
    assert len(book.sheets[0].rows) == 2
    plan = plan_book(book, as_of=date(2024, 12, 4))
    assert plan.totals["accept"] == 1


def test_too_many_rows(tmp_path):
    path = raw_xlsx(tmp_path / "a.xlsx", [row_xml(n, ["张三"]) for n in range(1, 60)])
    assert "50 行" in refused(path, "TOO_MANY_ROWS", limits=Limits(max_rows=50)).message
    text = tmp_path / "a.csv"
    text.write_text("姓名\n" * 60, encoding="utf-8")
    refused(text, "TOO_MANY_ROWS", limits=Limits(max_rows=50))


def test_too_large_on_disk(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 5000)
    refused(path, "TOO_LARGE", limits=Limits(max_bytes=4000))


def test_memory_is_bound_in_the_child(tmp_path):
    path = raw_xlsx(
        tmp_path / "a.xlsx", (row_xml(n, ["张三李四" * 20, f"{n:018d}", "男"] * 4) for n in range(1, 60_000))
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(path, "TOO_LARGE", limits=Limits(memory_mb=300, seconds=30))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_time_is_bound(tmp_path):
    path = raw_xlsx(tmp_path / "a.xlsx", (row_xml(n, ["张三", f"{n:018d}", "男"]) for n in range(1, 100_000)))
    refused(path, "TIMEOUT", limits=Limits(seconds=1))


def test_quadratic_markup_does_not_hang(tmp_path):
    path = raw_xlsx(tmp_path / "a.xlsx", ["<c " * 350_000 * 3])
    with pytest.raises(SheetError):
        read_book_safely(path, limits=Limits(seconds=30))


def test_the_child_cannot_name_code_to_run(tmp_path):
    """A result that names anything but plain values and dates is refused."""
    import pickle

    from portal.sheets.safely import _taken

    result = tmp_path / "result"
    result.write_bytes(pickle.dumps({"book": os.system}))
    with pytest.raises(SheetError):
        _taken(result)


def test_the_child_inherits_no_secret(tmp_path, monkeypatch):
    from portal.sheets.safely import _environment

    monkeypatch.setenv("FIELD_KEYS", "secret")
    assert "FIELD_KEYS" not in _environment()


def test_every_code_speaks_both_languages():
    for code in CATALOGUE:
        error = SheetError(code, "甲", "a")
        assert error.text("zh") and error.text("en")
        assert not any("\u4e00" <= char <= "\u9fff" for char in error.text("en"))


def mutated(source: bytes, chance: random.Random) -> bytes:
    """The file with some bytes changed, cut out or doubled."""
    body = bytearray(source)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(body))
        how = chance.randrange(4)
        if how == 0:
            body[at] = chance.randrange(256)
        elif how == 1:
            del body[at : at + chance.randint(1, 64)]
        elif how == 2:
            body[at:at] = body[at : at + chance.randint(1, 64)]
        else:
            body[at : at + 4] = chance.randbytes(4)
        if not body:
            break
    return bytes(body)


def mutated_inside(source: bytes, chance: random.Random) -> bytes:
    """A workbook whose parts are changed before they are packed again, so that the checksum holds and parsers see the damage."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in package.namelist():
            content = package.read(name)
            made.writestr(name, mutated(content, chance) if content and chance.random() < 0.3 else content)
    return out.getvalue()


def fuzz(seed: int, rounds: int, folder) -> dict[str, int]:
    chance = random.Random(seed)
    sources = [
        (DATA / name) for name in ("roster_dirty.xlsx", "roster_legacy.xls", "roster_gbk.csv", "roster_clean_40.xlsx")
    ]
    bytes_of = {path: path.read_bytes() for path in sources}
    limits = replace(Limits(), max_uncompressed=64 * 2**20)
    ends: dict[str, int] = {}
    for _ in range(rounds):
        source = chance.choice(sources)
        inside = source.suffix == ".xlsx" and chance.random() < 0.6
        path = folder / f"fuzz{source.suffix}"
        path.write_bytes((mutated_inside if inside else mutated)(bytes_of[source], chance))
        try:
            plan = plan_book(read_book(path, limits=limits), as_of=date(2024, 12, 4))
            for row in plan.rows:
                for issue in row.issues:
                    assert issue.message and issue.text("en")
            write_plan(io.BytesIO(), plan, seal=bytes)
            end = "plan"
        except SheetError as error:
            end = error.code
        ends[end] = ends.get(end, 0) + 1
    return ends


def test_mutated_files_end_in_a_plan_or_a_sheet_error(tmp_path):
    ends = fuzz(1, 150, tmp_path)
    assert ends.get("plan", 0) > 10 and len(ends) > 2


@pytest.mark.full
def test_mutated_files_full_size(tmp_path):
    """50,000 files; a file that takes the process down would end this one, so they run in two children with the usual memory."""
    per_child = int(os.environ.get("FUZZ_FILES", "50000")) // 2
    code = (
        "import resource, sys, json, pathlib; resource.setrlimit(resource.RLIMIT_AS, (1536 << 20, 1536 << 20));"
        "from tests.portal.test_sheets_bad import fuzz;"
        f"print(json.dumps(fuzz(int(sys.argv[1]), {per_child}, pathlib.Path(sys.argv[2]))))"
    )
    children = []
    for seed in (11, 12):
        folder = tmp_path / str(seed)
        folder.mkdir()
        children.append(subprocess.Popen([sys.executable, "-c", code, str(seed), str(folder)], stdout=subprocess.PIPE))
    ends = [json.loads(child.communicate()[0]) for child in children]
    assert sum(sum(end.values()) for end in ends) == 2 * per_child


def test_csv_fields_beyond_reason(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('姓名,备注\n张三,"' + "长" * (csv.field_size_limit() + 10), encoding="utf-8")
    refused(path, "UNREADABLE")


def test_pictures_are_not_counted_against_a_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("花名册").write_row(0, 0, ["姓名", "身份证号"])
    book.close()
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/media/image1.png", random.Random(1).randbytes(3 * 2**20))
    assert read_book(path).sheets[0].rows[0][0] == "姓名"


def biff(*cells: tuple[int, int]) -> bytes:
    """A workbook stream with one sheet of number cells at these (row, column) places."""
    start = struct.pack("<HHHHIHH", 0x809, 16, 0x600, 5, 0, 0, 0) + bytes(4)
    title = b"\x01\x00a"
    size = len(start) + 4 + 6 + len(title) + 4
    bound = struct.pack("<HHIBB", 0x85, 6 + len(title), size, 0, 0) + title
    numbers = b"".join(struct.pack("<HHHHHd", 0x203, 14, row, col, 0, 1.0) for row, col in cells)
    end = struct.pack("<HH", 0x0A, 0)
    return start + bound + end + start + numbers + end


def test_far_cells_of_an_xls_are_refused_before_memory_is_asked_for(tmp_path):
    refused(compound_file(tmp_path / "a.xls", {"Workbook": biff((0, 0), (60_000, 200))}), "HUGE_DIMENSION")
    refused(compound_file(tmp_path / "b.xls", {"Workbook": biff((0, 0), (54_813, 11_627))}), "TRUNCATED")


def test_chains_in_circles_do_not_hang(tmp_path):
    path = compound_file(tmp_path / "a.xls", {"Workbook": biff((0, 0))})
    body = bytearray(path.read_bytes())
    struct.pack_into("<I", body, 512 + 4 * 4, 2)  # the fifth sector leads back to the first of its chain
    path.write_bytes(body)
    refused(path, "TRUNCATED", limits=Limits(seconds=20))
