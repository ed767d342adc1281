"""Which attempts this session may save: the leases it holds. And what the session's device is called."""

from __future__ import annotations

import re
from uuid import UUID

KEY = "exam_leases"
# More attempts than anybody sits within one sign-in.
MOST = 20
SYSTEMS = (
    ("Android", r"Android"),
    ("iOS", r"iPhone|iPad"),
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X"),
    ("Linux", r"Linux|UOS|Kylin"),
)
BROWSERS = (
    ("Edge", r"Edg\w*/(\d+)"),
    ("微信", r"MicroMessenger/(\d+)"),
    ("Firefox", r"Firefox/(\d+)"),
    ("Chrome", r"Chrome/(\d+)"),
    ("Safari", r"Version/(\d+).*Safari"),
)


def remember(request, attempt) -> None:
    """This session holds the lease of the attempt from now on."""
    leases = dict(request.session.get(KEY, {}))
    leases.pop(str(attempt.pk), None)
    leases[str(attempt.pk)] = str(attempt.lease)
    request.session[KEY] = dict(list(leases.items())[-MOST:])


def held(request) -> list[str]:
    """All leases of this session."""
    return list(request.session.get(KEY, {}).values())


def lease_of(request, attempt_id) -> str:
    """The session's lease of this attempt, "" without one. Another device may hold a newer one."""
    return request.session.get(KEY, {}).get(str(attempt_id), "")


def as_lease(text) -> UUID | None:
    """A lease as sent by the page; None when it is no UUID (no lease is None)."""
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None


def device_of(request) -> str:
    """System and browser by the User-Agent, e.g. "Windows · Chrome 120"; for people, proves nothing."""
    agent = request.headers.get("User-Agent", "")[:400]
    system = next((name for name, pattern in SYSTEMS if re.search(pattern, agent)), "")
    browser = next((f"{name} {match[1]}" for name, pattern in BROWSERS if (match := re.search(pattern, agent))), "")
    return " · ".join(part for part in (system, browser) if part)
