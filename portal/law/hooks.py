"""What other apps know about articles. They register here; the library never imports them.

``on_amended``: called inside the transaction of an amendment, so that what cites the article is put on hold with it.
``cited_by``: asked by the article page; answers only with what the viewer may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portal.ui import Link


@dataclass(frozen=True)
class Citing:
    """One kind of thing that cites an article: ``total`` of them, the first few as ``links``, all at ``url``."""

    title: str
    total: int
    links: tuple[Link, ...] = ()
    url: str = ""
    empty: str = ""


_amended: list[Callable] = []
_citing: list[Callable] = []


def on_amended(fn: Callable) -> Callable:
    """Register ``fn(*, actor, now, article, version)``; registering it again does nothing."""
    if fn not in _amended:
        _amended.append(fn)
    return fn


def cited_by(fn: Callable) -> Callable:
    """Register ``fn(request, article) -> Citing | None``; registering it again does nothing."""
    if fn not in _citing:
        _citing.append(fn)
    return fn


def amended(*, actor, now, article, version) -> None:
    """Tell every registered app, in the caller's transaction."""
    for fn in _amended:
        fn(actor=actor, now=now, article=article, version=version)


def citing(request, article) -> Iterable[Citing]:
    """What the viewer may know about who cites ``article``."""
    return [found for fn in _citing if (found := fn(request, article)) is not None]
