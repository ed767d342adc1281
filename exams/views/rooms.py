"""考场安排: batches and rooms of a sitting, automatic seating, seat plans, moving one candidate."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from exams.actions import rooms as actions
from exams.actions import sites
from exams.forms.rooms import AssignForm, BatchForm, MoveForm, PlanMoveForm
from exams.models import Batch, Registration, Room, Sitting
from exams.queries import rooms as queries
from exams.queries import sittings
from exams.templatetags.exam_ui import when
from exams.views.sitting_kit import crumbs
from portal.access import require
from portal.ui import Confirm, Link
from staffing.views.facts import FormPage, confirm_page, form_page

KEY = "exam_office"
# Candidates without a seat shown on the page; all of them are seated by one click.
SHOWN = 100


def reach(request, code: str) -> Sitting:
    """The sitting through ``request.scope``. Raises Http404 for one out of reach."""
    try:
        return sittings.find(request.scope, code, office=True)
    except Sitting.DoesNotExist as error:
        raise Http404 from error


def _batch(sitting: Sitting, number: int) -> Batch:
    batch = get_object_or_404(sitting.batches, number=number)
    batch.sitting = sitting
    return batch


def _candidate(sitting: Sitting, pk: int) -> Registration:
    rows = sitting.registrations.select_related("person", "unit", "seat__room", "seat__batch")
    return get_object_or_404(rows, pk=pk)


def _crumbs(sitting: Sitting) -> list[Link]:
    return [*crumbs(sitting), Link(_("考场安排"), reverse("exams:rooms", args=[sitting.code]))]


def _page(sitting: Sitting, title, verb, done, intro=(), *, acts=()) -> FormPage:
    back = reverse("exams:rooms", args=[sitting.code])
    return FormPage(title, verb, back, done, _crumbs(sitting), intro, active_key=KEY, acts=acts)


@require("rooms.edit")
@require_GET
def rooms(request, code):
    """/exams/sittings/<code>/rooms/: what must be put right, batches × rooms, who has no seat."""
    sitting = reach(request, code)
    arranged = queries.arrangement(sitting)
    waiting = list(queries.unseated(sitting)[:SHOWN]) if arranged.unseated else []
    return render(
        request,
        "exams/rooms/rooms.html",
        {
            "sitting": sitting,
            "crumbs": crumbs(sitting),
            "arranged": arranged,
            "waiting": waiting,
            "more": arranged.unseated - len(waiting),
            "may_change": sitting.state in sites.CHANGEABLE,
            "may_prepare": sitting.state in sites.PREPARING,
            "active_key": KEY,
        },
    )


@require("rooms.edit")
@require_http_methods(["GET", "POST"])
def seats_assign(request, code):
    """Which candidates, and how rooms are filled; POST seats them and says how many neighbours remain."""
    sitting = reach(request, code)
    arranged = queries.arrangement(sitting)
    may_again = bool(arranged.seated) and sitting.state in sites.PREPARING
    data = request.POST if request.method == "POST" else None  # In an open sitting there is nothing left to choose.
    form = AssignForm(data, may_again=may_again, may_choose=may_again or not arranged.seated)
    page = _page(
        sitting,
        _("自动排座"),
        _("自动排座"),
        "",
        [
            _("审核通过%(all)s人，已排%(seated)s人，待排%(left)s人；可用座位%(seats)s个。")
            % {
                "all": arranged.approved,
                "seated": arranged.seated,
                "left": arranged.unseated,
                "seats": arranged.capacity,
            }
        ],
    )
    if request.method == "POST" and form.is_valid():
        done = form.save(actions.assign_seats, actor=request.user, now=timezone.now(), sitting=sitting)
        if done is not None:
            _tell(request, done)
            return redirect(page.cancel_url)
    context = {"form": form, "page": page, "active_key": KEY}
    return render(request, "staffing/facts/form.html", context, status=422 if form.errors else 200)


def _tell(request, done: actions.Assigned) -> None:
    if not done.seated and not done.unseated:
        messages.info(request, _("考生都已排座，没有变动。"))
        return
    told = {"n": done.seated, "pairs": done.neighbours}
    if done.neighbours:
        text = _("已排座%(n)s人。同一单位相邻还有%(pairs)s处，已尽量排开，可逐个调整。") % told
        messages.warning(request, text)
    else:
        messages.success(request, _("已排座%(n)s人，同一单位没有相邻。") % told, extra_tags="toast")
    if done.unseated:
        messages.warning(request, _("还有%(n)s人没有座位，请增加考场或批次。") % {"n": done.unseated})


@require("rooms.edit")
def batch_new(request, code):
    """…/batches/new/: a part of the window with rooms of its own."""
    sitting = reach(request, code)
    initial = {"opens_at": sitting.opens_at, "closes_at": sitting.closes_at}
    form = BatchForm(request.POST or None, initial=initial)
    intro = [_window(sitting)]
    acts = [Link(_("考点与考场"), reverse("exams:sites"))]
    page = _page(sitting, _("新增批次"), _("保存批次"), _("已保存批次。"), intro, acts=acts)
    return form_page(request, form, partial(sites.save_batch, sitting=sitting), page)


@require("rooms.edit")
def batch_edit(request, code, number):
    """…/batches/<number>/: its times and rooms."""
    sitting = reach(request, code)
    batch = _batch(sitting, number)
    initial = {"opens_at": batch.opens_at, "closes_at": batch.closes_at, "rooms": list(batch.rooms.all())}
    form = BatchForm(request.POST or None, initial=initial)
    acts = [Link(_("删除批次"), reverse("exams:batch_remove", args=[sitting.code, number]))]
    title = _("修改第%(number)s批") % {"number": number}
    page = _page(sitting, title, _("保存批次"), _("已保存批次。"), [_window(sitting)], acts=acts)
    return form_page(request, form, partial(sites.save_batch, sitting=sitting, batch=batch), page)


def _window(sitting: Sitting) -> str:
    told = {"opens": when(sitting.opens_at), "closes": when(sitting.closes_at)}
    return _("本场考试时间：%(opens)s至%(closes)s。批次须在此之内。") % told


@require("rooms.edit")
def batch_remove(request, code, number):
    """…/batches/<number>/remove/: asked for once more, then removed with its seats."""
    sitting = reach(request, code)
    batch = _batch(sitting, number)
    confirm = Confirm(
        id="remove",
        title=_("删除第%(number)s批") % {"number": number},
        verb=_("删除批次"),
        action_url=reverse("exams:batch_remove", args=[sitting.code, number]),
        cancel_url=reverse("exams:rooms", args=[sitting.code]),
        lines=[_("本批次已排%(n)s人，删除后须重新排座。") % {"n": batch.seats.count()}],
        danger=True,
    )
    return confirm_page(
        request, confirm, partial(sites.remove_batch, batch=batch), done=_("已删除批次。"), active_key=KEY
    )


@require("rooms.edit")
@require_http_methods(["GET", "POST"])
def seat_plan(request, code, number, room):
    """The room as a table from the lectern; POST moves one person here, or lets two change seats."""
    sitting = reach(request, code)
    batch = _batch(sitting, number)
    place = get_object_or_404(Room.objects.select_related("site"), pk=room, pk__in=batch.rooms.values("pk"))
    plan = queries.seat_plan(batch, place)
    form = PlanMoveForm(request.POST or None, plan=plan)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.move_seat, batch=batch, room=place)
        if form.save(act, actor=request.user, now=timezone.now()) is not None:
            messages.success(request, _("已调整座位。"), extra_tags="toast")
            return redirect(request.path)
    cells = [cell for row in plan for cell in row]
    context = {
        "sitting": sitting,
        "crumbs": _crumbs(sitting),
        "batch": batch,
        "room": place,
        "plan": plan,
        "filled": sum(cell.registration is not None for cell in cells),
        "touching": sum(cell.beside for cell in cells),
        "form": form,
        "may_change": sitting.state in sites.CHANGEABLE,
        "active_key": KEY,
    }
    return render(request, "exams/rooms/plan.html", context, status=422 if form.errors else 200)


@require("rooms.edit")
def seat_move(request, code, pk):
    """Any room of any batch for one candidate; a number, or the best free seat."""
    sitting = reach(request, code)
    candidate = _candidate(sitting, pk)
    seat = getattr(candidate, "seat", None)
    initial = {"place": f"{seat.batch_id}-{seat.room_id}", "number": seat.number} if seat else {}
    batches = queries.arrangement(sitting).batches
    form = MoveForm(request.POST or None, initial=initial, batches=batches, swap=seat is not None)
    told = {"name": candidate.person.name, "unit": candidate.unit.name}
    if seat:
        told |= {"batch": seat.batch.number, "room": seat.room.name, "number": seat.number}
        intro = _("%(name)s，%(unit)s，现在第%(batch)s批%(room)s%(number)s号座。") % told
        acts = [Link(_("移出座位"), reverse("exams:seat_remove", args=[sitting.code, pk]))]
    else:
        intro, acts = _("%(name)s，%(unit)s，还没有座位。") % told, []
    page = _page(sitting, _("调整座位"), _("保存座位"), _("已调整座位。"), [intro], acts=acts)
    return form_page(request, form, partial(actions.move_seat, registration=candidate), page)


@require("rooms.edit")
def seat_remove(request, code, pk):
    """…/seats/<pk>/remove/: asked for once more, then the candidate has no seat."""
    sitting = reach(request, code)
    candidate = _candidate(sitting, pk)
    confirm = Confirm(
        id="unseat",
        title=_("移出座位"),
        verb=_("移出"),
        action_url=reverse("exams:seat_remove", args=[sitting.code, pk]),
        cancel_url=reverse("exams:rooms", args=[sitting.code]),
        lines=[_("%(name)s不再有座位，列入未排座名单，可随时再排。") % {"name": candidate.person.name}],
    )
    act = partial(actions.unseat, registration=candidate)
    return confirm_page(request, confirm, act, done=_("已移出座位。"), active_key=KEY)
