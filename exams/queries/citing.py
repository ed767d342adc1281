"""What the law library's article page says of questions. Importing this module registers it (exams.apps does)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from exams.models import Question, QuestionState
from portal.access import access_of
from portal.law import hooks
from portal.ui import Link

MOST = 8


def citing(article):
    """Questions (not retired) whose current version cites ``article``."""
    rows = Question.objects.filter(current__articles=article).exclude(state=QuestionState.RETIRED)
    return rows.select_related("bank", "current").order_by("bank__code", "number")


@hooks.cited_by
def questions_citing(request, article) -> hooks.Citing | None:
    """For roles that may see the bank: how many questions cite the article, the first few, and which of them wait."""
    if not access_of(request).can("bank.view"):
        return None
    rows = list(citing(article)[: MOST + 1])
    total = len(rows) if len(rows) <= MOST else citing(article).count()
    links = tuple(Link(_line(row), reverse("exams:question", args=[row.pk])) for row in rows[:MOST])
    title = _("引用本条的试题")
    return hooks.Citing(title, total, links, empty=_("没有试题引用本条。"))


def _line(row: Question) -> str:
    stem = row.current.stem if len(row.current.stem) <= 40 else f"{row.current.stem[:40]}…"
    told = {"bank": row.bank.name, "n": row.number, "stem": stem}
    text = _("%(bank)s 第%(n)s题（待确认）：%(stem)s") if row.held else _("%(bank)s 第%(n)s题：%(stem)s")
    return text % told
