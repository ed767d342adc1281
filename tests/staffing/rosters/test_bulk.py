"""Rows inserted with ids reserved beforehand are those that bulk_create makes."""

from datetime import date

import pytest
from django.db import transaction

from staffing.actions import rosters_bulk
from staffing.models import Membership, Person


def _rows(cast):
    person = rosters_bulk.defaults(Person) | {
        "staff_no": "B1",
        "name": "方立",
        "id_number": "990101198206150015",
        "birth_date": date(1982, 6, 15),
        "is_law_major": True,
    }
    membership = rosters_bulk.defaults(Membership) | {
        "person_id": cast.zhao.pk,
        "unit_id": cast.east.pk,
        "category": "officer",
        "start": date(1999, 1, 1),
        "end": date(1999, 2, 1),
    }
    return ((Person, person), (Membership, membership))


@pytest.mark.parametrize("known", [True, False], ids=["reserved", "bulk_create"])
def test_rows_come_back_as_given(cast, monkeypatch, known):
    if not known:
        monkeypatch.setattr(rosters_bulk, "_reserve", lambda model, count: None)
    for model, row in _rows(cast):
        with transaction.atomic():
            [pk] = rosters_bulk.insert(model, [row])
        stored = model.objects.get(pk=pk)
        assert {name: getattr(stored, name) for name in row} == row


def test_ids_follow_those_given_before(cast):
    (model, row), _ = _rows(cast)
    with transaction.atomic():
        first = rosters_bulk.insert(model, [row, {**row, "staff_no": "B2"}])
    assert first[1] == first[0] + 1
    assert model.objects.create(staff_no="B3", name="方立").pk > first[1]
