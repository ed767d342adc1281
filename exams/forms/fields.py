"""Form fields that several forms share."""

from __future__ import annotations

from django import forms

# Digits of the longest key a table holds, less one.
LONGEST_KEY = 18


class ManyField(forms.ModelMultipleChoiceField):
    """Several rows by key. A number beyond any key is an invalid choice (the database would break on it)."""

    def clean(self, value):
        for key in value if isinstance(value, (list, tuple)) else ():
            if len(str(key)) > LONGEST_KEY:
                told = {"value": str(key)[:LONGEST_KEY]}
                raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params=told)
        return super().clean(value)
