"""Sites and their rooms, shared by all sittings."""

from __future__ import annotations

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exams.actions import sites as actions
from exams.forms.rooms import RoomForm, SiteForm
from exams.models import Room, Site
from exams.queries import rooms as queries
from portal.access import require
from portal.ui import Link
from staffing.views.facts import FormPage, form_page

KEY = "exam_office"


def _page(title, verb, done, *, intro=()):
    crumbs = (Link(_("考务"), reverse("exams:sittings")), Link(_("考点与考场"), reverse("exams:sites")))
    return FormPage(title, verb, reverse("exams:sites"), done, crumbs, intro, active_key=KEY)


@require("rooms.edit")
@require_GET
def sites(request):
    """/exams/sites/: every site with its rooms and how many seats they have."""
    found = queries.sites()
    return render(
        request,
        "exams/rooms/sites.html",
        {"sites": found, "rooms": sum(len(rooms) for _site, rooms in found), "active_key": KEY},
    )


@require("rooms.edit")
def site_new(request):
    """/exams/sites/new/: a place of exams."""
    form = SiteForm(request.POST or None)
    return form_page(request, form, actions.save_site, _page(_("新增考点"), _("保存"), _("已保存考点。")))


@require("rooms.edit")
def site_edit(request, pk):
    """/exams/sites/<pk>/: its name and way there."""
    site = get_object_or_404(Site, pk=pk)
    initial = {"name": site.name, "address": site.address, "directions": site.directions}
    form = SiteForm(request.POST or None, initial=initial)
    page = _page(_("修改考点"), _("保存"), _("已保存考点。"))
    return form_page(request, form, partial(actions.save_site, site=site), page)


@require("rooms.edit")
def room_new(request, pk):
    """/exams/sites/<pk>/rooms/new/: a room of the place."""
    site = get_object_or_404(Site, pk=pk)
    form = RoomForm(request.POST or None)
    page = _page(_("新增考场"), _("保存"), _("已保存考场。"), intro=[site.name])
    return form_page(request, form, partial(actions.save_room, site=site), page)


@require("rooms.edit")
def room_edit(request, pk):
    """/exams/rooms/<pk>/: its rows, columns and seats out of use."""
    room = get_object_or_404(Room.objects.select_related("site"), pk=pk)
    initial = {name: getattr(room, name) for name in ("name", "rows", "columns", "unusable")}
    form = RoomForm(request.POST or None, initial=initial)
    page = _page(
        _("修改考场"),
        _("保存"),
        _("已保存考场。"),
        intro=[room.site.name, _("已排的座位不会自动变动；座位不够或不可用时，考场安排页会指出须移出的人。")],
    )
    return form_page(request, form, partial(actions.save_room, room=room, site=room.site), page)
