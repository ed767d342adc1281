"""Operations: backup and restore, proof of the trail, keys, health, and the document that describes them."""

import base64
import hashlib
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal import audit, ops
from portal.actions import users
from portal.models import AuditEvent, AuditHead, WorkerBeat
from staffing.models import Person
from tests.cast import NOW, id_number

ROOT = Path(django_settings.BASE_DIR)


def command(*args):
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def table_hashes():
    """One hash a table over all its rows in primary key order."""
    hashes = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(repr(row) for row in cursor.fetchall())
            hashes[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return hashes


@pytest.fixture
def filled(transactional_db, tmp_path):
    """A county with an audit row and a private file, committed."""
    from tests.cast import Cast

    cast = Cast()
    users.disable_user(actor=cast.user("system"), now=NOW, user=cast.user("leader"))
    storages["private"].save("rosters/a.xlsx", ContentFile(b"private bytes"))
    return cast


def test_backup_restored_is_the_same_in_every_table_and_file(filled, tmp_path):
    target, before = tmp_path / "b", table_hashes()
    made = json.loads(command("backup", str(target), "--json"))
    assert made["files"] == 2 and (target / "private/rosters/a.xlsx").read_bytes() == b"private bytes"
    Person.objects.filter(pk=filled.sun.pk).update(name="改了名")
    filled.bureau.add_child(code="x", name="多出的科", kind="office")
    storages["private"].delete("rosters/a.xlsx")
    assert table_hashes() != before
    back = json.loads(command("restore", str(target), "--force", "--json"))
    assert back["audit"] == {"ok": True, "checked": 1}
    assert table_hashes() == before
    assert storages["private"].open("rosters/a.xlsx").read() == b"private bytes"


def test_backup_holds_no_key_and_no_clear_number(filled, tmp_path, settings):
    command("backup", str(tmp_path / "b"))
    secrets = [settings.SECRET_KEY, settings.FIELD_INDEX_KEY, settings.FIELD_KEYS[0].split(":")[1]]
    number = id_number(filled.sun.birth_date, 12)
    for path in (tmp_path / "b").rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert not any(secret.encode() in held for secret in secrets)
            assert number.encode() not in held
            assert path.name == "manifest.json" or path.stat().st_mode & 0o077 == 0


def refusal(*args):
    with pytest.raises(CommandError) as caught:
        command(*args)
    assert caught.value.returncode == 1
    return str(caught.value)


def test_restore_refuses_a_full_database_damage_and_foreign_keys(filled, tmp_path, settings):
    target = tmp_path / "b"
    command("backup", str(target))
    before = table_hashes()
    assert "--force" in refusal("restore", str(target))
    key, settings.FIELD_INDEX_KEY = settings.FIELD_INDEX_KEY, base64.b64encode(b"y" * 32).decode()
    assert "密钥" in refusal("restore", str(target), "--force")
    settings.FIELD_INDEX_KEY = key
    file = target / "private/rosters/a.xlsx"
    file.write_bytes(b"private bytez")
    assert "已损坏" in refusal("restore", str(target), "--force")
    file.unlink()
    assert "缺少文件" in refusal("restore", str(target), "--force")
    assert "manifest.json" in refusal("restore", str(tmp_path / "nothing"))
    assert table_hashes() == before


def test_manifest_cannot_reach_outside_the_backup(filled, tmp_path):
    target = tmp_path / "b"
    command("backup", str(target))
    manifest = json.loads((target / "manifest.json").read_text())
    manifest["files"][1]["path"] = "private/../../outside"
    (target / "manifest.json").write_text(json.dumps(manifest))
    assert "越出" in refusal("restore", str(target), "--force")


def test_backup_wants_an_empty_directory(filled, tmp_path):
    (tmp_path / "x").write_text("here")
    assert "不是空的" in refusal("backup", str(tmp_path))


# --- audit -----------------------------------------------------------------------------------------------------------


def test_verify_audit_says_whole_or_where_it_broke(cast):
    users.disable_user(actor=cast.user("system"), now=NOW, user=cast.user("leader"))
    assert json.loads(command("verify_audit", "--json")) == {"ok": True, "checked": 1, "broken_at": None, "reason": ""}
    AuditHead.objects.update(last_id=2)
    assert "不连续" in refusal("verify_audit")


def tamper(sql, *params):
    """Change audit rows behind the guards' back, as somebody with the database file could."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_no_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE portal_auditevent DISABLE TRIGGER USER")
        cursor.execute(sql, params)


@pytest.mark.parametrize(
    ("sql", "broken_at"),
    [
        ("UPDATE portal_auditevent SET action = 'user.enabled' WHERE id = 2", 2),
        ("UPDATE portal_auditevent SET actor_name = '别人' WHERE id = 3", 3),
        ("DELETE FROM portal_auditevent WHERE id = 2", 2),
        ("DELETE FROM portal_auditevent WHERE id = 4", 4),
        ("DELETE FROM portal_auditevent", 1),
    ],
)
def test_every_kind_of_tampering_is_found(cast, sql, broken_at):
    for name in ("leader", "legal", "hr", "training"):
        users.disable_user(actor=cast.user("system"), now=NOW, user=cast.user(name))
    assert AuditEvent.objects.count() == 4
    tamper(sql)
    verdict = audit.verify()
    assert not verdict.ok and verdict.broken_at == broken_at


def test_swapping_two_rows_is_found(cast):
    for name in ("leader", "legal"):
        users.disable_user(actor=cast.user("system"), now=NOW, user=cast.user(name))
    tamper("UPDATE portal_auditevent SET id = CASE id WHEN 1 THEN 102 ELSE 101 END")
    tamper("UPDATE portal_auditevent SET id = id - 100")
    assert audit.verify().broken_at == 1


# --- keys ------------------------------------------------------------------------------------------------------------


def stored(person):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM staffing_person WHERE id = %s", [person.pk])
        return cursor.fetchone()[0]


def test_new_first_key_encrypts_everything_again_and_the_old_may_go(cast, settings):
    number = cast.sun.id_number
    new = "k2:" + base64.b64encode(b"n" * 32).decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    assert ops.rotate_keys(actor=None, now=NOW, batch=2) == ops.Rotated(Person.objects.count())
    assert stored(cast.sun).startswith("k2:") and ops.rotate_keys(actor=None, now=NOW) == ops.Rotated()
    settings.FIELD_KEYS = [new]
    assert Person.objects.get(pk=cast.sun.pk).id_number == number
    assert AuditEvent.objects.filter(action="keys.rotated").count() == 1


# --- health ----------------------------------------------------------------------------------------------------------


def test_healthz_needs_no_database():
    answer = Client().get("/healthz")
    assert answer.status_code == 200 and answer.json() == {"ok": True}


def test_readyz_tells_ready_and_what_is_missing(db, settings):
    assert Client().get("/readyz").json()["ready"] is True
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    answer = Client().get("/readyz")
    assert answer.status_code == 503 and not answer.json()["checks"]["worker"]["ok"]
    WorkerBeat.objects.create(name="w", at=timezone.now() - timedelta(hours=1))
    assert Client().get("/readyz").json()["checks"]["worker"]["age_seconds"] >= 3600
    WorkerBeat.objects.create(name="w2", at=timezone.now())
    assert Client().get("/readyz").status_code == 200


def test_readyz_sees_unapplied_migrations_and_unwritable_storage(db, settings, tmp_path):
    from django.db.migrations.recorder import MigrationRecorder

    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {**settings.STORAGES["private"], "OPTIONS": {"location": str(blocked)}},
    }
    MigrationRecorder(connection).record_unapplied("portal", "0007_exam_roles")
    checks = Client().get("/readyz").json()["checks"]
    assert not checks["migrations"]["ok"] and not checks["storage"]["ok"] and checks["database"]["ok"]


# --- the document ------------------------------------------------------------------------------------------------------


def test_every_setting_read_from_the_environment_is_in_the_operations_document():
    source = (ROOT / "portal/settings/base.py").read_text(encoding="utf-8")
    names = set(re.findall(r'env\.[a-z_]+\(\s*"([A-Z_]+)"', source))
    document = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", document, re.M))
    assert names and names == described


def test_every_operations_command_is_in_the_document():
    document = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    for path in (ROOT / "portal/management/commands").glob("[a-z]*.py"):
        assert f"manage.py {path.stem}" in document, path.stem
