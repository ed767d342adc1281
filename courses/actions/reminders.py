"""Reminding those who are short of hours. One notice a person and day, whoever asks and how often."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.queries import compliance as queries
from portal import audit, notices
from portal.actions.errors import Refused
from portal.figures import num
from portal.models import Notice
from staffing.models import Person
from staffing.queries.gaps import Desk


@dataclass(frozen=True)
class Reminded:
    """People of the list: told now, told earlier today, and those without an account, who must be told otherwise."""

    sent: int
    again: int
    without: int


def send_reminders(*, actor, now, desk: Desk, side: str = queries.MISSING) -> Reminded:
    """Tell everybody short of hours under the desk's unit what is missing; ``side`` BEHIND: only who will miss it.

    Raises Refused for a day that is not today, and when nobody is short.
    """
    today = timezone.localdate(now)
    if desk.as_of != today or desk.year != today.year:
        raise Refused(_("只能按今天的数字提醒。"))
    if side not in (queries.MISSING, queries.BEHIND):
        raise Refused(_("只提醒学时不足的人员。"))
    lines = queries.facts(desk, queries.people(desk, side))
    if not lines:
        raise Refused(_("没有学时不足的人员，不需要提醒。"))
    accounts = dict(
        Person.objects.filter(pk__in=[line.person.id for line in lines], user__is_active=True).values_list("pk", "user")
    )
    key = f"hours:short:{today.isoformat()}"
    with transaction.atomic():
        known = set(Notice.objects.filter(recipient__in=accounts.values(), key=key).values_list("recipient", flat=True))
        by_text = defaultdict(list)
        for line in lines:
            user = accounts.get(line.person.id)
            if user and user not in known:
                by_text[_words(line, today.year)].append(user)
        for text, users in by_text.items():
            notices.send(recipients=users, now=now, key=key, text=text, url=reverse("courses:mine"))
        sent = sum(len(users) for users in by_text.values())
        if sent:
            audit.record(
                actor=actor,
                now=now,
                action="hours.reminded",
                unit_code=desk.unit.code,
                year=today.year,
                people=sent,
                side=side,
            )
    return Reminded(sent, len(known), len(lines) - len(accounts))


def _words(line: queries.HourFact, year: int) -> str:
    told = {"year": year, "n": num(line.missing), "online": num(line.online_missing)}
    if line.online_missing:
        return _("%(year)s年学时还差%(n)s，其中线上至少%(online)s，请于12月31日前学完。") % told
    return _("%(year)s年学时还差%(n)s，请于12月31日前学完。") % told
