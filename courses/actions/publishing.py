"""What follows from publishing and from review: audit rows, and word to those who are waited for."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision

from portal import audit, notices
from portal.models import Grant, Role

log = logging.getLogger(__name__)


@transaction.atomic
def record_published(*, actor, now, page: Page, revision: int | None = None) -> None:
    """Audit row: ``page`` became readable, or its new words did. ``actor`` None: the schedule did it."""
    told = {"title": page.title, "address": page.url_path, "revision": revision}
    audit.record(actor=actor, now=now, action="page.published", obj=page, **told)


@transaction.atomic
def record_withdrawn(*, actor, now, page: Page, deleted: bool = False) -> None:
    """Audit row: ``page`` can no longer be read (withdrawn, expired or deleted)."""
    told = {"title": page.title, "address": page.url_path, "deleted": deleted}
    audit.record(actor=actor, now=now, action="page.withdrawn", obj=page, **told)


def publish_due(*, now) -> int:
    """Publish what was scheduled up to ``now`` and withdraw pages whose time is over; how many. By the system itself.

    Harmless to do twice, also at the same moment. One that fails is logged and does not hold up the others.
    """
    due = [(Revision, {"approved_go_live_at__lte": now}), (Page, {"live": True, "expire_at__lte": now})]
    number = 0
    for model, when in due:
        for pk in list(model.objects.filter(**when).values_list("pk", flat=True)):
            try:
                with transaction.atomic():
                    row = model.objects.select_for_update().filter(pk=pk, **when).first()
                    if row is not None:
                        _publish_or_withdraw(row)
                        number += 1
            except Exception:
                log.exception("%s %s was scheduled and failed", model.__name__, pk)
    return number


def _publish_or_withdraw(row: Revision | Page) -> None:
    if isinstance(row, Revision):
        row.publish(log_action="wagtail.publish.scheduled")
    else:
        row.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")


@transaction.atomic
def tell_reviewers(*, actor, now, page: Page, task: int) -> int:
    """A case waits for legal review: everybody in the legal office is told, once a submission. How many were."""
    users = set(Grant.objects.filter(role=Role.LEGAL, user__is_active=True).active(now).values_list("user", flat=True))
    text = _("案例“%(title)s”提交法制审核，请审核") % {"title": page.draft_title}
    return _tell(users - {getattr(actor, "pk", None)}, now, f"case-review:{task}", text, page)


@transaction.atomic
def tell_submitter(*, actor, now, page: Page, user, task: int, approved: bool, comment: str = "") -> int:
    """Who submitted a case is told how the review ended, with the reviewer's words."""
    if user is None or user == actor:
        return 0
    told = {"title": page.draft_title, "comment": comment}
    if approved:
        text = _("案例“%(title)s”已通过法制审核并发布") % told
    elif comment:
        text = _("案例“%(title)s”未通过法制审核：%(comment)s") % told
    else:
        text = _("案例“%(title)s”未通过法制审核") % told
    return _tell({user.pk}, now, f"case-reviewed:{task}", text, page)


def _tell(users: Iterable[int], now, key: str, text: str, page: Page) -> int:
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return notices.send(recipients=users, now=now, key=key, text=text, url=address)
