"""Home: the learner's next lecture and lesson; what waits at the training officer's."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.queries import home
from portal.access import access_of
from portal.figures import num
from portal.shell import HomeItem, HomePanel
from staffing.panels_facts import own_brief

ORDER = 8


def panels(request) -> list[HomePanel]:
    """Lines of work for the viewer's roles; nothing for roles without learning."""
    access, now = access_of(request), timezone.now()
    items = []
    if access.can("learn.take"):
        items += _own(request, now)
    if access.can("sessions.edit"):
        items += _office(home.office(access.scope("sessions.edit"), access.scope("claims.decide"), now))
    return [HomePanel("todo", ORDER, items=items)] if items else []


def _own(request, now) -> list[HomeItem]:
    own = own_brief(request)
    if own is None:
        return []
    found, items = home.learner(own.person, own.book, now), []
    if found.lecture:
        session = found.lecture.session
        start = timezone.localtime(session.starts_at)
        text = _("讲座《%(title)s》，%(time)s，%(place)s") % {
            "title": session.title,
            "time": start.strftime("%H:%M"),
            "place": session.place or _("地点另行通知"),
        }
        items.append(HomeItem(text, found.lecture.url, "info", _("讲座"), start.date(), _("看安排")))
    if found.task:
        text = _("学完“%(title)s”") % {"title": found.task.title}
        if found.tasks > 1:
            text = _("%(text)s，另有%(n)s项必修") % {"text": text, "n": num(found.tasks - 1)}
        kind = "overdue" if found.task.overdue else "short"
        items.append(HomeItem(text, found.task.url, kind, _("必修"), found.task.due or "", _("去学")))
    return items


def _office(work: home.Office) -> list[HomeItem]:
    items = []
    if work.behind:
        text = _("照现在的进度，%(n)s人年底追不上%(target)s学时") % {"n": num(work.behind), "target": num(work.target)}
        url = f"{reverse('courses:compliance_people')}?side=behind"
        items.append(HomeItem(text, url, "overdue", _("学时")))
    for session in work.unsigned:
        text = _("《%(title)s》还没有签到记录") % {"title": session.title}
        url = reverse("courses:session", args=[session.code])
        items.append(HomeItem(text, url, "short", _("缺签到"), timezone.localdate(session.ends_at)))
    if work.claims:
        text = _("%(n)s份学时申报待审核") % {"n": num(work.claims)}
        items.append(HomeItem(text, reverse("courses:claims_office"), "review", _("申报")))
    return items
