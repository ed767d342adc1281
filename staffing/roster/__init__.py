"""The roster engine: spreadsheet → plan. Pure Python; knows neither Django nor the database.

    portal.sheets        a file → Book of plain values
    layout.py            where titles, headers, blocks, subtotals and footers are: every row gets a kind
    columns.py           header text → canonical field (header_synonyms.csv), one line per column with its parser
    values.py, dates.py, idcard.py, vocabulary.py      a cell → value and remarks
    units.py             what kind of unit a name is, where it belongs, which full name 东江中队 means
    records.py           one row → record, checks within the row
    people.py            rows against each other: duplicates, same person, one certificate twice
    plan.py              puts it together: plan_book() → Plan, one action for every row
    messages.py          every code in Chinese and English

Where a new thing goes
    a column     its synonyms in header_synonyms.csv, one line in columns.PARSERS
    a spelling   vocabulary.py
    a code       where it is found, and one line in messages.py

What to do with a plan (compare with today's people, write, undo) is not decided here.
"""

from staffing.roster.columns import CANONICAL, ColumnSpec
from staffing.roster.messages import action_label, field_label, warning_text
from staffing.roster.model import ACTIONS, ColumnGuess, Issue, Plan, PlannedRow, SheetPlan
from staffing.roster.plan import plan_book
from staffing.roster.units import KnownUnit, UnitProposal, infer_unit

__all__ = [
    "ACTIONS",
    "CANONICAL",
    "ColumnGuess",
    "ColumnSpec",
    "Issue",
    "KnownUnit",
    "Plan",
    "PlannedRow",
    "SheetPlan",
    "UnitProposal",
    "action_label",
    "field_label",
    "infer_unit",
    "plan_book",
    "warning_text",
]
