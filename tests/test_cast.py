"""The guards the cast leans on: they hold in the database itself, whatever the code above does."""

from datetime import date

import pytest
from django.db import Error, transaction

from portal import audit
from portal.models import AuditEvent
from staffing.models import Membership, PostingKind
from tests.cast import NOW, id_number, make_posting


def test_two_memberships_cannot_share_a_day(cast):
    with pytest.raises(Error), transaction.atomic():
        Membership.objects.create(person=cast.wang, unit=cast.west, start=date(2026, 1, 1))


def test_two_deployed_postings_cannot_share_a_day(cast):
    with pytest.raises(Error), transaction.atomic():
        make_posting(cast.zhao, PostingKind.STATION, cast.west, date(2026, 1, 1))


def test_a_posting_may_begin_on_the_day_the_last_one_ended(cast):
    cast.posting.end = date(2026, 1, 1)
    cast.posting.save()
    make_posting(cast.zhao, PostingKind.STATION, cast.west, date(2026, 1, 1))


def test_audit_rows_refuse_change_and_deletion(cast):
    with transaction.atomic():
        audit.record(actor=cast.user("hr"), now=NOW, action="export.made", rows=3)
    for change in (lambda: AuditEvent.objects.update(action="x"), lambda: AuditEvent.objects.all().delete()):
        with pytest.raises(Error), transaction.atomic():
            change()
    assert audit.verify().ok


def test_id_numbers_of_the_cast_are_valid_and_nobodys():
    number = id_number(date(1982, 6, 15), 1)
    assert number.startswith("99") and len(number) == 18
