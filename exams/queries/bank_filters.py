"""Allow-listed filters of the question list (django-filter): nothing of a request reaches the database but these."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlencode

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from exams.models import Difficulty, Question, QuestionKind, QuestionState, QuestionVersion, Topic

HELD, RETURNED = "held", "returned"
STATES = [*QuestionState.choices, (HELD, _("暂停组卷")), (RETURNED, _("审题退回"))]


class BankFilter(django_filters.FilterSet):
    """Filters over questions of one bank. ``topics``: [(key, indented name)], ``laws``: [(key, name)]."""

    q = django_filters.CharFilter(method="by_words", label=_("题干、材料或选项中的文字，或题号"), max_length=60)
    kind = django_filters.ChoiceFilter(field_name="current__kind", choices=QuestionKind, label=_("题型"))
    difficulty = django_filters.ChoiceFilter(field_name="current__difficulty", choices=Difficulty, label=_("难度"))
    topic = django_filters.ChoiceFilter(method="by_topic", choices=[], label=_("知识点"))
    law = django_filters.ChoiceFilter(method="by_law", choices=[], label=_("法律法规"))
    state = django_filters.ChoiceFilter(method="by_state", choices=STATES, label=_("状态"))

    class Meta:
        model = Question
        fields: list[str] = []

    def __init__(self, data, queryset, *, topics=(), laws=()):
        super().__init__(data, queryset)
        self.filters["topic"].extra["choices"] = [(str(pk), name) for pk, name in topics]
        self.filters["law"].extra["choices"] = [(str(pk), name) for pk, name in laws]

    @property
    def values(self) -> dict[str, str]:
        """The filters in force, cleaned; nothing else of the query string."""
        if not self.form.is_valid():
            return {}
        return {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")}

    def query(self, **changed) -> str:
        """The filters in force as a query string, with changes; a None takes one off."""
        values = {**self.values, **changed}
        return urlencode({name: value for name, value in values.items() if value not in (None, "")})

    def by_words(self, questions: QuerySet, name, value):
        text = unicodedata.normalize("NFKC", value).strip().lower()
        if not text:
            return questions
        # By key, so that the joined rows are not scanned twice.
        found = QuestionVersion.objects.filter(
            Q(search__contains=text) | Q(stem__icontains=text) | Q(material__icontains=text)
        )
        wanted = Q(current__in=found.values("pk"))
        if text.isdecimal() and len(text) < 8:
            wanted |= Q(number=int(text))
        return questions.filter(wanted)

    def by_topic(self, questions, name, value):
        path = Topic.objects.filter(pk=int(value)).values_list("path", flat=True).first()
        return questions.filter(current__topic__path__startswith=path) if path else questions.none()

    def by_law(self, questions, name, value):
        cited = QuestionVersion.articles.through.objects.filter(article__law=int(value))
        return questions.filter(current__in=cited.values("questionversion"))

    def by_state(self, questions, name, value):
        if value == HELD:
            return questions.exclude(held="")
        if value == RETURNED:
            return questions.filter(state=QuestionState.DRAFT).exclude(returned="")
        return questions.filter(state=value)
