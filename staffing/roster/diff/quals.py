"""Certificates, legal qualification, reviewers: added, renewed, corrected, their state changed."""

from __future__ import annotations

from staffing.roster.diff.facts import PersonFact, QualFact
from staffing.roster.diff.model import QUALIFICATION, STATUS
from staffing.roster.diff.values import CERT_STATES, GRADES, day

REPLACED = "换发新证"


def reconcile(work, person: PersonFact | None, record: dict) -> None:
    """Certificates, legal qualification and reviewer duty of a record against those stored."""
    kind = "supervise" if "监督" in (record.get("cert_type") or "") else "enforce"
    if record.get("cert_no"):
        _certificate(work, person, kind, str(record["cert_no"])[:60], record)
    if record.get("supervise_cert_no"):
        _certificate(work, person, "supervise", str(record["supervise_cert_no"])[:60], {})
    _legal(work, person, record)
    _reviewer(work, person, record)
    if record.get("gov_lawyer") and not _of(person, "gov_lawyer"):
        _add(work, "legal", {"kind": "gov_lawyer"})


def _of(person: PersonFact | None, kind: str) -> list[QualFact]:
    return [q for q in person.qualifications if q.kind == kind] if person else []


def _add(work, label: str, values: dict, state: str = "valid", since=None) -> None:
    """New row with its status history: valid from its issue (else the roster's date), and what the roster says of
    it now.
    """
    start = values.get("issued") or since or work.as_of
    statuses = [{"state": "valid", "start": start}]
    if state != "valid":
        on = max(start, work.as_of)
        statuses = [{"state": "valid", "start": start, "end": on}] if on > start else []
        statuses.append({"state": state, "start": on})
    work.change(label, QUALIFICATION, None, None, {**values, "statuses": statuses})


def _certificate(work, person: PersonFact | None, kind: str, number: str, record: dict) -> None:
    issued, until = day(record.get("cert_issue_date")), day(record.get("cert_valid_until"))
    if issued and until and until < issued:
        issued = None
    state = CERT_STATES.get(record.get("cert_status") or "", "valid")
    values = {
        "kind": kind,
        "number": number,
        "issuer": (record.get("cert_issuer") or "")[:80],
        "issued": issued,
        "valid_until": until,
    }
    holder = work.numbers.get((kind, number))
    if holder is not None and holder != work.person:
        work.conflict("CERT_TAKEN", "cert_no", None, number)
        return
    work.numbers[kind, number] = work.person
    known = next((q for q in _of(person, kind) if q.number == number), None)
    if known is None:
        _add(work, "certificate", {k: v for k, v in values.items() if v not in (None, "")}, state)
        return
    renewed = (
        issued and until and known.issued and known.valid_until and issued > known.issued and until > known.valid_until
    )
    if renewed:
        _renew(work, known, values, state)
        return
    _correct(work, "certificate", known, {name: values[name] for name in ("issuer", "issued", "valid_until")})
    if record.get("cert_status"):
        _state(work, "certificate", known, state)


def _renew(work, known: QualFact, values: dict, state: str) -> None:
    """The new card keeps the number: the old row gives it up and is expired from the day of issue, so the past
    stands.
    """
    on = values["issued"]
    work.change("certificate", QUALIFICATION, known.id, {"number": known.number}, {"number": None})
    now = known.state_on(on)
    if now is not None and now.state != "expired":
        _close_and_open(work, "certificate", known, now, on, "expired", reason=f"{REPLACED}（{known.number}）")
    _add(work, "certificate", {k: v for k, v in values.items() if v not in (None, "")}, state)


def _correct(work, label: str, known: QualFact, values: dict) -> None:
    before, after = {}, {}
    for name, value in values.items():
        if value not in (None, "") and getattr(known, name) != value:
            before[name], after[name] = getattr(known, name), value
    if after:
        work.change(label, QUALIFICATION, known.id, before, after)


def _state(work, label: str, known: QualFact, state: str, reason: str = "") -> None:
    now = known.state_on(work.as_of)
    later = [s for s in known.statuses if s.start > work.as_of]
    if now is not None and now.state == state:
        return
    if later:
        work.conflict("NEWER", "cert_status", later[0].state, state)
        return
    _close_and_open(work, label, known, now, work.as_of, state, reason)


def _close_and_open(work, label: str, known: QualFact, now, on, state: str, reason: str = "") -> None:
    if now is not None and now.start == on:
        work.change(label, STATUS, now.id, {"state": now.state}, {"state": state})
        return
    if now is not None:
        work.change(label, STATUS, now.id, {"end": now.end}, {"end": on})
    after = {"qualification": known.id, "state": state, "start": on, "end": now.end if now else None}
    if reason:
        after["reason"] = reason
    work.change(label, STATUS, None, None, after)


def _legal(work, person: PersonFact | None, record: dict) -> None:
    words = record.get("legal_qualification")
    number = record.get("legal_qualification_no")
    if not words and not number:
        return
    values = {
        "grade": GRADES.get(words or "有", words or "")[:20],
        "number": str(number)[:60] if number else None,
        "issued": day(record.get("legal_qualification_date")),
    }
    if values["number"]:
        holder = work.numbers.get(("legal", values["number"]))
        if holder is not None and holder != work.person:
            work.conflict("CERT_TAKEN", "legal_qualification_no", None, values["number"])
            return
        work.numbers["legal", values["number"]] = work.person
    known = next(iter(_of(person, "legal")), None)
    if known is None:
        _add(work, "legal", {"kind": "legal", **{k: v for k, v in values.items() if v}})
    else:
        _correct(work, "legal", known, values)


def _reviewer(work, person: PersonFact | None, record: dict) -> None:
    said = record.get("legal_reviewer")
    if said is None:
        return
    open_ones = [q for q in _of(person, "reviewer") if (s := q.state_on(work.as_of)) and s.state == "valid"]
    mode = {"专职": True, "兼职": False}.get(record.get("legal_reviewer_mode") or "")
    values = {"issued": day(record.get("legal_review_start_date")), "full_time": mode}
    if not said:
        for known in open_ones:
            _state(work, "reviewer", known, "cancelled", reason="花名册写明不再担任法制审核人员")
    elif not open_ones:
        _add(work, "reviewer", {"kind": "reviewer", **{k: v for k, v in values.items() if v is not None}})
    else:
        _correct(work, "reviewer", open_ones[0], values)
