"""All spreadsheet reading and writing: nothing else in the project opens or creates a workbook.

Reading   ``read_book_safely`` (uploads: child process with memory and time limits) and ``read_book`` (same, in this
process) give a Book of plain Python values, or raise SheetError with a sentence that says what to do.
Writing   ``write_book`` / ``write_csv``: every text is inert (reliability §19), identifiers stay text.
Marking   ``annotate_book``: the user's own file with comments in the original cells.

The package knows neither Django nor rosters; the child process imports it without settings.
"""

from portal.sheets.annotate import Note, annotate_book
from portal.sheets.errors import SheetError
from portal.sheets.model import Book, Limits, Sheet, column_index, column_letter
from portal.sheets.read import read_book
from portal.sheets.safely import read_book_safely
from portal.sheets.write import OutColumn, OutSheet, inert, write_book, write_csv

__all__ = [
    "Book",
    "Limits",
    "Note",
    "OutColumn",
    "OutSheet",
    "Sheet",
    "SheetError",
    "annotate_book",
    "column_index",
    "column_letter",
    "inert",
    "read_book",
    "read_book_safely",
    "write_book",
    "write_csv",
]
