"""Later apps tell on: an app with a ``demo`` package that has ``tell`` adds its chapter to the demonstration county."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule


@dataclass
class Chapter:
    """What a chapter added: a sentence for the reader, and log-ins (username, name, role)."""

    text: str
    accounts: list[tuple[str, str, str]] = field(default_factory=list)


def chapters() -> Iterator[Callable[..., Chapter]]:
    """``tell(*, today: date, seed: int, say) -> Chapter`` of every other app, those that build on others last."""
    for app in reversed(list(apps.get_app_configs())):
        if module_has_submodule(app.module, "demo"):
            tell = getattr(import_module(f"{app.name}.demo"), "tell", None)
            if tell is not None:
                yield tell


def tell_all(*, today: date, seed: int, say=lambda text: None) -> list[Chapter]:
    """Every chapter after the county itself stands."""
    return [tell(today=today, seed=seed, say=say) for tell in chapters()]
