"""./start and what it calls: keys written once and for this account only, log-ins, first administrators."""

import io
import json
import re
import socket

import pytest
from django.core.management import call_command

from portal import launch
from portal.management.commands import prepare
from portal.models import AuditEvent, Grant, User


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """An empty directory in the place of the checkout, and no keys in the environment."""
    monkeypatch.setattr(launch, "ROOT", tmp_path)
    monkeypatch.setattr(launch, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(launch, "ENV_FILE", tmp_path / "var" / "env")
    for name in ("SECRET_KEY", "FIELD_KEYS", "FIELD_INDEX_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_keys_are_written_once_and_only_for_this_account(checkout):
    launch.write_keys()
    first = launch.ENV_FILE.read_text()
    assert set(re.findall(r"^(\w+)=.{40,}$", first, re.M)) == {"SECRET_KEY", "FIELD_KEYS", "FIELD_INDEX_KEY"}
    assert launch.ENV_FILE.stat().st_mode & 0o077 == 0
    launch.write_keys()
    assert launch.ENV_FILE.read_text() == first


def test_only_missing_keys_are_added_and_the_environment_counts(checkout, monkeypatch):
    launch.ENV_FILE.parent.mkdir()
    launch.ENV_FILE.write_text("FIELD_INDEX_KEY=mine\nHTTPS=True")
    monkeypatch.setenv("SECRET_KEY", "from the environment")
    launch.write_keys()
    text = launch.ENV_FILE.read_text()
    assert text.startswith("FIELD_INDEX_KEY=mine\nHTTPS=True\nFIELD_KEYS=k1:") and "SECRET_KEY" not in text


def test_packages_are_installed_when_the_pins_change_and_only_then(checkout, monkeypatch):
    calls = []
    monkeypatch.setattr(launch.subprocess, "run", lambda command, **_: calls.append(command) or Done())
    (checkout / ".venv").mkdir()
    (checkout / "requirements.txt").write_text("django==5.2.19\n")
    for _ in range(2):
        launch.install("requirements.txt")
    assert len(calls) == 1
    (checkout / "requirements.txt").write_text("django==5.2.20\n")
    launch.install("requirements.txt")
    assert len(calls) == 2


class Done:
    returncode = 0


def test_failed_installation_is_said_and_tried_again_next_time(checkout, monkeypatch, capsys):
    monkeypatch.setattr(launch.subprocess, "run", lambda *_, **__: type("Bad", (), {"returncode": 1})())
    (checkout / ".venv").mkdir()
    (checkout / "requirements.txt").write_text("x\n")
    with pytest.raises(SystemExit) as caught:
        launch.install("requirements.txt")
    assert caught.value.code == 1 and "PIP_INDEX_URL" in capsys.readouterr().err
    assert not (checkout / ".venv" / ".requirements.txt.sha256").exists()


def test_busy_port_is_said_before_anything_is_done(checkout, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SystemExit) as caught:
            launch.start(["--port", str(port)])
    said = capsys.readouterr().err
    assert caught.value.code == 1 and "已被占用" in said and f"--port {port + 1}" in said
    assert not launch.ENV_FILE.exists()


@pytest.fixture
def log_ins(tmp_path, monkeypatch):
    monkeypatch.setattr(prepare, "LOG_INS", tmp_path / "log-ins.json")
    return tmp_path / "log-ins.json"


def run_prepare(*args):
    out = io.StringIO()
    call_command("prepare", *args, stdout=out)
    return out.getvalue()


def test_empty_start_makes_three_administrators_once(db, log_ins):
    said = run_prepare("--empty")
    for username in ("admin", "security", "auditor"):
        user = User.objects.get(username=username)
        shown = re.search(rf"{username}\s+(\S+)", said).group(1)
        assert user.check_password(shown) and user.must_change_password
        assert Grant.objects.get(user=user).unit is None
    assert AuditEvent.objects.filter(action="grant.given").count() == 3
    assert run_prepare("--empty") == "" and run_prepare() == ""
    assert User.objects.count() == 3


def test_demonstration_log_ins_are_said_again_for_their_database_only(cast, log_ins):
    log_ins.write_text(json.dumps({"database": prepare.database(), "said": "hr 密码"}), encoding="utf-8")
    assert "hr 密码" in run_prepare()
    log_ins.write_text(json.dumps({"database": "another", "said": "hr 密码"}), encoding="utf-8")
    assert run_prepare() == ""
