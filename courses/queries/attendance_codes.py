"""The codes a projector shows: signed by the server for one lecture, one direction and ten seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core import signing
from django.urls import reverse

from courses.models import Session
from courses.rules import attendance as rules

SALT = "courses.attendance"
SEPARATOR = "."


class BadCodeError(ValueError):
    """Not one of our codes."""


class StaleCodeError(ValueError):
    """A code of ours whose time is over."""


@dataclass(frozen=True)
class Scan:
    """What a code says: which lecture, which direction, and when it was scanned."""

    session_id: int
    direction: str
    at: datetime


def code_for(session: Session, direction: str, now: datetime) -> str:
    """The code shown at ``now``; the same for every projector of the lecture within ten seconds."""
    step = rules.step_of(int(now.timestamp()))
    return signing.Signer(sep=SEPARATOR, salt=SALT).sign(f"{session.pk}{direction[0]}{step}")


def read_code(token: str, now: datetime) -> Scan:
    """What ``token`` says when it is scanned at ``now``. Raises BadCodeError; StaleCodeError past 20 seconds."""
    try:
        text = signing.Signer(sep=SEPARATOR, salt=SALT).unsign(token)
    except signing.BadSignature as error:
        raise BadCodeError from error
    direction = rules.IN if rules.IN[0] in text else rules.OUT
    session, step = text.split(direction[0])
    if not rules.is_fresh(int(step), int(now.timestamp())):
        raise StaleCodeError
    return Scan(int(session), direction, now)


def address_of(token: str) -> str:
    """The path a scanned code leads to."""
    return reverse("courses:sign", args=[token])


def changes_at(now: datetime) -> datetime:
    """When the next code comes."""
    step = rules.step_of(int(now.timestamp()))
    return datetime.fromtimestamp((step + 1) * rules.STEP, tz=UTC)
