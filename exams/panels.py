"""Home: the officer's next exam; what waits at the exam office, at the markers', in the rooms, in the units."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.queries import home, mine
from portal.access import access_of
from portal.figures import num
from portal.models import Role
from portal.shell import HomeItem, HomePanel

# Units are asked to register their people; the exam office registers through its own pages.
UNITS = {Role.HR, Role.CLERK, Role.SQUAD_LEAD}
ORDER = 10


def panels(request) -> list[HomePanel]:
    """Lines of work for the viewer's roles; nothing for roles without exams."""
    access, now = access_of(request), timezone.now()
    items = []
    if access.can("exams.take"):
        items += _own(request.user, now)
    if access.can("sittings.edit"):
        items += _office(home.office(access.scope("sittings.edit"), now))
    if Role.INVIGILATOR in access.roles:
        day = timezone.localdate(now)
        items += [
            HomeItem(sitting.title, reverse("exams:console", args=[sitting.code]), "info", _("监考"), day, _("监考台"))
            for sitting in home.watched_today(request.user, day)
        ]
    if access.can("marking.do") and (waiting := home.to_mark(request.user)):
        text = _("%(n)s份答卷待评") % {"n": num(waiting)}
        items.append(HomeItem(text, reverse("exams:marking"), "review", _("阅卷")))
    if access.roles & UNITS:
        items += _units(home.registering(now))
    return [HomePanel("todo", ORDER, items=items)] if items else []


def _own(user, now) -> list[HomeItem]:
    """The officer's approved exams; one that is being written or may be entered comes with its button."""
    items = []
    for row in mine.coming_of(user, now, papers=False):
        if row.approved:
            start = timezone.localtime(row.opens_at)
            text = _("%(title)s，%(time)s开考") % {"title": row.sitting.title, "time": start.strftime("%H:%M")}
            url = reverse("exams:enter", args=[row.sitting.code]) if row.may_enter else reverse("exams:mine")
            act = (_("继续作答") if row.attempt else _("进入考试")) if row.may_enter else ""
            items.append(HomeItem(text, url, "info", _("考试"), start.date(), act))
    return items


def _office(work: home.Office) -> list[HomeItem]:
    items = []
    for sitting in work.soon:
        text = _("%(title)s尚未开放，请做开考前检查") % {"title": sitting.title}
        day = timezone.localdate(sitting.opens_at)
        items.append(HomeItem(text, reverse("exams:preflight", args=[sitting.code]), "short", _("开考前"), day))
    if work.proposed:
        sitting, number = work.proposed
        text = _("%(title)s：%(n)s人拟登记弃考") % {"title": sitting.title, "n": num(number)}
        day = timezone.localdate(sitting.opens_at)
        items.append(HomeItem(text, reverse("exams:proposals", args=[sitting.code]), "short", _("弃考"), day))
    for sitting, number in work.pending:
        text = _("%(title)s：%(n)s人报名待审核") % {"title": sitting.title, "n": num(number)}
        url = reverse("exams:candidates", args=[sitting.code]) + "?state=pending"
        items.append(HomeItem(text, url, "review", _("报名")))
    for sitting in work.to_release:
        text = _("%(title)s已结束，成绩待发布") % {"title": sitting.title}
        items.append(HomeItem(text, reverse("exams:register", args=[sitting.code]), "review", _("成绩")))
    for sitting, number in work.appeals:
        text = _("%(title)s：%(n)s份成绩复核申请") % {"title": sitting.title, "n": num(number)}
        items.append(HomeItem(text, reverse("exams:appeals", args=[sitting.code]), "review", _("复核")))
    for sitting, number in work.challenges:
        text = _("%(title)s：%(n)s件试题异议待处理") % {"title": sitting.title, "n": num(number)}
        items.append(HomeItem(text, reverse("exams:challenges", args=[sitting.code]), "review", _("异议")))
    return items


def _units(sittings) -> list[HomeItem]:
    items = []
    for sitting in sittings:
        text = _("%(title)s正在报名") % {"title": sitting.title}
        until = timezone.localdate(sitting.registers_until) if sitting.registers_until else ""
        items.append(HomeItem(text, reverse("exams:register_people", args=[sitting.code]), "info", _("报名"), until))
    return items
