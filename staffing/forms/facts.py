"""What the forms on facts share: dates, units in tree order, and refusals shown beside their field."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.access import EVERYWHERE, Scope
from portal.forms import days
from staffing.actions.errors import Refused
from staffing.queries import units


class DayField(days.DayField):
    widget = days.DateInput
    default_error_messages = {"invalid": _("请填写日期，如 2026-01-31。")}


class UnitField(forms.ModelChoiceField):
    """A unit of the tree; names are indented by depth."""

    def __init__(self, **kwargs):
        super().__init__(queryset=None, empty_label=kwargs.pop("empty_label", "——"), **kwargs)

    def label_from_instance(self, unit):
        return f"{'　' * (unit.depth - 1)}{unit.name}"


class FactForm(forms.Form):
    """A form whose units are limited to ``scope`` (fields named in ``anywhere`` offer every open unit).

    ``save(act)`` calls the action with the cleaned values and puts a refusal beside the field it is about.
    """

    anywhere: tuple[str, ...] = ()

    def __init__(self, *args, scope: Scope, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.scope, self.day = scope, day
        for name, field in self.fields.items():
            if isinstance(field, UnitField):
                field.queryset = units.choices(EVERYWHERE if name in self.anywhere else scope, day)

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
