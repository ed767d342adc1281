"""What the exam office can still put right: after release, once a window has begun, and before a sitting opens."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from exams.actions import conduct, marking, results
from exams.models import PassCertificate, Register, Registration
from portal.actions.errors import Refused
from portal.models import Notice
from tests.cast import NOW
from tests.exams.closed import FAILS, MACHINE, PASSES, SatCast

LATER = NOW + timedelta(days=3)


def client_of(cast, user):
    client = cast.client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


# --- cheating found after release ------------------------------------------------------------------------------------


@pytest.fixture
def released(cast):
    sat = SatCast(cast)
    sat.good, sat.bad = sat.sit(PASSES, items=MACHINE), sat.sit(FAILS, items=MACHINE)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    sat.closed.refresh_from_db()
    sat.row = Registration.objects.get(person=sat.good.user.person)
    return sat


def test_cheating_found_after_release_takes_everything_back(released):
    row, told = released.row, {"sitting": released.closed, "registration": released.row, "text": "查实代考"}
    with pytest.raises(Refused, match="不能再改"):
        conduct.record(actor=released.cast.account("j", "invigilator"), now=LATER, kind="cheated", **told)
    with pytest.raises(Refused, match="不能再改"):
        conduct.record(actor=released.office, now=LATER, kind="violation", **told)
    conduct.record(actor=released.office, now=LATER, kind="cheated", **told)
    row.refresh_from_db()
    assert (row.disqualified, row.outcome) == (True, "disqualified")
    edition = Register.objects.get(sitting=released.closed, edition=2)
    assert edition.reason == "作弊：查实代考" and edition.body["sums"]["disqualified"] == 1
    assert PassCertificate.objects.get(registration=row).state == "revoked"
    card = row.person.qualifications.get(kind="enforce")
    assert card.statuses.order_by("start").last().state == "cancelled"
    assert Notice.objects.filter(recipient=row.person.user, key=f"results:{released.closed.pk}:2").count() == 1
    with pytest.raises(Refused, match="已取消"):
        conduct.record(actor=released.office, now=LATER, kind="cheated", **told)
    assert Register.objects.count() == 2


def test_an_unfinished_mark_keeps_the_whole_of_it_from_being_written(released, monkeypatch):
    def refuse(**given):
        raise Refused("评完后才能更正。")

    monkeypatch.setattr(results, "correct", refuse)
    with pytest.raises(Refused, match="评完"):
        conduct.record(
            actor=released.office,
            now=LATER,
            kind="cheated",
            text="代考",
            sitting=released.closed,
            registration=released.row,
        )
    released.row.refresh_from_db()
    assert not released.row.disqualified and not released.closed.conduct.exists()


def test_the_register_asks_before_a_result_is_cancelled(released):
    client = client_of(released.cast, released.office)
    url = reverse("exams:register_disqualify", args=["c1", released.row.pk])
    page = reverse("exams:register", args=["c1"])
    assert url in client.get(page).content.decode()
    assert "注销" in client.get(url).content.decode()
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "查实代考"}).url == page
    assert url not in client.get(page).content.decode()
    assert client_of(released.cast, released.cast.user("hr")).get(url).status_code in (403, 404)
