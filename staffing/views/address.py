"""What an address of a page asks for: the day and the unit. Every page reads them here."""

from __future__ import annotations

from datetime import date

from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_date

from staffing.models import Unit

# Days outside lie before any record or beyond what dates can be reckoned with.
YEARS = range(1950, 2151)


def asked_day(request) -> tuple[date, date]:
    """(day asked about, today). Raises Http404 for what is no date of YEARS."""
    today = timezone.localdate()
    text = request.GET.get("as_of", "")
    try:
        day = parse_date(text) if text else today
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Http404
    return day, today


def asked_unit(request, scope) -> Unit | None:
    """The unit of the address, None without one. Raises Http404 outside ``scope``: it is as if it were not there."""
    code = request.GET.get("unit", "")
    if not code:
        return None
    unit = Unit.objects.within(scope).filter(code=code).first()
    if unit is None:
        raise Http404
    return unit
