"""What this app puts into the frame: menu entries and home panels."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail import hooks

from exams import panels
from portal.access import access_of
from portal.shell import MenuEntry
from portal.ui import Link

hooks.register("portal_home_panels", panels.panels)


@hooks.register("portal_menu_entries")
def menu_entries(request):
    """考试 for officers, 考务 for the exam office (for units: 考试场次), 题库, 监考, 阅卷: each by its grant."""
    access = access_of(request)
    # Units register their people and see their results on the same pages; the exam office works there.
    office = access.can("sittings.edit")
    wanted = [
        ("sittings.view", "sittings", pgettext("list", "考试场次"), "exams:sittings", "clipboard-list", 35, False),
        ("exams.take", "exams", _("考试"), "exams:mine", "certificate", 8, True),
        ("sittings.edit", "exam_office", _("考务"), "exams:sittings", "clipboard-list", 12, True),
        ("bank.view", "banks", pgettext("list", "题库"), "exams:banks", "book", 14, True),
        ("papers.view", "papers", pgettext("list", "试卷"), "exams:papers", "file-text", 16, False),
        ("console.view", "consoles", _("监考"), "exams:consoles", "eye", 18, True),
        ("marking.do", "marking", _("阅卷"), "exams:marking", "list-check", 19, True),
    ]
    return [
        MenuEntry(key, label, reverse(name), icon, order=order, phone=phone)
        for action, key, label, name, icon, order, phone in wanted
        if access.can(action) and not (office and key == "sittings")
    ]


@hooks.register("portal_public_links")
def public_links():
    """Anyone may check a pass certificate."""
    return [Link(_("核验合格证明"), reverse("exams:verify"), "shield-check")]
