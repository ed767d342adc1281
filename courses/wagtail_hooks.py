"""What this app puts into the frame: menu entries and home panels."""

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks

from courses import (
    cms,  # noqa: F401
    cms_cases,  # noqa: F401
    panels,
)
from courses.templatetags.learning import OFFICE, STUDY, sections
from portal.access import access_of
from portal.shell import MenuEntry

hooks.register("portal_home_panels", panels.panels)


@hooks.register("portal_menu_entries")
def menu_entries(request):
    """学习 for everybody (a learner's own page, else the catalogue), 培训管理 for who looks after others' learning."""
    access, found = access_of(request), []
    if access.can("learn.view"):
        learner = access.can("learn.take")
        url = reverse("courses:mine") if learner else STUDY
        # Learners have it in the phone's bar; for others the figures come first.
        found.append(
            MenuEntry("learning", _("学习"), url, "school", 6 if learner else 45, learner, ("/learning/", STUDY))
        )
    if office := sections(access, OFFICE):
        training = access.can("sessions.edit")
        prefixes = ("/learning/office/",)
        found.append(
            MenuEntry("training", _("培训管理"), office[0].url, "list-check", 7 if training else 46, training, prefixes)
        )
    return found
