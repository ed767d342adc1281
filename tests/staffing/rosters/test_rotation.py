"""A new key seals again all that imports and exports keep, so that the old one may really be removed."""

import base64
import json
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.serializers import serialize

from portal import crypto, ops
from portal.models import AuditEvent
from staffing import files
from staffing.actions.rosters_undo import undo_import
from staffing.models import ImportChange, Person, RosterImport
from staffing.queries import rosters as queries
from staffing.queries import rosters_plan
from tests.cast import NOW, id_number
from tests.staffing.rosters.books import EAST, line
from tests.staffing.rosters.conftest import workbook
from tests.staffing.rosters.test_undo import mixed

pytestmark = pytest.mark.django_db
NEW = "k2:" + base64.b64encode(b"n" * 32).decode()


def rotate():
    return ops.rotate_keys(actor=None, now=NOW, batch=2)


@pytest.fixture
def waiting(cast, upload, post):
    """An import with a number typed for one of its rows."""
    number = id_number(date(1982, 6, 15), 21)
    row = line("郑新民", 21, EAST, 执法证号="99010026777", 身份证号="")
    client, batch, _ = upload(workbook([row, line("何东来", 23, EAST)]))
    address = f"/rosters/{batch.pk}/resolve/?" + urlencode({"sheet": "花名册1", "row": 2})
    post(client, address, {"choice": "set", "set_id_number": number})
    batch.refresh_from_db()
    return client, batch, number


def test_the_old_key_may_go_and_everything_is_still_there(waiting, load, facts, settings, post, tmp_path):
    client, batch, number = waiting
    before = facts()
    written = load(mixed())
    assert ImportChange.objects.filter(after__has_key="changed").exists()
    with (tmp_path / "export").open("w+b") as export:
        export.write(b"x" * (files.PIECE + 5))
        made = files.put_sealed("exports/done", export)
    uploads = [b"".join(files.open_clear(one.file)) for one in (batch, written)]
    rows, current = len(queries.plan_of(batch)), batch.changes["basis"] == rosters_plan.basis(batch)
    old = settings.FIELD_KEYS[0].split(":", 1)[0]
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    first = rotate()
    assert first.changed > Person.objects.count() and not first.unreadable
    assert rotate() == ops.Rotated()
    assert AuditEvent.objects.get(action="keys.rotated").data["values"] == first.changed

    settings.FIELD_KEYS = [NEW]
    stored = serialize("json", [*ImportChange.objects.all(), *RosterImport.objects.all()])
    assert f'"{old}:' not in stored and number not in stored
    assert {files.key_of(name) for name in files.stored()} == {"k2"}
    batch.refresh_from_db()
    assert rosters_plan.opened(batch.decisions)["花名册1!2"]["set"]["id_number"] == number
    assert (batch.changes["basis"] == rosters_plan.basis(batch)) is current
    assert [b"".join(files.open_clear(one.file)) for one in (batch, written)] == uploads
    assert len(queries.plan_of(batch)) == rows and queries.plan_of(batch).load().rows
    assert queries.diff_of(batch).counts()
    assert b"".join(files.open_clear(made)) == b"x" * (files.PIECE + 5)
    undo_import(actor=None, now=NOW, import_id=written.pk)
    assert facts() == before
    assert client.get(f"/rosters/{batch.pk}/preview/").status_code == 200


def test_stopped_half_way_it_goes_on_where_it_was(waiting, settings, monkeypatch):
    _client, batch, _number = waiting
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    names, rows = list(files.stored()), len(queries.plan_of(batch))
    seal, sealed = crypto.seal, []

    def killed(data):
        sealed.append(data)
        if len(sealed) > 2:
            raise KeyboardInterrupt
        return seal(data)

    with monkeypatch.context() as patch:
        patch.setattr(crypto, "seal", killed)
        with pytest.raises(KeyboardInterrupt):
            rotate()
    # Killed outright, nothing would have tidied up.
    Path(storages["private"].path("rosters"), f"{files.UNFINISHED}x").write_bytes(b"half")
    assert len(queries.plan_of(batch)) == rows and list(files.stored()) == names
    assert rotate().changed and rotate() == ops.Rotated()
    assert {files.key_of(name) for name in files.stored()} == {"k2"}
    assert not list(Path(storages["private"].path("rosters")).glob(f"{files.UNFINISHED}*"))


def test_what_lost_its_key_before_is_counted_and_left(waiting, settings, capsys):
    _client, batch, _number = waiting
    Person.objects.update(id_number="", mobile="")
    settings.FIELD_KEYS = [NEW]
    kept = Path(storages["private"].path(batch.file)).read_bytes()
    call_command("rotate_keys", "--json")
    told = json.loads(capsys.readouterr().out)
    # The upload, its plan, its comparison, and the number typed.
    assert told == {"changed": 0, "unreadable": 4}
    assert Path(storages["private"].path(batch.file)).read_bytes() == kept
    call_command("rotate_keys")
    assert "另有 4 个" in capsys.readouterr().out
