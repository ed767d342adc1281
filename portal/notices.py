"""In-app notices. Written in the caller's transaction, so nobody is told of something that was rolled back."""

from portal.models import Notice


def send(*, recipients, now, key: str, text: str, url: str = "") -> int:
    """Tell users (or user ids) something once: the same ``key`` to the same person again does nothing.

    Returns the number of recipients addressed. ``url`` is a path of this site.
    """
    ids = {getattr(user, "pk", user) for user in recipients}
    Notice.objects.bulk_create(
        [Notice(recipient_id=pk, key=key[:120], text=text[:300], url=url, sent_at=now) for pk in sorted(ids)],
        ignore_conflicts=True,
    )
    return len(ids)


def unread(user) -> int:
    """How many notices the user has not read (the number on the bell)."""
    return Notice.objects.filter(recipient=user, read_at__isnull=True).count()


def mark_read(*, actor, now, notice_ids=None, about="") -> int:
    """Mark the actor's own notices read: the named ones, those whose key begins with ``about``, or all.

    Reading is no change of facts: no audit row.
    """
    mine = Notice.objects.filter(recipient=actor, read_at__isnull=True, key__startswith=about)
    if notice_ids is not None:
        mine = mine.filter(pk__in=notice_ids)
    return mine.update(read_at=now)
