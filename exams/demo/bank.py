"""The banks and papers of the demonstration, from the spreadsheets in ``data``."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from exams.actions import bank as banks
from exams.actions import papers, question_imports
from exams.models import Bank, Paper, Topic
from exams.queries import question_plan
from exams.rules.blueprint import QuotaSpec, SectionSpec

DATA = Path(__file__).parent / "data"


def bank_and_papers(*, actor, now) -> tuple[Paper, Paper]:
    """Import both banks at ``now``, make the papers five days later; the long and the short one of the sittings."""
    bank = _import(actor, now, "zige", "资格考试题库", "行政处罚法、行政强制法；仅供考试", "exam", exam_only=True)
    exercises = _import(actor, now, "lianxi", "练习题库", "行政处罚法、行政强制法；供练习和模拟考试", "practice")
    hearing = Topic.objects.filter(name="听证").first()
    blueprint = [
        ("单选题", "single", 25, 2, [(None, "medium", 8)]),
        ("多选题", "multiple", 10, 2, [(hearing, "", 1)] if hearing else []),
        ("判断题", "judge", 10, 1, []),
        ("案例分析题", "case", 5, 4, []),
    ]
    # The mock exam has no written answers: nobody marks them.
    mock = [*blueprint[:3], ("判断题（二）", "judge", 10, 2, [])]
    quick = [("单选题", "single", 10, 5, []), ("判断题", "judge", 10, 5, [])]
    given = {"actor": actor, "now": now + timedelta(days=5)}
    long = _paper("gonggong-50", "公共法律知识（50题）", blueprint, banks=[bank], minutes=90, **given)
    short = _paper("lianbing-20", "岗前练兵（20题）", quick, banks=[bank], minutes=30, **given)
    _paper("moni-55", "公共法律知识模拟卷（55题）", mock, banks=[exercises], minutes=90, for_practice=True, **given)
    return long, short


def _import(actor, now, code, name, note, file, **fields) -> Bank:
    bank = banks.create_bank(actor=actor, now=now, code=code, name=name, note=note, **fields)
    path = DATA / f"questions_{file}.csv"
    question_imports.import_file(
        actor=actor,
        now=now,
        bank=bank,
        path=str(path),
        reading=question_plan.read_file(path, path.name),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        activate=True,
        reason="已由法制机构逐题审定",
    )
    return bank


def _paper(code, title, blueprint, *, actor, now, **fields) -> Paper:
    paper = papers.create_paper(actor=actor, now=now, code=code, title=title, **fields)
    sections = [
        SectionSpec(
            name,
            kind,
            count,
            Decimal(marks),
            tuple(QuotaSpec(topic and topic.pk, difficulty, n) for topic, difficulty, n in quotas),
        )
        for name, kind, count, marks, quotas in blueprint
    ]
    papers.save_sections(actor=actor, now=now, paper=paper, sections=sections)
    papers.mark_ready(actor=actor, now=now, paper=paper)
    return paper
