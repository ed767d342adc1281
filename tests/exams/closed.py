"""Sat papers for the tests of marking, results and the archive: written straight to the tables.

The paper holds 单选1 (20), 多选1 (20), 判断2 (20), 填空1 (10), 案例1甲 (10), 案例1乙 (20, written). A perfect candidate
has 80 from the machine and 20 from the markers.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from exams.models import Attempt, Duty, Entry, FrozenPaper, Paper, Registration, Sitting, SittingPaper
from tests.cast import NOW
from tests.exams.made import ExamCast

ITEMS = (("单选1", "20"), ("多选1", "20"), ("判断2", "20"), ("填空1", "10"), ("案例1甲", "10"), ("案例1乙", "20"))
RIGHT = {
    "0": {"a": ["A"]},
    "1": {"a": ["A", "C"]},
    "2": {"a": ["B"]},
    "3": {"a": ["罚款"]},
    "4": {"a": ["A", "C"]},
    "5": {"a": "孙某没有执法资格，也没有两人执法。"},
}
WRITTEN = 5


class SatCast(ExamCast):
    """ExamCast with a closed sitting "c1" of one paper; ``sit`` makes somebody who sat it."""

    def __init__(self, cast):
        super().__init__(cast)
        self.closed = self.make_sitting(
            "c1", "秋季执法资格考试", self.paper, state=Sitting.State.CLOSED, entry_code="1"
        )
        self.part = self.closed.papers.get()
        self.part.frozen = self.freeze(self.paper)
        self.part.save()
        self.count = 100

    def freeze(self, paper, items=ITEMS) -> FrozenPaper:
        sections = [
            {
                "title": f"第{n}部分",
                "kind": "single",
                "marks": marks,
                "count": 1,
                "quotas": [],
                "pool": [self.layout_item(stem, marks) | {"t": None, "d": "medium"}],
            }
            for n, (stem, marks) in enumerate(items, 1)
        ]
        body = {
            "title": paper.title,
            "mode": Paper.Mode.FIXED,
            "multiple_policy": "all",
            "pass_mark": "60",
            "total": "100",
            "minutes": 60,
            "shuffle_items": False,
            "shuffle_options": False,
            "sections": sections,
        }
        text = json.dumps(body, sort_keys=True, ensure_ascii=False)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        return FrozenPaper.objects.get_or_create(paper=paper, sha256=sha256, defaults={"body": body, "frozen_at": NOW})[
            0
        ]

    def layout_item(self, stem, marks) -> dict:
        version = self.questions[stem].current
        return {
            "v": version.pk,
            "s": 0,
            "m": marks,
            "f": version.form,
            "o": [option["key"] for option in version.options],
            "b": version.blanks,
            "c": version.case_code,
        }

    def layout(self, items=ITEMS) -> list[dict]:
        return [self.layout_item(stem, marks) | {"s": n} for n, (stem, marks) in enumerate(items)]

    def person(self, name="", **fields):
        self.count += 1
        return self.candidate(name or f"考生{self.count}", self.count, sitting=self.closed, **fields)

    def sit(self, answers=None, *, part: SittingPaper | None = None, person=None, items=ITEMS, **fields) -> Attempt:
        """A handed-in attempt of a new candidate (or of ``person``); not marked."""
        part = part or self.part
        person = person or self.person()
        registration = Registration.objects.get(sitting=part.sitting, person=person)
        entry, _made = Entry.objects.get_or_create(registration=registration, paper=part)
        values = {
            "state": Attempt.State.SUBMITTED,
            "started_at": NOW,
            "deadline": NOW + timedelta(hours=1),
            "submitted_at": NOW + timedelta(minutes=50),
            "closed_by": Attempt.ClosedBy.CANDIDATE,
            "answers": RIGHT if answers is None else answers,
            **fields,
        }
        return Attempt.objects.create(
            entry=entry,
            sitting=part.sitting,
            user=person.user,
            frozen=part.frozen,
            seed=7,
            secret="s" * 43,
            layout=self.layout(items),
            **values,
        )

    def marker(self, name: str, sitting=None):
        """Somebody on marking duty."""
        user = self.cast.account(name, "marker")
        Duty.objects.create(sitting=sitting or self.closed, user=user, kind=Duty.Kind.MARK)
        return user


def without(item: int) -> dict:
    """All right but one answer."""
    return {key: value for key, value in RIGHT.items() if key != str(item)}


# Objective questions only: nobody waits for markers.
MACHINE = (("单选1", "40"), ("多选1", "30"), ("判断2", "30"))
PASSES = {"0": {"a": ["A"]}, "1": {"a": ["A", "C"]}}
FAILS = {"0": {"a": ["B"]}, "2": {"a": ["B"]}}
