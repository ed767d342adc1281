"""Search within the list behind a figure."""

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.models import Person
from staffing.queries.people_of import People


class ListFilter(forms.Form):
    """``q``: part of a name, or a staff number."""

    q = forms.CharField(
        label=_("姓名或工号"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("姓名或工号")}),
    )

    def narrow(self, people: People) -> People:
        """The people whose name or staff number fits; all of them without a search."""
        text = self.cleaned_data.get("q", "").strip() if self.is_valid() else ""
        if not text:
            return people
        named = Person.objects.filter(name__icontains=text) | Person.objects.filter(staff_no=text)
        return people.keep(named.values_list("id", flat=True))
