"""Is this installation fit to serve? What /readyz answers and what backup checks before it starts."""

from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from portal.models import WorkerBeat


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        return type(error).__name__
    return ""


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return type(error).__name__
    return f"{len(missing)} not applied" if missing else ""


def _storage() -> str:
    storage = storages["private"]
    try:
        name = storage.save("readyz/probe", ContentFile(b"ok"))
        storage.delete(name)
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _worker(now) -> tuple[str, int | None]:
    if not settings.TASKS["default"]["BACKEND"].endswith("DatabaseBackend"):
        return "", None
    try:
        last = WorkerBeat.objects.order_by("-at").values_list("at", flat=True).first()
    except DatabaseError as error:
        return type(error).__name__, None
    if last is None:
        return "no worker has reported", None
    age = int((now - last).total_seconds())
    return ("" if now - last < timedelta(seconds=settings.JOB_STALE_SECONDS) else "worker silent"), age


def readiness(now) -> dict:
    """{"ready": bool, "checks": {name: {"ok", "error"?, "age_seconds"?}}}; no names, paths or versions."""
    worker, age = _worker(now)
    found = {"database": _database(), "migrations": _migrations(), "storage": _storage(), "worker": worker}
    checks = {name: {"ok": not error, **({"error": error} if error else {})} for name, error in found.items()}
    if age is not None:
        checks["worker"]["age_seconds"] = age
    return {"ready": not any(found.values()), "checks": checks}
