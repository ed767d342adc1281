"""Speaking under a lecture, course or case; hiding what does not belong there. Nothing is ever deleted."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import Comment
from portal import audit, notices
from portal.actions.errors import Refused

LONGEST = 1000
# The same words again this soon are the same press of the button.
AGAIN = timedelta(minutes=10)
# More in an hour is no discussion.
MOST_AN_HOUR = 30


@transaction.atomic
def add_comment(*, actor, now, page: Page, text: str, answers: Comment | None = None) -> Comment:
    """Say something under ``page``, or answer a contribution there (its author is told). The same words again within
    ten minutes are the same contribution.

    Raises Refused for no words, more than 1,000 characters, an answer elsewhere or to what is hidden, or more than
    30 contributions in an hour.
    """
    text = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip().replace("\0", "")
    if not text:
        raise Refused(_("请填写内容。"), "text")
    if len(text) > LONGEST:
        raise Refused(_("内容不超过1000字。"), "text")
    if answers is not None:
        answers = answers.answers or answers
        if answers.page_id != page.pk or answers.hidden_at is not None:
            raise Refused(_("要回复的内容已不在这里。"), "answers")
    mine = Comment.objects.filter(user=actor)
    same = mine.filter(page=page, answers=answers, text=text, at__gt=now - AGAIN).order_by("-id").first()
    if same is not None:
        return same
    if mine.filter(at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise Refused(_("一小时内发言过多，请稍后再发。"), "text")
    comment = Comment.objects.create(page_id=page.pk, user=actor, answers=answers, text=text, at=now)
    if answers is not None and answers.user_id != actor.pk:
        told = {"name": str(actor), "title": page.title}
        notices.send(
            recipients=[answers.user_id],
            now=now,
            key=f"comment:{comment.pk}",
            text=_("%(name)s回复了您在“%(title)s”的发言") % told,
            url=reverse("courses:discussion", args=[page.pk]) + f"#c{answers.pk}",
        )
    return comment


@transaction.atomic
def hide_comment(*, actor, now, comment: Comment, reason: str) -> bool:
    """Take a contribution out of sight; its author is told why. False when it was hidden already.

    Raises Refused without a reason, or with one longer than 120 characters.
    """
    reason = reason.replace("\0", "").strip()
    if not reason or len(reason) > 120:
        raise Refused(_("请填写隐藏原因，不超过120字。"), "reason")
    told = {"hidden_at": now, "hidden_by": actor, "hidden_why": reason}
    if not Comment.objects.filter(pk=comment.pk, hidden_at=None).update(**told):
        return False
    audit.record(actor=actor, now=now, action="comment.hidden", obj=comment, page=comment.page_id, reason=reason)
    if comment.user_id != actor.pk:
        text = _("您在“%(title)s”的发言已隐藏：%(reason)s") % {"title": comment.page.title, "reason": reason}
        key = f"comment-hidden:{comment.pk}:{now:%Y%m%d%H%M%S}"
        notices.send(recipients=[comment.user_id], now=now, key=key, text=text)
    return True


@transaction.atomic
def show_comment(*, actor, now, comment: Comment) -> bool:
    """Bring a hidden contribution back. False when it was not hidden."""
    shown = {"hidden_at": None, "hidden_by": None, "hidden_why": ""}
    if not Comment.objects.filter(pk=comment.pk).exclude(hidden_at=None).update(**shown):
        return False
    audit.record(actor=actor, now=now, action="comment.shown", obj=comment, page=comment.page_id)
    return True
