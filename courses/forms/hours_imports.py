"""Choosing a yearly ledger of hours."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

YEARS_BACK = 10


class LedgerForm(forms.Form):
    """A file and the year it is of; ``this_year`` is the latest choice."""

    year = forms.TypedChoiceField(label=_("年度"), coerce=int)
    file = forms.FileField(
        label=_("学时台账"), help_text=_("xlsx、xls 或 csv；表头须有姓名、身份证号和各类学时，一人一行。")
    )

    def __init__(self, *args, this_year: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, year) for year in range(this_year, this_year - YEARS_BACK, -1)]
        self.fields["year"].initial = this_year
