"""The learning cast on top of the county."""

import pytest
from django.utils import timezone

from tests.cast import NOW
from tests.courses.made import CourseCast


@pytest.fixture
def learning(cast) -> CourseCast:
    return CourseCast(cast)


@pytest.fixture
def frozen(monkeypatch):
    """Pages are looked at on the cast's own morning."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
