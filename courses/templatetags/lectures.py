"""How lectures are written on pages: their time in words, the tag of their state."""

from __future__ import annotations

from django import template
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from courses.queries import sessions
from portal.figures import date_words

register = template.Library()


@register.filter
def moment(session):
    """2026年11月2日 星期一 09:30–12:00."""
    begins, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    last = f"{ends:%H:%M}" if begins.date() == ends.date() else f"{ends:%Y-%m-%d %H:%M}"
    day = date_words(begins.date())
    return f"{day} {dateformat.format(begins, 'l')} {begins:%H:%M}–{last}"


@register.filter
def moment_short(session):
    """2026-11-02 09:30–12:00."""
    return sessions.when(session)


@register.filter
def number_words(session):
    """第3讲."""
    return sessions.number_words(session)


@register.filter
def state_kind(state):
    """The kind of tag of a state."""
    return {"live": "info", "upcoming": "plain", "cancelled": "overdue"}.get(state, "plain")


@register.filter
def state_words(state):
    """The state of a lecture in words."""
    return {
        "upcoming": pgettext("lecture", "待开讲"),
        "live": pgettext("lecture", "正在进行"),
        "past": pgettext("lecture", "已结束"),
        "cancelled": pgettext("lecture", "已取消"),
    }.get(state, _("录像"))
