"""What actions on sittings and registrations share; nothing here is an action of its own (no audit, no transaction)."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.models.sittings import Entry, Registration, Sitting, SittingPaper
from portal import notices
from portal.actions.errors import Refused

State = Sitting.State
PREPARING = (State.DRAFT, State.REGISTERING, State.ARRANGED)
RUNNING = (State.REGISTERING, State.ARRANGED, State.OPEN)
LIVE = (Registration.State.PENDING, Registration.State.APPROVED)
BATCH = 1000


def lock(sitting: Sitting) -> Sitting:
    """The sitting as it stands, held until the transaction ends (SQLite: the transaction is IMMEDIATE already).

    Registrations, numbers and changes of state of one sitting queue up behind it.
    """
    return Sitting.objects.select_for_update().get(pk=sitting.pk)


def move(sitting: Sitting, allowed: Iterable[str], to: str, **fields) -> None:
    """Change the state by one conditional update. Raises Refused when the sitting is no longer in an allowed state."""
    if not Sitting.objects.filter(pk=sitting.pk, state__in=list(allowed)).update(state=to, **fields):
        now = Sitting.objects.only("state").get(pk=sitting.pk)
        raise Refused(
            _("场次现为“%(state)s”，不能办理此项。请刷新页面后再看。") % {"state": now.get_state_display()}, "state"
        )
    sitting.state = to
    for name, value in fields.items():
        setattr(sitting, name, value)


def make_entries(sitting: Sitting, registrations: Iterable[int] | None = None) -> int:
    """Entry rows of approved registrations × papers that are missing; how many were made. Three queries a thousand."""
    approved = Registration.objects.filter(sitting=sitting, state=Registration.State.APPROVED)
    if registrations is not None:
        approved = approved.filter(pk__in=list(registrations))
    papers = list(SittingPaper.objects.filter(sitting=sitting).values_list("pk", flat=True))
    there = set(Entry.objects.filter(registration__in=approved).values_list("registration", "paper"))
    wanted = [
        Entry(registration_id=pk, paper_id=paper)
        for pk in approved.order_by("pk").values_list("pk", flat=True)
        for paper in papers
        if (pk, paper) not in there
    ]
    Entry.objects.bulk_create(wanted, batch_size=BATCH)
    return len(wanted)


def give_numbers(sitting: Sitting) -> int:
    """Exam numbers (准考证号) for approved registrations without one: YYYYMM + sitting + 4 digits, by unit.

    A number once given stays with its registration whatever becomes of it, so none is used again. Needs ``lock``.
    """
    middle = f"{sitting.pk:03d}"
    prefix = f"{timezone.localdate(sitting.opens_at):%Y%m}{middle}"
    own = Registration.objects.filter(sitting=sitting)
    used = own.filter(exam_no__isnull=False).values_list("exam_no", flat=True)
    last = max((int(no[6 + len(middle) :]) for no in used if no.isdigit() and no[6:].startswith(middle)), default=0)
    rows = own.filter(exam_no__isnull=True, state=Registration.State.APPROVED)
    rows = list(rows.order_by("unit__path", "person__staff_no").only("pk", "exam_no"))
    for number, row in enumerate(rows, last + 1):
        row.exam_no = f"{prefix}{number:04d}"
    Registration.objects.bulk_update(rows, ["exam_no"], batch_size=BATCH)
    return len(rows)


def tell(registrations, *, now, key: str, text: str) -> int:
    """Tell the candidates that have an account, once for each ``key``; how many. ``registrations``: a queryset."""
    users = registrations.filter(person__user__isnull=False).values_list("person__user", flat=True)
    return notices.send(recipients=list(users), now=now, key=key, text=text, url=reverse("exams:mine"))


def when(sitting: Sitting) -> str:
    """The window of a sitting in words, local time."""
    opens, closes = timezone.localtime(sitting.opens_at), timezone.localtime(sitting.closes_at)
    last = f"{closes:%H:%M}" if opens.date() == closes.date() else f"{closes:%Y-%m-%d %H:%M}"
    return f"{opens:%Y-%m-%d %H:%M}–{last}"
