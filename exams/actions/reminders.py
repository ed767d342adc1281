"""The day before: every approved candidate is told once when the exam begins. Notices only, so nothing is audited."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.models.sittings import Registration, Sitting
from portal import notices
from portal.models import Notice
from portal.shell import address

AHEAD = timedelta(days=1)
COMING = (Sitting.State.ARRANGED, Sitting.State.OPEN)


def remind_candidates(*, now) -> int:
    """Tell approved candidates whose window (their batch's, else the sitting's) begins within a day; how many were told
    now. Once for each sitting and day of the exam, so one that is put off is announced again. Rehearsals are not.
    """
    rows = (
        Registration.objects.filter(
            state=Registration.State.APPROVED,
            disqualified=False,
            sitting__state__in=COMING,
            sitting__rehearsal=False,
            person__user__isnull=False,
        )
        .annotate(begins=Coalesce("seat__batch__opens_at", "sitting__opens_at"))
        .filter(begins__gt=now, begins__lte=now + AHEAD)
    )
    told = defaultdict(list)
    for sitting, title, begins, user in rows.values_list("sitting", "sitting__title", "begins", "person__user"):
        told[sitting, title, begins].append(user)
    url, count = address("exams:mine"), 0
    for (sitting, title, begins), users in told.items():
        begins = timezone.localtime(begins)
        key = f"exam-soon:{sitting}:{begins:%Y-%m-%d}"
        known = set(Notice.objects.filter(key=key, recipient__in=users).values_list("recipient", flat=True))
        if new := [user for user in users if user not in known]:
            told_when = {"title": title, "when": f"{begins:%Y-%m-%d %H:%M}"}
            text = _("“%(title)s”将于%(when)s开考，请在“我的考试”查看时间、地点和准考证。") % told_when
            count += notices.send(recipients=new, now=now, key=key, text=text, url=url)
    return count
