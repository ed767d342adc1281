"""The head of the learning pages: 我的学习｜培训管理 and the sections of the face one looks at."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.utils.translation import gettext_lazy as _

from portal.access import access_of
from portal.shell import address

register = template.Library()

STUDY = "/study/"
MINE, OFFICE = "mine", "office"
# (action, words, name of the address); a path stands for itself. An address that is not there is left out.
SECTIONS = {
    MINE: (
        ("learn.take", _("我的学习"), "courses:mine"),
        ("learn.view", _("课程目录"), STUDY),
        ("learn.take", _("学时"), "courses:hours"),
        ("learn.take", _("学时申报"), "courses:claims"),
        ("learn.view", _("搜索"), "courses:search"),
    ),
    OFFICE: (
        ("compliance.view", _("学时达标"), "courses:compliance"),
        ("attendance.view", _("讲座"), "courses:sessions"),
        ("attendance.view", _("讲座系列"), "courses:series_list"),
        ("assignments.view", _("学习任务"), "courses:assignments"),
        ("cases.check", _("案例"), "courses:case_office"),
        ("claims.decide", _("申报审核"), "courses:claims_office"),
        ("hours.import", _("学时导入"), "courses:hours_import"),
        ("years.close", _("年度关账"), "courses:years"),
        ("citations.review", _("引用复核"), "courses:reviews"),
        ("talk.moderate", _("讨论管理"), "courses:comments_office"),
    ),
}
KINDS = {"SeriesPage": "speakerphone", "CoursePage": "school", "CasePage": "scale", "DrillPage": "route"}
FACES = ((MINE, _("我的学习")), (OFFICE, _("培训管理")))


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    current: bool = False


def sections(access, face: str, path: str = "") -> list[Entry]:
    """The sections of a face that the viewer may open; the one ``path`` lies deepest under is the current one."""
    found = []
    for action, label, name in SECTIONS[face]:
        url = name if name.startswith("/") else address(name)
        if url and access.can(action):
            found.append((label, url))
    here = max((url for _label, url in found if path.startswith(url)), key=len, default="")
    return [Entry(str(label), url, url == here) for label, url in found]


@register.inclusion_tag("courses/nav.html", takes_context=True)
def learning_nav(context, face):
    """Faces (only for who has both) and sections, as links. ``face``: mine or office."""
    request = context["request"]
    access, shown = access_of(request), {}
    for key, _label in FACES:
        shown[key] = sections(access, key, request.path)
    # Who has but the catalogue and the search on the learner's side is no learner: one face is enough.
    two = access.can("learn.take") and bool(shown[OFFICE])
    faces = [Entry(str(label), shown[key][0].url, key == face) for key, label in FACES] if two else []
    return {"faces": faces, "sections": shown[face] if len(shown[face]) > 1 else []}


@register.simple_tag
def kind_icon(page):
    """The icon of what a page teaches with."""
    return KINDS.get(page.__class__.__name__, "book")


@register.simple_tag
def share(value, most):
    """``value`` in percent of ``most`` as a whole number for a bar: 100 only when it is reached, 0 only for nothing."""
    if not value or value < 0:
        return 0
    if not most or value >= most:
        return 100
    return min(max(int(value * 100 / most), 1), 99)
