"""The score sheet of last autumn's exam on paper, as a bureau would send it in."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

from portal.sheets import OutColumn, OutSheet, write_book
from staffing.models import Person

PAPERS = ("公共法律知识", "专业法律知识")
TITLES = ("序号", "准考证号", "姓名", "身份证号", "工作单位", *PAPERS, "考试结果", "备注")


def write_scores(path: Path, people: list[Person], day: date, chance: random.Random) -> None:
    """All passed but one; the last one had left the post before the day."""
    rows = [_row(number, person, len(people), chance) for number, person in enumerate(people, 1)]
    write_book(path, [OutSheet("成绩汇总", [OutColumn(title) for title in TITLES], rows, note=_note(day))])


def _note(day: date) -> str:
    return f"执法资格考试成绩汇总表　考试时间：{day.year}年{day.month}月{day.day}日　每科满分100分，60分为合格"


def _row(number: int, person: Person, last: int, chance: random.Random) -> tuple:
    begin = (number, f"{number:03d}", person.name, person.id_number, person.memberships.latest("start").unit.name)
    if number == last:
        return (*begin, "弃考", "弃考", "弃考", "考前调离执法岗位")
    first = 52 if number == last - 1 else chance.randrange(61, 97)
    return (*begin, first, chance.randrange(60, 95), "合格" if first >= 60 else "不合格", "")
