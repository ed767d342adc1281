"""The anonymisation check of a case: what its text holds, and what an editor has confirmed of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.rich_text import get_text_for_indexing

from courses.models import CasePage
from courses.rules import anonymise
from courses.rules.anonymise import Finding
from staffing.models import Person, Unit, UnitKind

# A kind: what it is called, and what to do about it.
WORDS = {
    anonymise.ID: (gettext_lazy("身份证号"), gettext_lazy("删去")),
    anonymise.COMPANY: (gettext_lazy("企业名称或信用代码"), gettext_lazy("改为“甲公司”")),
    anonymise.MOBILE: (gettext_lazy("手机号码"), gettext_lazy("删去")),
    anonymise.PHONE: (gettext_lazy("固定电话"), gettext_lazy("删去")),
    anonymise.ACCOUNT: (gettext_lazy("银行账号"), gettext_lazy("删去")),
    anonymise.PLATE: (gettext_lazy("车牌号"), gettext_lazy("改为“浙A×××××”或“甲车”")),
    anonymise.DOCUMENT: (gettext_lazy("文号或案号"), gettext_lazy("改为“〔某年〕某号”")),
    anonymise.ADDRESS: (gettext_lazy("地址"), gettext_lazy("改为“某路某号”")),
    anonymise.PLACE: (gettext_lazy("本地单位或地名"), gettext_lazy("改为“乙镇”“某执法队”")),
    anonymise.NAME: (gettext_lazy("人名"), gettext_lazy("改为“张某”")),
}
PLACES = [UnitKind.COUNTY, UnitKind.BUREAU, UnitKind.DEPARTMENT, UnitKind.TOWN, UnitKind.SQUAD]


@dataclass(frozen=True)
class Line:
    """A finding in words; ``confirmed``: an editor said that it tells nothing about a real person or firm."""

    finding: Finding
    kind: str
    advice: str
    confirmed: bool


@dataclass(frozen=True)
class Report:
    """``digest`` names exactly the text that was read; ``checked``: what is stored with the page about this text."""

    digest: str
    lines: list[Line] = field(default_factory=list)
    checked: dict = field(default_factory=dict)
    stale: bool = False

    @property
    def open(self) -> list[Line]:
        """What nobody has confirmed for this very text."""
        return [line for line in self.lines if not line.confirmed]

    @property
    def clear(self) -> bool:
        return not self.open


def draft_of(pk: int) -> CasePage | None:
    """The case as it would be published: its newest revision, or the row when there is none. Two queries."""
    page = CasePage.objects.filter(pk=pk).first()
    return page and page.get_latest_revision_as_object()


def _html(value) -> str:
    return get_text_for_indexing(getattr(value, "source", value) or "")


def _step_text(step) -> str:
    value = step.value
    if step.block_type == "judgement":
        options = [one["text"] for one in value["choices"]]
        return "\n".join([value["question"], *options, value["basis"]])
    if step.block_type == "evidence":
        return "\n".join(" ".join(filter(None, (one["name"], one["count"], one["proves"]))) for one in value["items"])
    return _html(value["text"])


def texts_of(page: CasePage) -> dict[str, str]:
    """Everything of the page that readers or search engines see, by where it stands. Not: who compiled it."""
    texts = {
        _("标题"): page.title,
        _("提要"): page.summary,
        _("争点"): page.issue,
        _("适用"): page.audience,
        _("搜索标题与描述"): " ".join(filter(None, (page.seo_title, page.search_description))),
    }
    for n, event in enumerate(page.events.all(), 1):
        texts[_("程序节点%(n)s") % {"n": n}] = " ".join(filter(None, (event.name, event.detail)))
    for n, step in enumerate(page.steps, 1):
        heading = step.value["heading"]
        texts[_("第%(n)s步 %(heading)s") % {"n": n, "heading": heading}] = f"{heading}\n{_step_text(step)}"
    return texts


def local_names() -> tuple[set[str], set[str]]:
    """(names of everybody on the roster, names of units and towns here). Two queries."""
    places = set()
    for name, short in Unit.objects.filter(kind__in=PLACES).values_list("name", "short_name"):
        places.update((name, short))
    return set(Person.objects.values_list("name", flat=True)), places - {""}


def report_of(page: CasePage) -> Report:
    """The check of ``page`` as it is in memory. Two queries."""
    texts = texts_of(page)
    # Labels are in the reader's language; the text itself is what a confirmation holds for.
    digest = anonymise.digest({str(n): text for n, text in enumerate(texts.values())})
    checked = page.checked or {}
    current = checked.get("digest") == digest
    confirmed = set(checked.get("confirmed", ())) if current else set()
    names, places = local_names()
    lines = [
        Line(one, str(WORDS[one.kind][0]), str(WORDS[one.kind][1]), one.key in confirmed)
        for one in anonymise.scan(texts, names, places)
    ]
    return Report(digest, lines, checked if current else {}, stale=bool(checked) and not current)
