"""The county's ledger of 520 against its truth file: on an empty database, person by person, under both policies."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from portal import crypto
from portal.models import AuditEvent
from portal.sheets import read_book
from staffing.models import HourCredit, Leave, Person, Policy, Unit
from staffing.queries import facts, rosters_plan
from tests.courses.made import DATA

FILE = DATA / "training_hours_520.xlsx"


def run(*args) -> dict:
    out = StringIO()
    call_command(*args, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def truth() -> dict:
    return json.loads((DATA / "training_hours_520.truth.json").read_text())


def test_242_under_haimens_rule_and_198_under_the_cap(db, truth, monkeypatch):
    # In this process: the child process that reads uploads is tested with the sheets.
    monkeypatch.setattr(rosters_plan, "read", lambda path, name: read_book(path, name=name))
    looked = run("import_hours", str(FILE), "--year", "2024")
    assert looked["totals"] == {"accept": 520, "review": 0, "reject": 0, "skip": 0} and not looked["committed"]
    assert not Person.objects.exists() and not Unit.objects.exists()
    done = run("import_hours", str(FILE), "--year", "2024", "--commit")
    assert done["committed"] and done["written"]["people"] == 520
    again = run("import_hours", str(FILE), "--year", "2024", "--commit")
    assert again["totals"]["skip"] == 520 and again["written"]["rows"] == 0
    assert Leave.objects.count() == sum(1 for row in looked["rows"] if row["record"]["leave"])
    assert not HourCredit.objects.exclude(whole_year=True).exists()

    staff = dict(Person.objects.values_list("staff_no", "id_index"))
    wanted = {crypto.blind_index(row["id_number"]): row for row in truth["rows"]}
    for name, fields, met in (
        ("haimen", {"hours_online_min": 30}, truth["compliant_haimen"]),
        ("cap", {"hours_online_max": 30}, truth["compliant_cap"]),
    ):
        Policy.objects.all().delete()
        Policy.objects.create(
            code=name, name=name, start=date(2020, 1, 1), legal_basis="—", hours_auxiliaries=True, **fields
        )
        facts.forget()
        found = run("hours", "--year", "2024")
        assert found["totals"]["met"] == met
        due = {staff[line["staff_no"]]: line for line in found["people"]}
        assert due.keys() == {key for key, row in wanted.items() if row["target"]}
        for key, line in due.items():
            row, stated = wanted[key], wanted[key][name]
            gap = stated["gap"] if name == "cap" else max(stated["gap_total"], stated["gap_online"])
            told = line["target"], line["counted"], line["met"], line["missing"]
            assert told == (row["target"], stated["counted"], stated["ok"], gap), row
    assert AuditEvent.objects.filter(action="hours.imported").get().data["rows"] == 520
