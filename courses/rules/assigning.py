"""Whom an assignment means (pure). Of units with all below them, of categories, of words in the position; an empty
condition means everybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BETWEEN = re.compile(r"[、，,；;/\s]+")


def position_words(text: str) -> tuple[str, ...]:
    """The words of 队长、法制员, each once, in order."""
    return tuple(dict.fromkeys(word for word in _BETWEEN.split(text) if word))


@dataclass(frozen=True)
class Place:
    """What an assignment looks at in a person: tree paths of post and deployment, category, position."""

    paths: tuple[str, ...]
    category: str
    position: str = ""


@dataclass(frozen=True)
class Target:
    """Whose people: under any of ``paths``, of any of ``categories``, with any of ``words`` in the position."""

    paths: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def means(self, place: Place) -> bool:
        """Is somebody at this place meant?"""
        if self.paths and not any(path.startswith(root) for path in place.paths for root in self.paths):
            return False
        if self.categories and place.category not in self.categories:
            return False
        return not self.words or any(word in place.position for word in self.words)


TODO, STARTED, DONE = STATES = "todo", "started", "done"


def sort_key(required: bool, state: str, due, title: str) -> tuple:
    """What to do first: not done, required, by day (those without a day last)."""
    return state == DONE, not required, due is None, due or 0, title
