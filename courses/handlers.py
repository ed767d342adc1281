"""Background work of this app: what is done every few minutes."""

from courses.actions import attendance
from portal.periodic import every


@every(seconds=300)
def settle_attendance(now):
    """Lectures whose last minute of signing out is over: presence becomes hours."""
    attendance.settle_due(now=now)
