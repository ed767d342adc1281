"""Forms on sites, rooms, batches and seats."""

from __future__ import annotations

import re

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exams.forms.fields import ManyField
from exams.models import Batch, Registration, Room
from exams.queries.rooms import RoomFill, room_choices, room_order
from exams.rules.seating import Fill
from portal.actions.errors import Refused

MOST = 40


class ActForm(forms.Form):
    """``save(act)`` calls the action with the cleaned values; a refusal appears beside the field it is about."""

    def values(self) -> dict:
        """Arguments for the action."""
        return dict(self.cleaned_data)

    def save(self, act, **given):
        """The action's result, or None after a refusal (now an error of this form)."""
        try:
            return act(**self.values(), **given)
        except Refused as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return None


class SiteForm(ActForm):
    name = forms.CharField(label=_("考点名称"), max_length=80)
    address = forms.CharField(label=_("地址"), max_length=120, required=False)
    directions = forms.CharField(
        label=_("交通提示"), max_length=200, required=False, help_text=_("印在准考证上，如公交线路、停车。")
    )


class SeatNumbersField(forms.CharField):
    """Numbers and ranges, "3, 17-18", as a list of numbers."""

    default_error_messages = {"invalid": _("请填写座位号，如 3，17-18。")}

    def prepare_value(self, value):
        return value if isinstance(value, str) else "，".join(str(number) for number in value or [])

    def to_python(self, value):
        found: list[int] = []
        for part in re.split(r"[\s,，、;；]+", super().to_python(value).strip()):
            if not part:
                continue
            ends = re.fullmatch(r"(\d{1,4})(?:[-－~—至](\d{1,4}))?", part)
            if not ends or int(ends[2] or ends[1]) < int(ends[1]):
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
            found.extend(range(int(ends[1]), int(ends[2] or ends[1]) + 1))
        return found


class RoomForm(ActForm):
    name = forms.CharField(label=_("考场名称"), max_length=40, help_text=_("如 第1考场。"))
    rows = forms.IntegerField(label=_("排数"), min_value=1, max_value=MOST, help_text=_("从讲台起，由前向后。"))
    columns = forms.IntegerField(label=_("列数"), min_value=1, max_value=MOST)
    unusable = SeatNumbersField(
        label=_("不可用座位"),
        required=False,
        help_text=_("座位号从讲台左侧起逐排编号。过道、坏桌填在这里，如 3，17-18。"),
    )


class MomentField(forms.DateTimeField):
    """A local date and time, by the browser's own picker."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]

    def prepare_value(self, value):
        return timezone.localtime(value) if hasattr(value, "tzinfo") and value.tzinfo else value


class RoomsField(ManyField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, room: Room):
        return _("%(site)s %(room)s（%(seats)s座）") % {"site": room.site.name, "room": room.name, "seats": room.seats}


class BatchForm(ActForm):
    opens_at = MomentField(label=_("开考时间"))
    closes_at = MomentField(label=_("结束时间"))
    rooms = RoomsField(label=_("考场"), queryset=Room.objects.none(), error_messages={"required": _("请选择考场。")})

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rooms"].queryset = room_choices()

    def clean_rooms(self):
        return sorted(self.cleaned_data["rooms"], key=room_order)


class AssignForm(ActForm):
    """How everybody is seated. ``again`` is offered only where somebody sits already and the sitting is not open."""

    again = forms.TypedChoiceField(
        label=_("范围"),
        choices=[("", _("只排未排座的考生，其余不动")), ("1", _("全部重新排座，原座位作废"))],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )
    fill = forms.ChoiceField(
        label=_("考场使用"),
        choices=[(Fill.EVEN.value, _("各考场人数均衡")), (Fill.ONE.value, _("排满一个考场再用下一个"))],
        initial=Fill.EVEN.value,
        widget=forms.RadioSelect,
        help_text=_("同一单位的人员前后左右不相邻；确实排不开的，会告知还有几处相邻。"),
    )

    def __init__(self, *args, may_again: bool, may_choose: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_again:
            del self.fields["again"]
        if not may_choose:
            del self.fields["fill"]


class MoveForm(ActForm):
    """A place for one candidate: a room of a batch, and a number there or the best free one."""

    place = forms.ChoiceField(label=_("批次和考场"))
    number = forms.IntegerField(
        label=_("座位号"), min_value=1, max_value=MOST * MOST, required=False, help_text=_("留空：自动选择空座。")
    )
    swap = forms.BooleanField(label=_("座位有人时，与其互换"), required=False)

    def __init__(self, *args, batches: list[tuple[Batch, list[RoomFill]]], swap: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = {f"{fill.batch.pk}-{fill.room.pk}": fill for _batch, fills in batches for fill in fills}
        self.fields["place"].choices = [
            (
                key,
                _("第%(batch)s批 %(room)s（空%(free)s座）")
                % {"batch": fill.batch.number, "room": fill.room.name, "free": fill.free},
            )
            for key, fill in self.places.items()
        ]
        if not swap:
            del self.fields["swap"]

    def values(self):
        fill = self.places[self.cleaned_data["place"]]
        return {
            "batch": fill.batch,
            "room": fill.room,
            "number": self.cleaned_data["number"],
            "swap": self.cleaned_data.get("swap", False),
        }


class PlanMoveForm(ActForm):
    """On the seat plan: one of the people here, and another seat here; a taken one is named and means to exchange."""

    person = forms.ChoiceField(label=_("考生"))
    seat = forms.ChoiceField(label=_("移到"))

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        cells = [cell for row in plan for cell in row]
        self.people: dict[str, Registration] = {}
        for cell in cells:
            if cell.registration:
                self.people[str(cell.registration.pk)] = cell.registration
        taken = [cell for cell in cells if cell.registration]
        self.fields["person"].choices = [
            (str(cell.registration.pk), f"{cell.number} {cell.registration.person.name}") for cell in taken
        ]
        self.fields["seat"].choices = [
            (_("空座"), [(f"{cell.number}", cell.number) for cell in cells if cell.usable and not cell.registration]),
            (
                _("互换"),
                [
                    (f"{cell.number}x", f"{cell.number} {cell.registration.person.name}")
                    for cell in taken
                    if cell.usable
                ],
            ),
        ]

    def values(self):
        chosen = self.cleaned_data["seat"]
        return {
            "registration": self.people[self.cleaned_data["person"]],
            "number": int(chosen.removesuffix("x")),
            "swap": chosen.endswith("x"),
        }
