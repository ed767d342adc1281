"""A sitting that has been sat and marked, with one question whose key is in doubt."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from exams.actions import challenges, marking, papers
from exams.actions.standing import finalise
from exams.models import Attempt, Entry, Sitting
from exams.rules.papers import draw
from tests.cast import NOW

LATER = NOW + timedelta(days=3)


class Disputed:
    """A closed sitting: everybody answered the single questions with ``letters``, the rest rightly."""

    def __init__(self, exam, letters):
        self.exam, self.given = exam, {"actor": exam.office, "now": LATER}
        paper = exam.make_paper("x1", "分析卷", {"single": (4, 5), "judge": (3, 1)}, shuffle_items=False)
        self.sitting = exam.make_sitting("sx", "分析考试", paper)
        self.paper = self.sitting.papers.get()
        self.paper.frozen = papers.freeze(actor=exam.office, now=NOW, paper=paper)
        self.paper.pass_mark = Decimal(20)
        self.paper.save()
        Sitting.objects.filter(pk=self.sitting.pk).update(state=Sitting.State.CLOSED)
        self.sitting.refresh_from_db()
        self.attempts = [self.sit(n, letter) for n, letter in enumerate(letters)]
        marking.mark_closed(now=LATER, sitting=self.sitting)
        finalise(Entry.objects.values_list("pk", flat=True))

    def sit(self, n, letter):
        person = self.exam.candidate(f"考生{n:02d}", 200 + 2 * n, sitting=self.sitting)
        entry = Entry.objects.create(registration=self.sitting.registrations.get(person=person), paper=self.paper)
        layout = draw(self.paper.frozen.body, n)
        answers = {}
        for at, item in enumerate(layout):
            stem = self.stems[item["v"]]
            right = "A" if not stem.startswith("判断") or int(stem[-1]) % 2 else "B"
            # Question 单选1 is the one in dispute; the first candidates are right in everything else.
            wrong = stem != "单选1" and n >= 12 and at % 2
            answers[str(at)] = {"a": [letter if stem == "单选1" else "C" if wrong and stem[0] == "单" else right]}
        return Attempt.objects.create(
            entry=entry,
            sitting=self.sitting,
            user=person.user,
            frozen=self.paper.frozen,
            seed=n,
            secret="s" * 43,
            layout=layout,
            state=Attempt.State.SUBMITTED,
            started_at=NOW,
            deadline=LATER,
            submitted_at=LATER,
            closed_by=Attempt.ClosedBy.CANDIDATE,
            answers=answers,
        )

    @property
    def stems(self):
        return {question.current_id: stem for stem, question in self.exam.questions.items()}

    @property
    def version(self):
        return self.exam.questions["单选1"].current

    def challenge(self, text="选项B也符合新法"):
        return challenges.raise_challenge(**self.given, sitting=self.sitting, version=self.version, text=text)

    def scores(self):
        return list(Entry.objects.filter(paper=self.paper).order_by("pk").values_list("score", flat=True))
