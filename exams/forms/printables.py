"""What to print, and the number of a certificate to be checked."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.actions.printables import KINDS, Wanted
from exams.forms.rooms import ActForm
from exams.queries.printables import RoomPaper


class PrintForm(ActForm):
    kind = forms.ChoiceField(label=_("材料"), choices=list(KINDS.items()), widget=forms.RadioSelect, initial="tickets")
    place = forms.ChoiceField(
        label=_("范围"), required=False, help_text=_("签到表、座位图、门贴、考场情况记录表每考场每批次一份。")
    )
    scores = forms.BooleanField(label=_("合格证明上写明成绩"), required=False)

    def __init__(self, *args, rooms: list[RoomPaper], sitting, **kwargs):
        super().__init__(*args, **kwargs)
        self.sitting = sitting
        self.rooms = {f"{paper.batch.number}-{paper.room.pk}": paper for paper in rooms}
        batches = sorted({paper.batch.number for paper in rooms})
        self.fields["place"].choices = [
            ("", _("全部")),
            *((str(number), _("第%(n)s批") % {"n": number}) for number in batches),
            *(
                (key, _("第%(n)s批 %(room)s") % {"n": paper.batch.number, "room": paper.room.name})
                for key, paper in self.rooms.items()
            ),
        ]

    def values(self):
        place = self.cleaned_data["place"]
        paper = self.rooms.get(place)
        return {
            "wanted": Wanted(
                sitting=self.sitting.code,
                kind=self.cleaned_data["kind"],
                batch=paper.batch.number if paper else int(place) if place else None,
                room=paper.room.pk if paper else None,
                scores=self.cleaned_data["scores"],
            )
        }


class VerifyForm(forms.Form):
    code = forms.CharField(
        label=_("证书编号"),
        max_length=200,
        strip=True,
        help_text=_("形如 HG7K-3M2P-9QXT-C，大小写、横线和空格不限。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("请输入证书编号或扫码。")},
    )

    def clean_code(self):
        """A pasted address of the check counts as the number at its end."""
        code = self.cleaned_data["code"]
        return code.rstrip("/").rpartition("/")[2] if "/verify/" in code else code
