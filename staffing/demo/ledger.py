"""Three years of study hours: weekly lectures, online lessons, court visits, and what each person made of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from staffing.actions.hours import HourRow
from staffing.demo.story import Human, Story

TOPICS = (
    "行政处罚法要点",
    "行政强制的条件与程序",
    "证据的收集与固定",
    "执法文书制作",
    "法制审核常见退件",
    "行政执法“三项制度”",
    "听证程序实务",
    "裁量基准的适用",
    "生态环境执法案例",
    "城市管理执法案例",
    "自然资源执法案例",
    "安全生产执法案例",
    "行政复议与应诉",
    "执法规范用语",
)
PLANNED_WEEKS = 48


def lectures(year: int, held: int) -> list[date]:
    """Thursdays of the year on which a lecture took place: ``held`` of the planned 48 weeks, spread evenly."""
    first = date(year, 1, 8)
    first += timedelta(days=(3 - first.weekday()) % 7)
    weeks = [first + timedelta(weeks=week) for week in range(PLANNED_WEEKS)]
    return [weeks[at * PLANNED_WEEKS // held] for at in range(held)]


def year_rows(story: Story, year: int, keys: dict[str, int]) -> Iterator[HourRow]:
    """Every entry of ``year`` up to the story's day; ``keys`` gives the row id of each staff number.

    A person is credited only for days on which they were in post and known to the portal. This year's lectures are
    not told here: the courses chapter holds them, and their hours come from who signed in.
    """
    chance, today = story.chance, story.today
    held = {today.year - 2: 34, today.year - 1: 40}.get(year, 0)
    days = lectures(year, held) if held else []
    for human in story.people:
        key = keys.get(human.staff_no)
        if key is None or human.category == "worker":
            continue
        share = human.diligence * (0.45 if human.category == "auxiliary" else 1)

        def there(day: date, human: Human = human) -> bool:
            return day <= today and human.known_from <= day and human.there(day) and not human.leave_on(day)

        for number, day in enumerate(days, 1):
            if chance.yes(share * 0.86) and there(day):
                title = f"执法大讲堂第{number}讲：{TOPICS[number % len(TOPICS)]}"
                yield HourRow(key, "lecture", Decimal("1.5"), day, title, f"lecture:{year}:{number}")
        if human.category == "auxiliary":
            continue
        for number in range(1, 9):
            day = date(year, number + 2, chance.between(1, 28))
            if chance.yes(share) and there(day):
                title = f"线上课程{number}：{TOPICS[(number + year) % len(TOPICS)]}"
                yield HourRow(key, "online", Decimal("2"), day, title, f"online:{year}:{number}")
        for kind, month, hours, title, likely in (
            ("court", 5, "4", "旁听行政诉讼案件庭审", 0.35),
            ("case", 6, "2", "以案释法：占道经营处罚案", 0.6),
            ("contest", 9, "8", "执法大比武集训", 0.25),
            ("external", 4, "8", "市局业务轮训", 0.3),
            ("political", 7, "8", "政治理论专题学习", 0.9),
        ):
            day = date(year, month, chance.between(1, 28))
            if chance.yes(likely * share) and there(day):
                yield HourRow(key, kind, Decimal(hours), day, title, f"{kind}:{year}")
