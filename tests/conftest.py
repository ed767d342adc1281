"""Fixtures every test may use: the cast of tests/cast.py, and what the guards in the database need from a test run."""

import pytest
from django.core.cache import cache
from django.utils import translation


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="full-size fuzz, load and crash series")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--full"):
        skip = pytest.mark.skip(reason="full size: run with --full")
        for item in items:
            if "full" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def _flush_around_audit_guard():
    """Django empties tables with DELETE after a transactional test on SQLite; audit rows refuse that, so the guard steps aside."""
    from django.db.backends.sqlite3.base import DatabaseOperations

    plain = DatabaseOperations.sql_flush

    def sql_flush(self, style, tables, **kwargs):
        statements = plain(self, style, tables, **kwargs)
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_no_%'")
            guards = cursor.fetchall()
        return [f"DROP TRIGGER {name}" for name, _ in guards] + statements + [sql for _, sql in guards]

    DatabaseOperations.sql_flush = sql_flush
    yield
    DatabaseOperations.sql_flush = plain


@pytest.fixture(autouse=True)
def _chinese(settings):
    """A request leaves its language active in its thread; the next test starts in ours."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    """Uploads of a test go to its own folder."""
    storages = {**settings.STORAGES}
    storages["private"] = {**storages["private"], "OPTIONS": {"location": str(tmp_path / "private"), "base_url": None}}
    settings.STORAGES = storages
    settings.MEDIA_ROOT = str(tmp_path / "public")


@pytest.fixture
def cast(db):
    """The small county of tests/cast.py."""
    from tests.cast import Cast

    return Cast()
