"""Background work of this app: what is done every few minutes."""

from courses.actions import attendance, publishing
from portal.periodic import every


@every(seconds=300)
def settle_attendance(now):
    """Lectures whose last minute of signing out is over: presence becomes hours."""
    attendance.settle_due(now=now)


@every(seconds=60)
def publish_due(now):
    """Pages with a day to appear on or to disappear."""
    publishing.publish_due(now=now)
