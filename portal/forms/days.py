"""Days typed into forms: such as calculations with months and time zones can bear."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

FIRST, LAST = date(1900, 1, 1), date(2150, 12, 31)


class DateInput(forms.DateInput):
    """The browser's own date picker; the value always in ISO form, as it asks for."""

    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class DayField(forms.DateField):
    """A date between FIRST and LAST; any other is refused in the words for what is no date."""

    def to_python(self, value):
        day = super().to_python(value)
        if day is not None and not FIRST <= day <= LAST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day
