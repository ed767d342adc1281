"""What an import must not let out: numbers typed on the way, and people whom whoever looks at it does not reach."""

from datetime import date
from urllib.parse import urlencode

import pytest
from django.core.serializers import serialize
from django.utils import timezone

from portal import crypto
from staffing.actions.errors import Refused
from staffing.actions.rosters_undo import undo_import
from staffing.models import Person, RosterImport
from tests.cast import id_number
from tests.staffing.rosters.books import EAST, WEST, line
from tests.staffing.rosters.conftest import workbook


def test_a_number_typed_for_a_row_is_sealed(cast, upload, post):
    number = id_number(date(1982, 6, 15), 21)
    row = line("郑新民", 21, EAST, 执法证号="99010026777", 身份证号="")
    client, batch, _ = upload(workbook([row, line("何东来", 23, EAST)]))
    address = f"/rosters/{batch.pk}/resolve/?" + urlencode({"sheet": "花名册1", "row": 2})
    assert post(client, address, {"choice": "set", "set_id_number": number}).status_code == 302
    batch.refresh_from_db()
    assert batch.decisions["花名册1!2"]["choice"] == "set"
    assert number not in serialize("json", RosterImport.objects.all())
    assert number not in client.get(address).content.decode()
    post(client, f"/rosters/{batch.pk}/commit/", {"expected": batch.changes["signature"]})
    assert Person.objects.get(name="郑新民").id_index == crypto.blind_index(number)


def test_nobody_takes_back_what_was_written_outside_their_scope(cast, upload, post, facts):
    client, batch, _ = upload(workbook([line("郑新民", 21, EAST), line("何东来", 23, WEST)]), unit=cast.east.pk)
    post(client, f"/rosters/{batch.pk}/commit/", {"expected": batch.changes["signature"]})
    written = facts()
    narrow = cast.account("east-hr", "hr", cast.east_town)
    with pytest.raises(Refused) as refusal:
        undo_import(actor=narrow, now=timezone.now(), import_id=batch.pk)
    assert "何东来" not in refusal.value.message and facts() == written
    batch.refresh_from_db()
    assert batch.state == RosterImport.State.COMMITTED
    assert undo_import(actor=cast.user("hr"), now=timezone.now(), import_id=batch.pk).state == RosterImport.State.UNDONE


@pytest.mark.parametrize("value", ["²", "-1", "9" * 30, "9" * 5000, "１", "a\x00b"])
def test_no_parameter_breaks_a_page_of_the_wizard(cast, upload, value):
    client, batch, _ = upload(workbook([line("郑新民", 21, EAST), line("何东来", 23, EAST, 身份证号="")]))
    client.raise_request_exception = False
    for name in ("", "mapping/", "preview/", "changes/", "resolve/", "leavers/", "commit/", "result/", "discard/"):
        for keys in ("row", "page kind action code sheet show"):
            query = urlencode(dict.fromkeys(keys.split(), value))
            assert client.get(f"/rosters/{batch.pk}/{name}?{query}").status_code < 500, (name, query)
    assert client.post(f"/rosters/{batch.pk}/leavers/", {"people": value, "reason": value}).status_code < 500


def test_a_plan_whose_key_is_gone_is_as_if_there_were_none(cast, upload, settings):
    client, batch, _ = upload(workbook([line("郑新民", 21, EAST)]))
    settings.FIELD_KEYS = [f"other:{settings.FIELD_KEYS[0].split(':', 1)[1]}"]
    for name in ("preview/", "mapping/", "changes/", "resolve/", "annotated/"):
        assert client.get(f"/rosters/{batch.pk}/{name}").status_code == 302, name
