"""Small rosters built in the test that needs them. Everybody is invented; numbers begin with 99."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import xlsxwriter

from tests.cast import id_number

HEADERS = [
    "姓名",
    "性别",
    "身份证号",
    "编制性质",
    "编制所在单位",
    "现工作单位",
    "职务",
    "执法证号",
    "发证日期",
    "有效期至",
]
BUREAU, EAST, WEST = "示例县综合行政执法局", "东江镇综合行政执法队", "西岭镇综合行政执法队"
AS_OF = date(2026, 10, 31)
SAMPLES = Path(__file__).parents[2] / "data" / "rosters"


def line(name: str, sequence: int, home: str, work: str = "", **cells) -> list:
    """One row in the order of HEADERS; ``birth`` goes into the ID number."""
    number = id_number(cells.pop("birth", date(1982, 6, 15)), sequence)
    row = dict.fromkeys(HEADERS, "")
    row |= {"姓名": name, "性别": "男" if sequence % 2 else "女", "身份证号": number, "编制性质": "行政编制"}
    row |= {"编制所在单位": home, "现工作单位": work or home, **cells}
    return list(row.values())


def book(path, *sheets, headers=HEADERS) -> str:
    """Write ``(name, rows)`` sheets, each under the headers; rows may also be given alone. The path as text."""
    with xlsxwriter.Workbook(str(path)) as out:
        for number, each in enumerate(sheets, 1):
            name, rows = each if isinstance(each, tuple) else (f"花名册{number}", each)
            sheet = out.add_worksheet(name)
            sheet.write_row(0, 0, headers)
            for at, row in enumerate(rows, 1):
                sheet.write_row(at, 0, row)
    return str(path)


def cast_lines() -> list[list]:
    """The cast's officers as a roster would list them, nothing changed."""
    return [
        line("陈思远", 1, BUREAU, 职务="政工科长"),
        line("赵立诚", 3, BUREAU, EAST, birth=date(1979, 10, 2)),
        line("王晓东", 9, EAST, 职务="队长"),
        line("孙海燕", 12, WEST, birth=date(1990, 12, 31)),
    ]
