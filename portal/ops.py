"""Backup, restore, proof and key rotation: what the operations commands do. docs/operations.md tells when.

A backup is a directory: the database in its own format, the private and public files, and ``manifest.json`` with the
size and SHA-256 of each. The keys (var/env) are never in it: who finds a backup must not be able to read ID numbers.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from portal import audit, crypto
from portal.fields import EncryptedField
from portal.models import User

FORMAT = 1
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class OpsError(Exception):
    """The operation cannot be done; the message says why and what to do. Nothing was changed unless it says so."""


# --- pieces ----------------------------------------------------------------------------------------------------------


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keys_check() -> str:
    """A fingerprint of the index key, to see before a restore that the keys at hand belong to the data."""
    return hmac.digest(settings.FIELD_INDEX_KEY.encode(), b"backup-check", hashlib.sha256).hex()[:16]


def file_roots() -> dict[str, Path]:
    """Where uploaded files live, by their name inside a backup."""
    return {"private": Path(storages["private"].location), "public": Path(settings.MEDIA_ROOT)}


def _tool(name: str) -> str:
    """pg_dump or pg_restore: on the PATH, or where Debian keeps them (newest first)."""
    found = shutil.which(name)
    for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True):
        found = found or str(path)
    if not found:
        raise OpsError(_("没有找到 %(tool)s，请安装 postgresql-client。") % {"tool": name})
    return found


def _postgres(tool: str, *args: str) -> None:
    db = connection.settings_dict
    where = {"--host": db["HOST"], "--port": db["PORT"], "--username": db["USER"], "--dbname": db["NAME"]}
    command = [_tool(tool), *(f"{name}={value}" for name, value in where.items() if value), *args]
    # The password goes by environment: a command line can be read by every account of the machine.
    env = {**os.environ, **({"PGPASSWORD": db["PASSWORD"]} if db["PASSWORD"] else {})}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        raise OpsError(_("%(tool)s 没有完成：%(why)s") % {"tool": tool, "why": done.stderr.strip()[-500:]})


def _dump(target: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
    else:
        _postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def _load(source: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
            copy.backup(connection.connection)
    else:
        connection.close()
        _postgres(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", str(source)
        )


def _is_empty() -> bool:
    if User._meta.db_table not in connection.introspection.table_names():
        return True
    return not User.objects.exists()


# --- the operations --------------------------------------------------------------------------------------------------


def backup(target: Path, *, now) -> dict:
    """Write a backup into ``target`` (missing or empty) and return its manifest. Safe while the portal is in use.

    The database goes first: a file that a row names was stored before the row, so it is there to be copied.
    """
    if target.exists() and any(target.iterdir()):
        raise OpsError(_("目录“%(dir)s”不是空的，请指定一个新目录。") % {"dir": target})
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = DATABASE[connection.vendor]
    _dump(target / name)
    copied = [Path(name)]
    for root, source in file_roots().items():
        for path in sorted(p for p in source.rglob("*") if p.is_file() and p.name != ".gitkeep"):
            inside = Path(root) / path.relative_to(source)
            (target / inside).parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(path, target / inside)
            except FileNotFoundError:
                continue  # Deleted since we listed it: no row of our snapshot needs it any more.
            copied.append(inside)
    applied = MigrationRecorder(connection).applied_migrations()
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "engine": connection.vendor,
        "keys": keys_check(),
        "migrations": sorted(f"{app}.{migration}" for app, migration in applied),
        "files": [
            {"path": path.as_posix(), "size": (target / path).stat().st_size, "sha256": file_hash(target / path)}
            for path in copied
        ],
    }
    for path in copied:
        (target / path).chmod(0o600)
    (target / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    return manifest


def read_manifest(source: Path) -> dict:
    """The manifest of a backup whose files are all there and unaltered; raises OpsError otherwise."""
    try:
        manifest = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OpsError(_("目录“%(dir)s”里没有可读的 manifest.json，不是备份目录。") % {"dir": source}) from error
    if manifest.get("format") != FORMAT:
        raise OpsError(_("备份格式不认识，请用制作它的版本恢复。"))
    root = source.resolve()
    for entry in manifest["files"]:
        path = (source / entry["path"]).resolve()
        if not path.is_relative_to(root):
            raise OpsError(_("备份清单中的路径越出备份目录：%(path)s") % {"path": entry["path"]})
        if not path.is_file():
            raise OpsError(_("备份缺少文件：%(path)s") % {"path": entry["path"]})
        if path.stat().st_size != entry["size"] or file_hash(path) != entry["sha256"]:
            raise OpsError(_("备份文件已损坏或被改动：%(path)s") % {"path": entry["path"]})
    return manifest


def restore(source: Path, *, force: bool = False) -> dict:
    """Put a backup back: verify everything first, then the database, then the files. Returns the manifest.

    Raises OpsError when the backup is damaged, belongs to another kind of database or other keys, or when the database
    at hand already has accounts and ``force`` is not given. With ``force`` its content is replaced.
    """
    manifest = read_manifest(source)
    if manifest["engine"] != connection.vendor:
        found = {"theirs": manifest["engine"], "ours": connection.vendor}
        raise OpsError(_("备份来自 %(theirs)s，当前数据库是 %(ours)s，不能混用。") % found)
    if manifest["keys"] != keys_check():
        raise OpsError(_("当前密钥与备份时不同，恢复后身份证号将无法读取。请先放回当时的 var/env。"))
    if not force and not _is_empty():
        raise OpsError(_("当前数据库已有账号。确要用备份整体替换，请加 --force。"))
    _load(source / DATABASE[connection.vendor])
    roots = file_roots()
    for entry in manifest["files"][1:]:
        kind, _slash, inside = entry["path"].partition("/")
        path = roots[kind] / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / entry["path"], path)
    return manifest


@dataclass(frozen=True)
class Rotated:
    """``changed``: values encrypted again; ``unreadable``: sealed ones whose key FIELD_KEYS no longer holds."""

    changed: int = 0
    unreadable: int = 0

    def __add__(self, other: Rotated) -> Rotated:
        return Rotated(self.changed + other.changed, self.unreadable + other.unreadable)


_elsewhere: list[Callable[[int], Rotated]] = []


def reseals(fn: Callable[[int], Rotated]):
    """Register ``fn(batch)``, which encrypts again what an app keeps outside of encrypted columns (files, JSON).

    It opens its own transactions of at most ``batch`` rows and may be stopped and repeated at any point.
    """
    if fn not in _elsewhere:
        _elsewhere.append(fn)
    return fn


def rotate_keys(*, actor, now, batch: int = 500) -> Rotated:
    """Encrypt again, under the first of FIELD_KEYS, every value that is still under an older key.

    One transaction per batch; can be stopped and run again. Raises UnknownKeyError for a column whose key is gone;
    files and journals in that state are counted and left. After a run that leaves none the old key may go.
    """
    changed = 0
    for model in apps.get_models():
        for name in [f.name for f in model._meta.concrete_fields if isinstance(f, EncryptedField)]:
            changed += _rotate(model, name, f"{crypto.newest_key()}:", batch)
    done = sum((fn(batch) for fn in _elsewhere), Rotated(changed))
    if done.changed:
        with transaction.atomic():
            audit.record(actor=actor, now=now, action="keys.rotated", values=done.changed)
    return done


def _rotate(model, name: str, newest: str, batch: int) -> int:
    quote, last, changed = connection.ops.quote_name, None, 0
    table, key, column = (
        quote(x) for x in (model._meta.db_table, model._meta.pk.column, model._meta.get_field(name).column)
    )
    while True:
        with transaction.atomic():
            # The field itself cannot be searched, so the stored text is looked at directly; names come from the models.
            after = f"AND {key} > %s" if last is not None else ""
            older = f"{column} <> '' AND {column} NOT LIKE %s {after}"
            sql = f"SELECT {key} FROM {table} WHERE {older} ORDER BY {key} LIMIT %s"  # noqa: S608
            with connection.cursor() as cursor:
                cursor.execute(sql, [f"{newest}%", *([last] if last is not None else []), batch])
                found = [row[0] for row in cursor.fetchall()]
            if not found:
                return changed
            rows = list(model._base_manager.select_for_update().filter(pk__in=found).only("pk", name))
            model._base_manager.bulk_update(rows, [name])
            last, changed = found[-1], changed + len(rows)
