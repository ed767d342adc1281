"""A person's place in an establishment over time: moving on, leaving, coming back, and correcting the record."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from portal.models import AuditEvent
from staffing.actions.common import apply, facts_of, in_words, note, overlap
from staffing.actions.errors import Refused
from staffing.models import EndReason, Leave, Membership, Person, Posting, Unit, UnitKind
from staffing.models.dated import ends_after, not_empty

PLACE = {"unit", "category", "establishment_type", "is_dedicated", "post_locked"}


def move_person(
    *,
    actor,
    now,
    person: Person,
    start: date,
    unit: Unit | None = None,
    category: str | None = None,
    establishment_type: str | None = None,
    is_dedicated: bool | None = None,
    post_locked: bool | None = None,
    doc_no: str = "",
) -> Membership:
    """Change the establishment unit, the category or the kind of post from ``start`` on; what was before stays as it
    was.

    Raises Refused when the person is not in post on the day before, when later changes are already recorded, when the
    post is locked to a town and the new unit lies outside it, and when a posting of that time names the new unit as
    its target.
    """
    wanted = {
        "unit": unit,
        "category": category,
        "establishment_type": establishment_type,
        "is_dedicated": is_dedicated,
        "post_locked": post_locked,
    }
    wanted = {key: value for key, value in wanted.items() if value is not None}
    with facts_of(person):
        last = person.memberships.select_related("unit").order_by("start", "pk").filter(not_empty()).last()
        if last is None:
            raise Refused(_("此人没有编制记录，请先登记入队。"), "start")
        if last.start == start and all(getattr(last, key) == value for key, value in wanted.items()):
            return last
        if last.end is not None:
            raise Refused(_("此人已于%(day)s离队，请先撤销离队。") % {"day": last.end.isoformat()}, "start")
        if start <= last.start:
            raise Refused(
                _("变动日期须晚于现编制关系的起始日%(day)s；要改起始日，请更正编制关系。")
                % {"day": last.start.isoformat()},
                "start",
            )
        if all(getattr(last, key) == value for key, value in wanted.items()):
            raise Refused(_("没有变动：与现编制关系相同。"), "unit")
        target = unit or last.unit
        if unit and unit != last.unit:
            refuse_closed(unit, start)
            town = town_of(last.unit)
            if last.post_locked and not (town and unit.path.startswith(town.path)):
                raise Refused(
                    _("编制锁定在%(place)s，不能转出；确需变动的，请先更正编制关系、解除锁定。")
                    % {"place": (town or last.unit).name},
                    "unit",
                )
        after = Membership(
            person=person,
            unit=target,
            start=start,
            category=last.category,
            establishment_type=last.establishment_type,
            is_dedicated=last.is_dedicated,
            # A lock belongs to the post in that town, so it does not travel.
            post_locked=last.post_locked if target == last.unit else False,
        )
        for key, value in wanted.items():
            setattr(after, key, value)
        last.end = start
        last.end_reason = EndReason.MOVED
        last.save(update_fields=["end", "end_reason"])
        after.save()
        note(
            actor=actor,
            now=now,
            action="person.moved",
            person=person,
            unit=target,
            row=after,
            start=start,
            doc_no=doc_no,
            changed={key: [str(getattr(last, key)), str(value)] for key, value in wanted.items()},
        )
    return after


def correct_membership(*, actor, now, membership: Membership, reason: str = "", **fields) -> Membership:
    """Correct a wrongly recorded membership (not a change in life: that is move_person).

    Fields: start, end, start_known and PLACE. Raises Refused when the corrected range overlaps another or ends before
    it starts.
    """
    person = membership.person
    with facts_of(person):
        membership = Membership.objects.select_related("unit").get(pk=membership.pk)
        changed = apply(membership, fields, PLACE | {"start", "end", "start_known"})
        if not changed:
            return membership
        if membership.end and membership.end < membership.start:
            raise Refused(_("止日早于起日。"), "end")
        for other in person.memberships.exclude(pk=membership.pk).select_related("unit"):
            if overlap(membership.start, membership.end, other.start, other.end):
                raise Refused(
                    _("与%(unit)s的编制关系（%(range)s）重叠。")
                    % {"unit": other.unit.name, "range": in_words(other.start, other.end)},
                    "start",
                )
        membership.save()
        note(
            actor=actor,
            now=now,
            action="person.changed",
            person=person,
            unit=membership.unit,
            row=membership,
            changed=changed,
            reason=reason,
        )
    return membership


def end_membership(*, actor, now, person: Person, end: date, reason: str, remark: str = "") -> Membership:
    """Record that a person left: ``end`` is the first day no longer in post. Open postings and leave end with it.

    Raises Refused when already left on another day, or when ``end`` is not after the start or a posting begins later.
    """
    if reason not in EndReason.values:
        raise Refused(_("请选择离队原因。"), "reason")
    with facts_of(person):
        last = person.memberships.select_related("unit").filter(not_empty()).order_by("start", "pk").last()
        if last is None:
            raise Refused(_("此人没有编制记录。"), "end")
        if last.end == end and last.end_reason == reason:
            return last
        if last.end is not None:
            raise Refused(_("此人已于%(day)s离队。") % {"day": last.end.isoformat()}, "end")
        if end <= last.start:
            raise Refused(_("离队日期须晚于编制关系起始日%(day)s。") % {"day": last.start.isoformat()}, "end")
        still = ends_after(end)
        later = person.postings.filter(still & not_empty(), start__gt=end).first()
        if later:
            raise Refused(
                _("已登记%(day)s起的%(kind)s，请先更正。")
                % {"day": later.start.isoformat(), "kind": later.get_kind_display()},
                "end",
            )
        ended = {}
        for name, rows in (("postings", person.postings), ("leaves", person.leaves)):
            ended[name] = []
            for row in rows.filter(still & not_empty(), start__lte=end):
                ended[name].append([row.pk, row.end.isoformat() if row.end else None])
                row.end = end
                row.save(update_fields=["end"])
        last.end, last.end_reason = end, reason
        last.save(update_fields=["end", "end_reason"])
        note(
            actor=actor,
            now=now,
            action="person.left",
            person=person,
            unit=last.unit,
            row=last,
            end=end,
            reason=reason,
            remark=remark,
            ended=ended,
        )
    return last


def restore_membership(*, actor, now, person: Person, remark: str = "") -> Membership:
    """Take the last leaving back, together with the ends it had put to postings and leave (as its audit row tells).

    Doing it twice is harmless. Raises Refused when the person was moved on, not out.
    """
    with facts_of(person):
        last = person.memberships.select_related("unit").filter(not_empty()).order_by("start", "pk").last()
        if last is None:
            raise Refused(_("此人没有编制记录。"))
        if last.end is None:
            return last
        left = (
            AuditEvent.objects.filter(object_type="staffing.person", object_id=str(person.pk), action="person.left")
            .order_by("-id")
            .first()
        )
        before = last.end
        last.end, last.end_reason = None, ""
        last.save(update_fields=["end", "end_reason"])
        if left and left.data.get("row") == f"membership:{last.pk}":
            for name, model in (("postings", Posting), ("leaves", Leave)):
                for pk, end in left.data.get("ended", {}).get(name, []):
                    model.objects.filter(pk=pk, person=person, end=before).update(end=end)
        note(
            actor=actor,
            now=now,
            action="person.restored",
            person=person,
            unit=last.unit,
            row=last,
            end=[before, None],
            remark=remark,
        )
    return last


def town_of(unit: Unit) -> Unit | None:
    """The town a unit is, or lies in; None outside towns."""
    if unit.kind == UnitKind.TOWN:
        return unit
    paths = [unit.path[: Unit.steplen * depth] for depth in range(1, unit.depth)]
    return Unit.objects.filter(path__in=paths, kind=UnitKind.TOWN).order_by("-depth").first()


def membership_on(person: Person, day: date) -> Membership | None:
    """The membership that covers ``day``."""
    return person.memberships.select_related("unit").on(day).first()


def refuse_closed(unit: Unit, day: date):
    """Raises Refused when ``unit`` is closed on ``day``."""
    if unit.closed and unit.closed <= day:
        raise Refused(_("“%(name)s”已于%(day)s撤销。") % {"name": unit.name, "day": unit.closed.isoformat()}, "unit")
