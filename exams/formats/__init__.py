"""Question banks in files: Chinese Excel and csv templates, Moodle XML, GIFT; read into drafts and written from them.

The package knows neither Django nor the database. ``sniff`` says which format a file is; reading gives a Reading;
plan.make_plan decides about its rows; the three writers give back what the readers read.
"""

from __future__ import annotations

import re

TABLE, MOODLE, GIFT = "table", "moodle", "gift"


def sniff(head: bytes, name: str = "") -> str:
    """``table``, ``moodle`` or ``gift``, from the first bytes and the name. What is none of these is a table: the
    reader of tables says best what is wrong with it.
    """
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:400].lower()
    if text.startswith((b"<?xml", b"<quiz")) or (text.startswith(b"<!doctype") and b"html" not in text[:40]):
        return MOODLE
    suffix = name.lower().rpartition(".")[2]
    if suffix == "gift" or (suffix == "txt" and re.search(rb"\$CATEGORY:|\{[^{}]{0,2000}[=~#}]", head)):
        return GIFT
    return TABLE
