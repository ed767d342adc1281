"""The clock of these tests: pages ask for today's date at the edge."""

import pytest
from django.utils import timezone

from tests.cast import NOW


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    """It is the cast's day."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
