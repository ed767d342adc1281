"""Hostile parameters at every address: whatever a query string or a form holds, no page breaks."""

import pytest

from portal.models import AuditEvent
from tests.test_access import ALL, address, samples

VALUES = (
    "0001-01-01",
    "9999-12-31",
    "0",
    "-1",
    "9" * 30,
    "9" * 5000,
    "１２",
    "²",
    "a\x00b",
    "' OR 1=1 --",
    "2026-02-30",
    "../../etc/passwd",
)
KEYS = """action as_of by category code cert end ends figure filter from id kind key language months next object_id on
order page parent person q role row sheet show side since sort start starts state text unit until user year"""
# They end the session that asks.
LEFT_OUT = ("/sign-out/", "/password/", "/cms/logout/")


@pytest.mark.parametrize("role", ["hr", "training", "system", "security", "auditor", "officer", None])
def test_no_parameter_breaks_a_page(cast, role):
    kinds, client = samples(cast), cast.client(role)
    client.raise_request_exception = False
    asked = 0
    for route, pattern in ALL:
        path = address(route, pattern, kinds)
        if path in LEFT_OUT or (role and client.get(path).status_code == 403):
            continue
        for value in VALUES:
            for method in (client.get, client.post):
                answer = method(path, dict.fromkeys(KEYS.split(), value))
                assert answer.status_code < 500, (method.__name__, path, value[:40])
                asked += 1
    assert asked > 100


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_forms_refuse_days_nobody_can_mean(cast, day):
    client = cast.client("hr")
    client.raise_request_exception = False
    person = f"/people/{cast.wang.pk}"
    sent = {
        f"{person}/move/": {"unit": cast.west.pk, "start": day, "category": "officer"},
        f"{person}/leave-service/": {"end": day, "reason": "retired"},
        f"{person}/absences/new/": {"kind": "sick", "start": day, "end": day},
        f"{person}/qualifications/new/": {"kind": "legal", "number": "A1", "issued": day, "valid_until": day},
        "/people/new/": {"name": "新人", "unit": cast.east.pk, "start": day, "category": "officer"},
        "/postings/new/": {"person": "T0009", "kind": "down", "to_unit": cast.west.pk, "start": day, "due": day},
        f"/postings/{cast.posting.pk}/return/": {"end": day},
        f"/units/{cast.east.code}/close/": {"closed": day, "on": day, "day": day},
    }
    for path, data in sent.items():
        assert client.post(path, data).status_code == 422, path
    client = cast.client("security")
    data = {"user": cast.user("leader").pk, "role": "town", "starts": day, "reason": "任职文件"}
    assert "starts" in client.post("/admin/grants/new/", data).context["form"].errors


def test_a_number_typed_in_wide_digits_is_a_number(cast):
    wide = cast.wang.id_number.translate({48 + n: 0xFF10 + n for n in range(10)})
    answer = cast.client("hr").post("/people/search/", {"q": f" {wide[:6]} {wide[6:]}"})
    assert answer.status_code == 302 and "key=" in answer.url and "q=" not in answer.url


@pytest.mark.parametrize(
    "path", ["/people/?unit=a%00b", "/postings/export/?q=%00", "/units/a%00b/", "/sign-in/?next=%00"]
)
def test_nul_reaches_no_database(cast, path):
    assert cast.client("hr").get(path).status_code == 400


def test_a_reason_is_kept_without_nul(cast):
    client = cast.client("hr")
    client.post(f"/postings/{cast.posting.pk}/withdraw/", {"reason": "重复\x00登记"})
    assert AuditEvent.objects.latest("id").data["reason"] == "重复登记"
