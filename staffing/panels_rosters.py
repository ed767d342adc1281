"""What the home page says about imports that wait for somebody."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.access import access_of
from portal.shell import HomeItem, HomePanel
from staffing.models import RosterImport
from staffing.queries import rosters

SHOWN = 3


def panels(request) -> list[HomePanel]:
    """To do: rosters uploaded and not yet written."""
    scope = access_of(request).scope("rosters.import")
    if not scope:
        return []
    items = []
    for batch in rosters.waiting(scope, request.user)[:SHOWN]:
        if batch.state == RosterImport.State.MAPPING:
            text, tag = _("花名册《%(file)s》没有识别到人员行，请对应列") % {"file": batch.file_name}, _("待对应")
        else:
            waiting = rosters.undecided(batch)
            text = _("花名册《%(file)s》有%(n)s行待核") % {"file": batch.file_name, "n": waiting}
            tag = _("待核")
            if not waiting:
                text, tag = _("花名册《%(file)s》等待确认导入") % {"file": batch.file_name}, _("待确认")
        address = reverse("staffing:import", args=[batch.pk])
        items.append(HomeItem(text, address, "review", tag, batch.as_of, _("去处理")))
    return [HomePanel("todo", order=30, items=items)] if items else []
