"""Cases in the CMS: the anonymisation checklist beside the editor.

Imported by courses.wagtail_hooks; importing is the whole effect. What holds a page back is in courses.queries.faults.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.widgets.button import Button

from courses.models import CasePage
from courses.queries import anonymise


@hooks.register("register_page_header_buttons")
def checklist_button(page, user, view_name, next_url=None):
    """脱敏检查 in the header of a case's editor."""
    if page.pk and isinstance(page.specific_deferred, CasePage):
        yield Button(_("脱敏检查"), reverse("courses:case_check", args=[page.pk]), icon_name="lock", priority=25)


@hooks.register("after_edit_page")
@hooks.register("after_create_page")
def tell_findings(request, page):
    """After a draft was saved: how many places wait to be looked at. Publishing refuses by itself."""
    if request.method != "POST" or not isinstance(page.specific_deferred, CasePage):
        return
    if request.headers.get("Accept", "").startswith("application/json"):
        # Saved by itself while somebody types: not the moment for a message.
        return
    report = anonymise.report_of(page.specific)
    if not report.clear:
        words = _("脱敏检查：%(n)s处待核对，发布前须逐处替换或确认。") % {"n": len(report.open)}
        checklist = messages.button(reverse("courses:case_check", args=[page.pk]), _("脱敏检查"))
        messages.warning(request, words, buttons=[checklist])
