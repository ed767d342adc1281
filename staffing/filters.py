"""Allow-listed filters of the people list (django-filter): nothing of a request reaches the database but through
these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from portal import crypto
from portal.masks import mask_id
from staffing.models import (
    Category,
    EstablishmentType,
    Gender,
    Leave,
    Person,
    PostingKind,
    QualificationKind,
    QualificationState,
    QualificationStatus,
    Unit,
)
from staffing.models.dated import holds
from staffing.models.postings import DEPLOYED_KINDS
from staffing.queries import people_list
from staffing.queries.people_list import matching
from staffing.queries.people_of import hours_keys
from staffing.queries.policies import policy_for
from staffing.rules.certificates import add_months
from staffing.rules.params import Params

STATES = [
    ("", gettext_lazy("在册（含借出）")),
    ("base", gettext_lazy("在岗")),
    ("posted", gettext_lazy("下派中")),
    ("away", gettext_lazy("借出中")),
    ("leave", gettext_lazy("请假中")),
    ("left", gettext_lazy("已离队")),
]
CERTIFICATES = [
    ("in_force", gettext_lazy("有效")),
    ("expiring", ""),  # Named by the policy's days.
    ("expired", gettext_lazy("已过期")),
    ("suspended", gettext_lazy("暂扣")),
    ("none", gettext_lazy("无有效证件")),
]
QUALIFICATIONS = [
    ("legal", gettext_lazy("法律职业资格")),
    ("reviewer", gettext_lazy("法制审核人员")),
    ("gov_lawyer", gettext_lazy("公职律师")),
    ("no_legal", gettext_lazy("无法律职业资格")),
]
# Upper ends of the age bands of domain §2.8; 56 stands for "56 and over".
AGES = [
    ("30", gettext_lazy("30岁及以下")),
    ("35", gettext_lazy("31—35岁")),
    ("40", gettext_lazy("36—40岁")),
    ("45", gettext_lazy("41—45岁")),
    ("50", gettext_lazy("46—50岁")),
    ("55", gettext_lazy("51—55岁")),
    ("56", gettext_lazy("56岁及以上")),
]
# Stored as rosters write them; the filter names them in the reader's language.
LEVELS = [
    (level, gettext_lazy(level))
    for level in (
        gettext_noop("博士研究生"),
        gettext_noop("硕士研究生"),
        gettext_noop("大学本科"),
        gettext_noop("大学专科"),
        gettext_noop("中专"),
        gettext_noop("高中"),
        gettext_noop("初中"),
        gettext_noop("小学"),
    )
]
HOURS = [
    ("met", gettext_lazy("学时达标")),
    ("short", gettext_lazy("学时未达标")),
]
SORTS = [
    ("", gettext_lazy("按单位")),
    ("staff_no", gettext_lazy("按工号")),
    ("name", gettext_lazy("按姓名")),
    ("birth", gettext_lazy("按年龄从大到小")),
]
ORDER = {
    "": ("home__unit__path", "staff_no"),
    "staff_no": ("staff_no",),
    "name": ("name", "staff_no"),
    "birth": ("birth_date", "staff_no"),
}
MORE = ("hours", "kind", "est", "sex", "age", "edu", "first_edu", "law", "sort")
PRIVATE = ("edu", "first_edu")
# An attempt at an ID number: too long for a staff or certificate number, digits (and a last X) only.
_ID_LIKE = re.compile(r"[0-9]{14,20}[Xx]?")


def id_in(text: str) -> str | None:
    """The full ID number that ``text`` is, or None when it is something else.

    Raises ValidationError when it looks like one but has not 18 characters: part of a number is never searched for.
    """
    compact = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    if not _ID_LIKE.fullmatch(compact):
        return None
    if len(compact) != 18:
        raise ValidationError(_("证件号应为18位，现为%(n)s位。") % {"n": len(compact)})
    return compact


class SearchField(forms.CharField):
    def clean(self, value):
        text = super().clean(value).strip()
        id_in(text)
        return text


class SearchFilter(django_filters.CharFilter):
    field_class = SearchField


def _years_before(day: date, years: int) -> date:
    return add_months(day, -12 * years)


class PeopleFilter(django_filters.FilterSet):
    """Filters over ``people_list.matching``. ``day`` is the day asked about, ``months`` the life of a certificate.

    ``private``: the viewer may filter by education (restricted by domain §5). ``soon`` days count as expiring.
    """

    # The keyed hash of a full ID number: the number itself never stands in an address (ux.md principle 6).
    key = django_filters.CharFilter(field_name="id_index", label=gettext_lazy("完整身份证号"), max_length=64)
    q = SearchFilter(method="by_words", label=gettext_lazy("姓名、工号或完整身份证号"), max_length=50)
    category = django_filters.ChoiceFilter(field_name="home__category", choices=Category, label=gettext_lazy("类别"))
    state = django_filters.ChoiceFilter(
        method="by_state", choices=STATES[1:], label=gettext_lazy("在岗情况"), empty_label=STATES[0][1]
    )
    cert = django_filters.ChoiceFilter(method="by_certificate", choices=CERTIFICATES, label=gettext_lazy("行政执法证"))
    qual = django_filters.ChoiceFilter(method="by_qualification", choices=QUALIFICATIONS, label=gettext_lazy("资格"))
    hours = django_filters.ChoiceFilter(method="by_hours", choices=HOURS, label=gettext_lazy("年度学时"))
    kind = django_filters.ChoiceFilter(method="by_posting", choices=PostingKind, label=gettext_lazy("派驻借调形式"))
    est = django_filters.ChoiceFilter(
        field_name="home__establishment_type", choices=EstablishmentType, label=gettext_lazy("编制性质")
    )
    sex = django_filters.ChoiceFilter(field_name="gender", choices=Gender, label=gettext_lazy("性别"))
    age = django_filters.ChoiceFilter(method="by_age", choices=AGES, label=gettext_lazy("年龄"))
    edu = django_filters.ChoiceFilter(field_name="education", choices=LEVELS, label=gettext_lazy("最高学历"))
    first_edu = django_filters.ChoiceFilter(
        field_name="first_education", choices=LEVELS, label=gettext_lazy("第一学历")
    )
    law = django_filters.ChoiceFilter(
        method="by_law", choices=[("1", gettext_lazy("法学专业"))], label=gettext_lazy("所学专业")
    )
    sort = django_filters.ChoiceFilter(
        method="by_order", choices=SORTS[1:], label=gettext_lazy("排列"), empty_label=SORTS[0][1]
    )

    class Meta:
        model = Person
        fields: list[str] = []

    def __init__(self, data, queryset, *, day: date, months: int, private: bool, soon: int = 90):
        self.day, self.months, self.soon = day, months, soon
        super().__init__(data, queryset)
        ending = _("%(n)s日内到期") % {"n": soon}
        self.filters["cert"].extra["choices"] = [(key, label or ending) for key, label in CERTIFICATES]
        if not private:
            for name in PRIVATE:
                self.filters.pop(name)

    @property
    def values(self) -> dict[str, str]:
        """The filters in force, cleaned; nothing else of the query string."""
        if not self.form.is_valid():
            return {}
        return {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")}

    def described(self) -> list[tuple[str, str, str]]:
        """(parameter, label, chosen words) of every filter in force, for chips and for the audit trail (no full ID)."""
        told = []
        for name, value in self.values.items():
            if name == "sort":
                continue
            found = self.form.fields[name]
            words = str(dict(getattr(found, "choices", ())).get(value, value))
            if name == "q" and (number := id_in(value)):
                words = mask_id(number)
            if name == "key":
                words = value[:8]
            told.append((name, str(found.label), words))
        return told

    def ordered(self, people):
        return people.order_by(*ORDER[self.values.get("sort", "")])

    def by_words(self, people, name, value):
        number = id_in(value)
        if number:
            return people.filter(id_index=crypto.blind_index(number))
        # By key, so that the name index is read on its own instead of everybody's membership first.
        named = Person.objects.filter(Q(name__contains=value) | Q(staff_no=value)).values("pk")
        return people.filter(pk__in=named)

    def by_state(self, people, name, value):
        on_leave = Leave.objects.filter(holds(self.day)).values("person")
        match value:
            case "posted":
                return people.filter(deployed__isnull=False, away__isnull=True)
            case "away":
                return people.filter(away__isnull=False)
            case "leave":
                return people.filter(pk__in=on_leave)
            case "base":
                return people.exclude(pk__in=on_leave).filter(away__isnull=True)
        return people

    def _holders(self, kind, state=QualificationState.VALID, lasting: date | None = None):
        """Keys of people holding a qualification of ``kind`` in ``state`` on the day, reaching ``lasting`` when given.

        A certificate reaches a day by its stated end, else by its issue + months − 1 day, else by its state (domain
        §2.3).
        """
        rows = QualificationStatus.objects.filter(holds(self.day), state=state, qualification__kind=kind)
        if lasting:
            rows = rows.filter(
                Q(qualification__valid_until__gte=lasting)
                | Q(
                    qualification__valid_until__isnull=True,
                    qualification__issued__gt=add_months(lasting, -self.months),
                )
                | Q(qualification__valid_until__isnull=True, qualification__issued__isnull=True),
            ).exclude(qualification__issued__gt=self.day)
        return rows.values("qualification__person")

    def by_certificate(self, people, name, value):
        kind = QualificationKind.ENFORCE
        current = self._holders(kind, lasting=self.day)
        suspended = self._holders(kind, QualificationState.SUSPENDED)
        match value:
            case "in_force":
                return people.filter(pk__in=current)
            case "expiring":
                later = self._holders(kind, lasting=self.day + timedelta(days=self.soon + 1))
                return people.filter(pk__in=current).exclude(pk__in=later)
            case "suspended":
                return people.filter(pk__in=suspended).exclude(pk__in=current)
            case "expired":
                past = QualificationStatus.objects.filter(
                    holds(self.day),
                    state__in=[QualificationState.VALID, QualificationState.EXPIRED],
                    qualification__kind=kind,
                ).exclude(qualification__valid_until__isnull=True, qualification__issued__isnull=True)
                return people.filter(pk__in=past.values("qualification__person")).exclude(
                    Q(pk__in=current) | Q(pk__in=suspended)
                )
        return people.exclude(pk__in=current)

    def by_qualification(self, people, name, value):
        if value == "no_legal":
            return people.exclude(pk__in=self._holders(QualificationKind.LEGAL))
        return people.filter(pk__in=self._holders(value))

    def by_posting(self, people, name, value):
        return people.filter(**{"deployed__kind" if value in DEPLOYED_KINDS else "away__kind": value})

    def by_hours(self, people, name, value):
        # Whether somebody met the target is reckoned, not stored: PeopleList.roll sorts it out.
        return people

    def by_age(self, people, name, value):
        top = int(value)
        lower = {30: None, 56: 56}.get(top, top - 4)
        if lower:
            people = people.filter(birth_date__lte=_years_before(self.day, lower))
        if top < 56:
            people = people.filter(birth_date__gt=_years_before(self.day, top + 1))
        return people

    def by_law(self, people, name, value):
        return people.filter(is_law_major=True)

    def by_order(self, people, name, value):
        return people


@dataclass
class PeopleList:
    """A people list as somebody asked for it: the page, its counts and its exports all read this one object."""

    day: date
    today: date
    unit: Unit | None
    policy: Params
    filter: PeopleFilter
    people: QuerySet[Person]
    private: bool = False

    def roll(self) -> Sequence[int]:
        """Keys of everybody on the list, in its order."""
        chosen = self.filter.values.get("hours")
        return people_list.roll(self.people, hours_keys(self.day, self.unit, met=chosen == "met") if chosen else None)

    def _query(self, values: dict[str, str]) -> str:
        kept = {"unit": self.unit.code if self.unit else "", "as_of": "" if self.day == self.today else str(self.day)}
        return urlencode({name: value for name, value in {**kept, **values}.items() if value})

    @property
    def query(self) -> str:
        """The list's own query string, cleaned: unit, day and filters, nothing else."""
        return self._query(self.filter.values)

    def without(self, name: str) -> str:
        """The query string of the same list with one filter fewer."""
        return self._query({key: value for key, value in self.filter.values.items() if key != name})

    @property
    def words(self) -> str:
        """The list in words: unit, day, filters. Heads the export and stands in the audit trail."""
        parts = [self.unit.name if self.unit else _("全部单位"), _("截至%(day)s") % {"day": self.day.isoformat()}]
        parts += [
            label if name == "key" else _("%(label)s：%(words)s") % {"label": label, "words": words}
            for name, label, words in self.filter.described()
        ]
        return _("；").join(parts)


def people_asked(scope, *, day: date, today: date, unit: Unit | None, data, private: bool) -> PeopleList:
    """Unit, day and filters of ``data`` over the people inside ``scope``; nobody when a filter is not valid."""
    policy = policy_for(day, unit)
    people = matching(scope, day, unit=unit, left=data.get("state") == "left")
    chosen = PeopleFilter(
        data,
        people,
        day=day,
        months=policy.certificate_months,
        private=private,
        soon=policy.certificate_alerts[0],
    )
    people = chosen.ordered(chosen.qs) if chosen.form.is_valid() else Person.objects.none()
    return PeopleList(day, today, unit, policy, chosen, people, private)
