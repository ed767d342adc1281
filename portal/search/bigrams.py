"""Text cut into index terms, and words cut into the phrase to look for. Pure.

Chinese, Japanese and Korean characters become overlapping pairs; the last character of a run also stands alone, so
that a single character is found as the beginning of a pair. Letters and digits stay whole words. Anything else is a
gap, which a phrase crosses only where the words asked for have one too: 讲3 is not found in 第九讲，3月.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

HAN = "々〇\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
RUNS = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>(?:(?![{HAN}])[^\W_])+)")
# A term as long as this names nothing anybody types; PostgreSQL refuses terms of 2 KB.
LONGEST = 100


def normal(text: str) -> str:
    """Full-width letters and digits as half-width, compatibility characters as plain ones, no upper case."""
    return unicodedata.normalize("NFKC", text).casefold()


def _runs(text: str) -> list[tuple[str, str, bool]]:
    """(kind, characters, does a gap stand before it) of every run of ``text``."""
    found, end = [], 0
    for match in RUNS.finditer(normal(text)):
        found.append((match.lastgroup, match.group(), bool(found) and match.start() > end))
        end = match.end()
    return found


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def terms(text: str) -> list[str | None]:
    """The index terms of ``text`` in order; None is a gap."""
    found: list[str | None] = []
    for kind, run, gap in _runs(text):
        if gap:
            found.append(None)
        found.extend([*_pairs(run), run[-1]] if kind == "han" else [run[:LONGEST]])
    return found


@dataclass(frozen=True)
class Phrase:
    """Terms that must follow each other; with ``prefix`` the last may go on. No terms: nothing can be found."""

    terms: tuple[str | None, ...]
    prefix: bool = False


def phrase(words: str, prefix: bool = False) -> Phrase:
    """What to look for to find ``words`` as they stand. ``prefix``: a last word of letters may be unfinished."""
    runs = _runs(words)
    found: list[str | None] = []
    for at, (kind, run, gap) in enumerate(runs, 1):
        last = at == len(runs)
        if gap:
            found.append(None)
        if kind == "word":
            found.append(run[:LONGEST])
        elif last and len(run) == 1:
            found.append(run)
            prefix = True
        else:
            found.extend(_pairs(run) if last else [*_pairs(run), run[-1]])
            prefix = prefix and not last
    return Phrase(tuple(found), prefix)
