import pytest

from portal.sheets import read_book
from staffing.queries import rosters_plan


@pytest.fixture(autouse=True)
def _read_here(request, monkeypatch):
    """Rosters are read in this process: a child takes longer to start than a small roster to read. What the child does is
    tested in tests/portal/test_sheets_bad.py; tests marked ``child`` go all the way through it."""
    if "child" not in request.keywords:
        monkeypatch.setattr(rosters_plan, "read_book_safely", read_book)
