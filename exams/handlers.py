"""Background work of this app: jobs register themselves in their own modules (one import each, here); below is what is
done every few seconds while sittings are open.
"""

from exams import handlers_printables, handlers_questions, handlers_results  # noqa: F401
from exams.actions import closing, marking, practice, reminders, sittings
from portal.periodic import every


@every(seconds=5)
def close_overdue(now):
    """Time is over: attempts hand themselves in, whether or not a browser is still there."""
    closing.close_overdue(now=now)


@every(seconds=5)
def mark_closed(now):
    """The machine's part of the marks, as soon as an attempt is closed."""
    marking.mark_closed(now=now)


@every(seconds=30)
def close_finished(now):
    """Sittings whose window is over and where nobody is writing any more."""
    sittings.close_finished(now=now)


@every(seconds=30)
def finish_mocks(now):
    """Mock exams that nobody handed in, as of their deadline."""
    practice.finish_overdue(now=now)


@every(seconds=300)
def remind_candidates(now):
    """The day before an exam."""
    reminders.remind_candidates(now=now)
