"""Wagtail tells what was published, withdrawn and reviewed; it is written down and passed on.

Its own log knows who did it, whichever way it was done: editor, bulk action, workflow or schedule.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.models import Page, PageLogEntry
from wagtail.signals import task_approved, task_rejected, task_submitted

from courses.actions import publishing, rechecks
from courses.models import CasePage, CoursePage, LessonPage, StudyPage

WITHDRAWN = {"wagtail.unpublish", "wagtail.unpublish.scheduled"}
PUBLISHED = {"wagtail.publish", "wagtail.publish.scheduled", "wagtail.copy"}
# Pages that complete something together with others.
ASKING = (CoursePage, LessonPage, CasePage)


@receiver(post_save, sender=PageLogEntry, dispatch_uid="courses.publishing")
def write_down(sender, instance: PageLogEntry, created: bool, **kwargs):
    """One audit row for what readers notice."""
    if not created or instance.action not in PUBLISHED | WITHDRAWN | {"wagtail.delete"}:
        return
    model = instance.content_type.model_class() if instance.content_type else None
    if model is None or not issubclass(model, StudyPage):
        return
    shared = {"actor": instance.user, "now": timezone.now()}
    page = Page.objects.filter(pk=instance.page_id).first()
    if instance.action == "wagtail.delete":
        if page is not None and page.live:
            publishing.record_withdrawn(**shared, page=page, deleted=True)
    elif page is not None and instance.action in WITHDRAWN:
        publishing.record_withdrawn(**shared, page=page)
    elif page is not None and page.live:
        publishing.record_published(**shared, page=page, revision=instance.revision_id)
    if page is not None and model in ASKING:
        _recheck(page.specific)


@receiver(post_delete, sender=LessonPage, dispatch_uid="courses.lesson_gone")
def lesson_gone(sender, instance: LessonPage, **kwargs):
    """A lesson that was deleted is not asked any more."""
    _recheck(instance)


def _recheck(page: Page) -> None:
    """Once it is saved: people are locked one after another, each in a transaction of their own."""
    transaction.on_commit(lambda: rechecks.recheck(now=timezone.now(), page=page), robust=True)


def _case(state) -> CasePage | None:
    page = state.workflow_state.content_object
    page = page.specific if isinstance(page, Page) else None
    return page if isinstance(page, CasePage) else None


@receiver(task_submitted, dispatch_uid="courses.review_asked")
def review_asked(sender, instance, user=None, **kwargs):
    if (page := _case(instance)) is not None:
        publishing.tell_reviewers(actor=user, now=timezone.now(), page=page, task=instance.pk)


@receiver(task_approved, dispatch_uid="courses.review_approved")
def review_approved(sender, instance, user=None, **kwargs):
    _review_ended(instance, user, True)


@receiver(task_rejected, dispatch_uid="courses.review_rejected")
def review_rejected(sender, instance, user=None, **kwargs):
    _review_ended(instance, user, False)


def _review_ended(state, user, approved: bool) -> None:
    if (page := _case(state)) is None:
        return
    publishing.tell_submitter(
        actor=user,
        now=timezone.now(),
        page=page,
        user=state.workflow_state.requested_by,
        task=state.pk,
        approved=approved,
        comment=state.comment,
    )
