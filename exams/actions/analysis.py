"""The item analysis as a workbook: who took it away is noted."""

from __future__ import annotations

import io
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.models import SittingPaper
from exams.queries.analysis import PaperAnalysis
from portal import audit
from portal.sheets.write import OutColumn, OutSheet, write_book

GROUPS = ("n", "upper", "lower")


def _figure(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _items(found: PaperAnalysis) -> list[Sequence]:
    return [
        (
            n,
            row.section,
            row.version.get_form_display(),
            row.version.stem,
            row.version.topic.name if row.version.topic else "",
            row.version.get_difficulty_display(),
            row.worth,
            row.key,
            row.figures.n,
            _figure(row.figures.p),
            _figure(row.figures.discrimination),
            _figure(row.figures.correlation),
            _("；").join(words for _kind, words in row.words),
        )
        for n, row in enumerate(found.rows, 1)
    ]


def _choices(found: PaperAnalysis) -> list[Sequence]:
    return [
        (n, choice.option or _("未作答"), choice.right, *(getattr(choice, group) for group in GROUPS))
        for n, row in enumerate(found.rows, 1)
        for choice in row.figures.choices
    ]


def workbook(*, actor, now, paper: SittingPaper, found: PaperAnalysis) -> bytes:
    """Two sheets, items and choices; holds keys. Audited."""
    figures = found.figures
    words = {"title": paper.sitting.title, "paper": paper.title, "n": figures.candidates}
    words |= {"at": timezone.localtime(now).strftime("%Y-%m-%d %H:%M")}
    words["alpha"] = "—" if figures.alpha is None else f"{figures.alpha:.2f}"
    note = _("%(title)s %(paper)s，%(n)s人，信度α %(alpha)s，截至%(at)s；含答案，按考试秘密管理") % words
    columns = [
        OutColumn(_("序号"), 6),
        OutColumn(_("部分"), 14),
        OutColumn(_("作答方式"), 10),
        OutColumn(_("题干"), 60),
        OutColumn(_("知识点"), 14),
        OutColumn(_("预设难度"), 10),
        OutColumn(_("分值"), 8, text=True),
        OutColumn(_("答案"), 10),
        OutColumn(_("人数"), 8),
        OutColumn(_("难度p"), 8),
        OutColumn(_("区分度D"), 10),
        OutColumn(_("题总相关r"), 10),
        OutColumn(_("关注"), 30),
    ]
    options = [
        OutColumn(_("序号"), 6),
        OutColumn(_("选项"), 10),
        OutColumn(_("正确"), 8),
        OutColumn(_("人数"), 8),
        OutColumn(_("高分组27%"), 12),
        OutColumn(_("低分组27%"), 12),
    ]
    target = io.BytesIO()
    write_book(
        target,
        [
            OutSheet(_("试题分析"), columns, _items(found), note),
            OutSheet(_("选项分布"), options, _choices(found), note),
        ],
    )
    with transaction.atomic():
        audit.record(
            actor=actor,
            now=now,
            action="analysis.exported",
            obj=paper.sitting,
            unit_code=paper.sitting.unit.code,
            paper=paper.position,
            items=len(found.rows),
        )
    return target.getvalue()
