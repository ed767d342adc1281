"""What can be asked of the search page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.queries import study
from courses.queries.search import LAW, Query, years
from portal.law.models import Article


class SearchForm(forms.Form):
    """Words, a kind, a year, and the article that the pages cite."""

    q = forms.CharField(label=_("搜索"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("内容"), required=False, widget=forms.HiddenInput)
    year = forms.TypedChoiceField(label=_("年度"), coerce=int, empty_value=None, required=False)
    article = forms.ModelChoiceField(
        Article.objects.select_related("law"), label=_("引用法条"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [(kind, label) for kind, (label, _models) in study.KINDS.items()]
        self.fields["kind"].choices = [("", _("全部")), *kinds, (LAW, _("法条"))]
        self.fields["year"].choices = [("", _("全部年度")), *((str(year), str(year)) for year in years())]
        self.fields["q"].widget.attrs |= {"type": "search", "placeholder": _("如：听证、行政处罚法第六十三条")}

    def query(self) -> Query:
        """The query; of a form with mistakes what is right of it."""
        data = self.cleaned_data
        return Query(data.get("q", ""), data.get("kind", ""), data.get("year"), data.get("article"))
