"""Showing what was found: the words marked, and the part of a text around them. Pure."""

from __future__ import annotations

# Words of one search; more make no search better.
MOST_WORDS = 6


def words_of(query: str) -> list[str]:
    """The words of a query: what blanks part, each looked for by itself, the first few of them."""
    return query.split()[:MOST_WORDS]


def excerpt(text: str, words: list[str], around: int = 60) -> str:
    """The surroundings of the first word found, cut parts as …; the beginning of ``text`` when none is."""
    low = text.lower()
    places = [at for word in words if (at := low.find(word.lower())) >= 0]
    start = max(min(places, default=0) - around // 2, 0)
    cut = text[start : start + around * 3]
    return ("…" if start else "") + cut + ("…" if start + around * 3 < len(text) else "")


def marked(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """``text`` cut at the words: [("前", False), ("听证", True), …]."""
    parts, at, low = [], 0, text.lower()
    while at < len(text):
        places = [(low.find(word.lower(), at), -len(word)) for word in words if word]
        places = [place for place in places if place[0] >= 0]
        if not places:
            break
        start, length = min(places)
        if start > at:
            parts.append((text[at:start], False))
        parts.append((text[start : start - length], True))
        at = start - length
    if at < len(text):
        parts.append((text[at:], False))
    return parts
