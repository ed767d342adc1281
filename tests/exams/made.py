"""A small named bank, paper and sitting for tests, written straight to the tables (actions have tests of their own).

Bank ``law`` (six topics' worth would be too many): two topics, 听证 and 时效; per kind a few questions whose stem
names them: 单选1…4, 多选1…3, 判断1…3, 填空1, 案例1 (one multiple part, one written part, case code AL1).
Right answers: 单选n → A; 多选n → A and C; 判断 odd → A (正确), even → B; 填空1 → 罚款 or 罚金; written → rubric of 6 + 4.
"""

from __future__ import annotations

from datetime import timedelta

from exams.models import (
    AnswerForm,
    Bank,
    Batch,
    Difficulty,
    Paper,
    PaperSection,
    PassCertificate,
    Question,
    QuestionKey,
    QuestionKind,
    QuestionState,
    QuestionVersion,
    Registration,
    Room,
    Seat,
    Site,
    Sitting,
    SittingPaper,
    Topic,
)
from exams.rules.serials import new_serial
from tests.cast import NOW, Cast, make_person

LETTERS = "ABCDEF"


class ExamCast:
    """Bank, paper and sitting by short attribute names; ``questions`` by stem."""

    def __init__(self, cast: Cast):
        self.cast = cast
        self.office = cast.user("exam")
        self.bank = Bank.objects.create(code="law", name="公共法律知识")
        self.hearing = Topic.add_root(name="听证")
        self.limitation = Topic.add_root(name="时效")
        self.questions: dict[str, Question] = {}
        for n in range(1, 5):
            self.choice(f"单选{n}", "A", topic=self.hearing if n % 2 else self.limitation)
        for n in range(1, 4):
            self.choice(f"多选{n}", "AC", kind=QuestionKind.MULTIPLE, difficulty=Difficulty.HARD)
        for n in range(1, 4):
            self.question(
                f"判断{n}",
                QuestionKind.JUDGE,
                AnswerForm.JUDGE,
                ["A" if n % 2 else "B"],
                options=[{"key": "A", "text": "正确"}, {"key": "B", "text": "错误"}],
            )
        self.question("填空1", QuestionKind.BLANK, AnswerForm.BLANK, [["罚款", "罚金"]], blanks=1)
        case = {"case_code": "AL1", "material": "某镇协管员孙某单独上街，对摊贩罚款五十元。"}
        self.choice("案例1甲", "AC", kind=QuestionKind.CASE, form=AnswerForm.MULTIPLE, marks=4, **case)
        self.question(
            "案例1乙",
            QuestionKind.CASE,
            AnswerForm.WRITTEN,
            "参考答案：孙某无执法资格。",
            marks=10,
            rubric=[{"text": "指出无资格", "marks": "6"}, {"text": "指出人数不足", "marks": "4"}],
            **case,
        )
        self.paper = self.make_paper("p1", "公共法律知识卷", {"single": (2, 20), "multiple": (2, 20), "judge": (2, 10)})
        self.sitting = self.make_sitting("s1", "执法资格考试", self.paper)

    def question(self, stem, kind, form, answer, *, options=(), topic=None, rubric=(), state=None, bank=None, **fields):
        """An active question with one version and its key."""
        bank = bank or self.bank
        question = Question.objects.create(
            bank=bank,
            number=Question.objects.filter(bank=bank).count() + 1,
            state=state or QuestionState.ACTIVE,
            fingerprint=f"{bank.code}-{stem}",
            reviewed_by=self.office,
            reviewed_at=NOW,
        )
        version = QuestionVersion.objects.create(
            question=question,
            number=1,
            kind=kind,
            form=form,
            stem=stem,
            options=list(options),
            topic=topic or self.limitation,
            made_by=self.office,
            made_at=NOW,
            **fields,
        )
        QuestionKey.objects.create(version=version, answer=answer, explanation=f"解析{stem}", rubric=list(rubric))
        question.current = version
        question.save(update_fields=["current"])
        self.questions[stem] = question
        return question

    def choice(self, stem, right, *, kind=QuestionKind.SINGLE, form=None, options=4, **fields):
        """A single or multiple choice question: options 甲乙丙丁…, keys A…; ``right`` like "AC"."""
        made = [{"key": LETTERS[n], "text": f"{stem}选项{'甲乙丙丁戊己'[n]}"} for n in range(options)]
        return self.question(stem, kind, form or AnswerForm(str(kind)), list(right), options=made, **fields)

    def make_paper(self, code, title, sections, **fields):
        """A ready blueprint paper: ``sections`` = {kind: (count, marks)}."""
        paper = Paper.objects.create(
            code=code, title=title, state=Paper.State.READY, made_by=self.office, made_at=NOW, **fields
        )
        paper.banks.add(self.bank)
        for position, (kind, (count, marks)) in enumerate(sections.items(), 1):
            PaperSection.objects.create(
                paper=paper,
                position=position,
                title=QuestionKind(kind).label,
                kind=kind,
                count=count,
                marks=marks,
            )
        return paper

    def make_sitting(self, code, title, *papers, **fields):
        """A sitting of the bureau, registering, that begins a day after NOW and lasts a day."""
        values = {
            "unit": self.cast.bureau,
            "state": Sitting.State.REGISTERING,
            "opens_at": NOW + timedelta(days=1),
            "closes_at": NOW + timedelta(days=2),
            "issuer": "示例县综合行政执法局",
            "made_by": self.office,
            "made_at": NOW,
            **fields,
        }
        sitting = Sitting.objects.create(code=code, title=title, **values)
        for position, paper in enumerate(papers, 1):
            SittingPaper.objects.create(
                sitting=sitting, position=position, title=paper.title, paper=paper, minutes=60, pass_mark=60
            )
        return sitting

    def register(self, person, *, sitting=None, state=Registration.State.APPROVED, unit=None, **fields):
        """A registration as the unit would have made it."""
        sitting = sitting or self.sitting
        return Registration.objects.create(
            sitting=sitting,
            person=person,
            unit=unit or person.memberships.latest("start").unit,
            way=Registration.Way.UNIT,
            state=state,
            exam_no=f"{sitting.code}-{person.staff_no}",
            made_by=self.office,
            made_at=NOW,
            **fields,
        )

    def candidate(self, name: str, sequence: int, *, sitting=None, **fields):
        """A new officer of the east squad with an account (username = staff number), registered."""
        person = make_person(name, self.cast.east, sequence, **fields)
        person.user = self.cast.account(person.staff_no, "officer", self.cast.east)
        person.save(update_fields=["user"])
        self.register(person, sitting=sitting)
        return person

    def seat_and_certify(self, person):
        """``person`` on seat 1 of a 2 × 3 room in the only batch, with a valid certificate: (batch, room, certificate)."""
        registration = self.register(person)
        site = Site.objects.create(name="县委党校")
        room = Room.objects.create(site=site, name="第1考场", rows=2, columns=3)
        times = {"opens_at": self.sitting.opens_at, "closes_at": self.sitting.closes_at}
        batch = Batch.objects.create(sitting=self.sitting, number=1, **times)
        batch.rooms.add(room)
        Seat.objects.create(registration=registration, batch=batch, room=room, number=1)
        certificate = PassCertificate.objects.create(
            serial=new_serial(),
            registration=registration,
            person=person,
            title=self.sitting.title,
            issuer=self.sitting.issuer,
            issued_on=NOW.date(),
        )
        return batch, room, certificate
