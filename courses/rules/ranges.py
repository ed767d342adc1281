"""Byte ranges of HTTP (RFC 9110 §14): what of a file was asked for."""

from __future__ import annotations

import re

_ONE = re.compile(r"^\s*bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*$", re.IGNORECASE | re.ASCII)


class Unsatisfiable(ValueError):
    """The range begins behind the end of the file: 416."""


def read_range(header: str, size: int) -> tuple[int, int] | None:
    """[first, behind last) of a Range header; None when there is none we answer: absent, malformed, or several at once
    (a server may ignore those and send everything). Raises Unsatisfiable.
    """
    found = _ONE.match(header or "")
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        # The last so many bytes.
        count = int(found[2])
        if not count or not size:
            raise Unsatisfiable
        return max(0, size - count), size
    first = int(found[1])
    last = int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return first, min(last + 1, size)


def same_version(if_range: str, etag: str, modified: str) -> bool:
    """May a range be answered under this If-Range header? Absent: yes; else only for exactly this file."""
    return not if_range or if_range.strip() in (etag, modified)
