"""Rosters made by hand: invented people whose ID numbers start with 99 and have a right check digit."""

from datetime import date

from portal.sheets import Book, Sheet
from staffing.roster import Plan, plan_book
from staffing.roster.idcard import check_digit

AS_OF = date(2024, 12, 4)


def identity(seq: int = 1, birth: str = "19850307", region: str = "990001") -> str:
    """An invented ID number; odd ``seq`` is a man's."""
    first = f"{region}{birth}{seq:03d}"
    return first + check_digit(first)


def sheet(rows: list[list], name: str = "花名册", **marks) -> Sheet:
    width = max((len(row) for row in rows), default=0)
    return Sheet(name, [[*row, *[None] * (width - len(row))] for row in rows], **marks)


def planned(*sheets, **options) -> Plan:
    made = [part if isinstance(part, Sheet) else sheet(part) for part in sheets]
    return plan_book(Book("xlsx", made, "0" * 64), as_of=options.pop("as_of", AS_OF), **options)


def people(plan: Plan) -> list:
    return [row for row in plan.rows if row.action != "skip"]


def codes(row) -> list[str]:
    return [issue.code for issue in row.issues]
