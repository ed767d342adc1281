"""May this sitting open? Every check with its sentence and the page that mends it; red ones keep it shut (ux §6.14)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from exams.delivery.clock import now_of
from exams.models.attempts import Attempt
from exams.models.bank import AnswerForm, Bank, Question, QuestionKind, QuestionState
from exams.models.papers import Paper, PaperItem, PaperSection
from exams.models.rooms import Batch
from exams.models.sittings import Duty, Registration, Sitting
from exams.queries import papers as paper_queries
from exams.queries import rooms, sittings
from exams.rules import addresses
from portal import jobs
from portal.figures import num

GREEN, AMBER, RED = "green", "amber", "red"
# More candidates than this want PostgreSQL: SQLite has one writer (reliability §25).
SQLITE_MOST = 300
MARKERS = 2
# Sentences about rooms in one point.
MOST_TOLD = 3


@dataclass(frozen=True)
class Check:
    """One point: ``state`` green | amber | red; ``url`` with ``act`` lead to where it is mended ("" when nowhere)."""

    key: str
    title: str
    state: str
    text: str
    url: str = ""
    act: str = ""


@dataclass(frozen=True)
class Preflight:
    checks: tuple[Check, ...]

    @property
    def red(self) -> list[Check]:
        return [check for check in self.checks if check.state == RED]

    @property
    def amber(self) -> list[Check]:
        return [check for check in self.checks if check.state == AMBER]

    @property
    def ready(self) -> bool:
        return not self.red


def preflight(sitting: Sitting, *, now) -> Preflight:
    """All checks of ``sitting`` at ``now``. A constant number of queries but for the papers (a few each)."""
    return Preflight(tuple(_Checks(sitting, now).all()))


class _Checks:
    def __init__(self, sitting: Sitting, now):
        self.sitting, self.now = sitting, now
        self.papers = list(sitting.papers.select_related("paper").order_by("position"))
        self.sheets = [row.paper for row in self.papers if row.paper_id]
        self.batches = list(Batch.objects.filter(sitting=sitting).order_by("number"))
        self.numbers = sittings.numbers(sitting)

    def all(self):
        yield self.stage()
        yield from self.paper_checks()
        yield from self.people()
        yield self.rooms()
        if self.sitting.online:
            yield self.invigilators()
            if (markers := self.markers()) is not None:
                yield markers
            yield self.window()
            yield self.door()
            yield self.worker()
            yield self.database()
            if not self.sitting.rehearsal:
                yield self.rehearsed()
        if not self.sitting.rehearsal:
            yield self.issuer()

    def _check(self, key, title, state, text, page="", act="", *args) -> Check:
        url = reverse(f"exams:{page}", args=args or [self.sitting.code]) if page and state != GREEN else ""
        return Check(key, title, state, text, url, act if url else "")

    # --- papers -----------------------------------------------------------------------------------------------------
    def stage(self) -> Check:
        title, state = _("报名"), self.sitting.state
        if state in (Sitting.State.DRAFT, Sitting.State.REGISTERING):
            return self._check("stage", title, RED, _("报名尚未截止。"), "sitting", _("截止报名"))
        if state != Sitting.State.ARRANGED:
            text = _("场次现为“%(state)s”。") % {"state": self.sitting.get_state_display()}
            return self._check("stage", title, RED, text)
        return self._check("stage", title, GREEN, _("报名已截止。"))

    def paper_checks(self):
        title = _("试卷")
        if not self.papers:
            yield self._check("papers", title, RED, _("还没有考试科目。"), "sitting_edit", _("添加科目"))
            return
        for row in self.papers:
            if row.pass_mark > row.total:
                text = _("“%(title)s”合格分%(mark)s高于满分%(total)s。")
                told = {"title": row.title, "mark": num(row.pass_mark), "total": num(row.total)}
                yield self._check("pass_mark", _("合格分"), RED, text % told, "sitting_edit", _("修改"))
        if not self.sitting.online:
            text = _("线下考试%(n)s科，成绩由成绩表导入。") % {"n": len(self.papers)}
            yield self._check("papers", title, GREEN, text)
            return
        for row in self.papers:
            yield self._paper(row)
        yield from self._questions()

    def _paper(self, row) -> Check:
        told = {"title": row.title}
        if row.paper is None:
            text = _("“%(title)s”没有选试卷。") % told
            return self._check("papers", _("试卷"), RED, text, "sitting_edit", _("选试卷"))
        if row.paper.state != Paper.State.READY:
            text = _("“%(title)s”的试卷是%(state)s，不是可用。") % {**told, "state": row.paper.get_state_display()}
            return self._check("papers", _("试卷"), RED, text, "paper", _("查看试卷"), row.paper.code)
        short = paper_queries.shortages(row.paper)
        if short:
            text = _("“%(title)s”题量不足：%(what)s") % {**told, "what": str(_("；")).join(short[:3])}
            return self._check("papers", _("试卷"), RED, text, "paper", _("查看试卷"), row.paper.code)
        total = paper_queries.total(row.paper)
        if total != row.total:
            text = _("“%(title)s”试卷满分%(paper)s，场次登记为%(total)s。")
            text %= {**told, "paper": num(total), "total": num(row.total)}
            return self._check("papers", _("试卷"), RED, text, "sitting_edit", _("修改"))
        told |= {"total": num(row.total), "mark": num(row.pass_mark), "minutes": row.minutes}
        text = _("“%(title)s”题量足够，满分%(total)s，合格%(mark)s，%(minutes)s分钟。") % told
        return self._check("papers", _("试卷"), GREEN, text)

    def _questions(self):
        good = Q(question__state=QuestionState.ACTIVE, question__held="", question__reviewed_by__isnull=False)
        bad = PaperItem.objects.filter(section__paper__in=self.sheets).exclude(good)
        bad = list(bad.values_list("section__paper__title", "section__paper__code").annotate(n=Count("pk")).order_by())
        for name, code, n in bad:
            text = _("“%(title)s”有%(n)s题未审、停用或暂停组卷。") % {"title": name, "n": n}
            yield self._check("questions", _("试题"), RED, text, "paper", _("查看试卷"), code)
        if self.sheets and not bad:
            yield self._check("questions", _("试题"), GREEN, _("试题均已审定、启用。"))
        shared = list(Bank.objects.filter(papers__in=self.sheets, exam_only=False).distinct())
        if shared:
            names = str(_("、")).join(bank.name for bank in shared)
            text = _("题库%(names)s也用于练习，考题可能在练习中出现过。") % {"names": names}
            yield self._check("banks", _("题库"), AMBER, text, "bank", _("查看题库"), shared[0].code)
        elif self.sheets:
            yield self._check("banks", _("题库"), GREEN, _("题库仅供考试。"))

    # --- people -----------------------------------------------------------------------------------------------------
    def people(self):
        n, title = self.numbers, _("考生")
        if not n.approved:
            yield self._check("candidates", title, RED, _("还没有审核通过的考生。"), "register_people", _("报名"))
        elif n.pending:
            text = _("已通过%(approved)s人，还有%(n)s人待审核。") % {"approved": n.approved, "n": n.pending}
            yield self._check("candidates", title, RED, text, "candidates", _("去审核"))
        else:
            text = _("已通过%(n)s人，没有待审核的。") % {"n": n.approved}
            yield self._check("candidates", title, GREEN, text)
        yield self._proposals()
        missing = n.approved - n.numbered
        if missing:
            text = _("%(n)s人没有准考证号，截止报名时编排。") % {"n": missing}
            yield self._check("numbers", _("准考证号"), RED, text, "sitting", _("截止报名"))
        elif n.approved:
            yield self._check("numbers", _("准考证号"), GREEN, _("已全部编号。"))
        if self.sitting.online and n.no_account:
            text = _("%(n)s人没有登录账号，到时不能进入考试。") % {"n": n.no_account}
            yield self._check("accounts", _("账号"), AMBER, text, "candidates", _("查看考生"))
        if not self.sitting.rehearsal and (names := self._concerned()):
            text = _("考生中有本场次的经办、监考或阅卷人员：%(names)s，请回避。") % {"names": str(_("、")).join(names)}
            yield self._check("concerned", _("回避"), AMBER, text, "candidates", _("查看考生"))

    def _concerned(self) -> list[str]:
        """Candidates who made this sitting or have a duty in it."""
        approved = Registration.objects.filter(sitting=self.sitting, state=Registration.State.APPROVED)
        working = Q(person__user__in=Duty.objects.filter(sitting=self.sitting).values("user"))
        working |= Q(person__user__isnull=False, person__user=self.sitting.made_by_id)
        return list(approved.filter(working).order_by("person__staff_no").values_list("person__name", flat=True))

    def _proposals(self) -> Check:
        title, found = _("拟登记弃考"), sittings.proposals(self.sitting)
        lost = sum(1 for proposal in found if proposal.lost)
        if lost:
            text = _("%(n)s人已不符合报考条件，请登记弃考或更正人员信息。") % {"n": lost}
            return self._check("proposals", title, RED, text, "proposals", _("去处理"))
        if found:
            text = _("%(n)s人已换单位，请核对。") % {"n": len(found)}
            return self._check("proposals", title, AMBER, text, "proposals", _("去核对"))
        return self._check("proposals", title, GREEN, _("考生仍都符合条件。"))

    # --- rooms ------------------------------------------------------------------------------------------------------
    def rooms(self) -> Check:
        title = _("座位")
        self.used = {}
        if not self.batches:
            state = GREEN if self.sitting.online else AMBER
            return self._check("seats", title, state, _("未分批次，考生按场次时间参加。"), "rooms", _("编排考场"))
        found = rooms.arrangement(self.sitting)
        fills = [fill for _batch, fills in found.batches for fill in fills]
        self.used = {fill.room.pk: fill.room.name for fill in fills if fill.filled}
        if found.problems:
            act = _("调整座位") if any(fill.problem for fill in fills) else _("编排座位")
            return self._check("seats", title, RED, "".join(found.problems[:MOST_TOLD]), "rooms", act)
        return self._check("seats", title, GREEN, _("%(n)s人已排定座位。") % {"n": found.seated})

    def invigilators(self) -> Check:
        title = _("监考")
        duties = Duty.objects.filter(sitting=self.sitting, kind=Duty.Kind.INVIGILATE)
        rooms_of = list(duties.values_list("room", flat=True))
        if not rooms_of:
            return self._check("invigilators", title, RED, _("还没有安排监考。"), "duties", _("安排监考"))
        bare = [name for pk, name in self.used.items() if pk not in rooms_of]
        if bare and None not in rooms_of:
            text = _("%(rooms)s没有监考。") % {"rooms": str(_("、")).join(bare)}
            return self._check("invigilators", title, RED, text, "duties", _("安排监考"))
        return self._check("invigilators", title, GREEN, _("监考%(n)s人。") % {"n": len(rooms_of)})

    def markers(self) -> Check | None:
        """None when no paper can have a written answer."""
        if not self._has_written():
            return None
        title, n = _("阅卷"), self.numbers.markers
        if n < MARKERS:
            text = _("有主观题，须至少2名阅卷人，现有%(n)s名。") % {"n": n}
            return self._check("markers", title, RED, text, "duties", _("安排阅卷"))
        return self._check("markers", title, GREEN, _("有主观题，阅卷%(n)s人。") % {"n": n})

    def _has_written(self) -> bool:
        fixed = [paper.pk for paper in self.sheets if paper.mode == Paper.Mode.FIXED]
        drawn = [paper.pk for paper in self.sheets if paper.mode == Paper.Mode.BLUEPRINT]
        written = {"current__form": AnswerForm.WRITTEN}
        if (
            fixed
            and PaperItem.objects.filter(section__paper__in=fixed, question__current__form=AnswerForm.WRITTEN).exists()
        ):
            return True
        cases = PaperSection.objects.filter(paper__in=drawn, kind=QuestionKind.CASE)
        banks = Bank.objects.filter(papers__sections__in=cases)
        return bool(drawn) and Question.objects.filter(bank__in=banks, state=QuestionState.ACTIVE, **written).exists()

    # --- the day ----------------------------------------------------------------------------------------------------
    def window(self) -> Check:
        title, needed = _("时间"), sum(row.minutes for row in self.papers)
        clock = now_of(self.sitting, self.now)
        windows = [(batch.opens_at, batch.closes_at) for batch in self.batches]
        windows = windows or [(self.sitting.opens_at, self.sitting.closes_at)]
        shortest = min((closes - opens).total_seconds() // 60 for opens, closes in windows)
        if shortest < needed:
            told = {"minutes": needed, "window": int(shortest)}
            text = _("各科合计%(minutes)s分钟，开放时间只有%(window)s分钟。") % told
            return self._check("window", title, RED, text, "sitting_edit", _("改时间"))
        last = max(closes for _opens, closes in windows)
        if (last - clock).total_seconds() // 60 < needed:
            text = _("距结束时间已不足%(minutes)s分钟。") % {"minutes": needed}
            return self._check("window", title, RED, text, "sitting_edit", _("改时间"))
        if self.sitting.opens_at <= clock:
            return self._check("window", title, AMBER, _("开考时间已到，开放后考生即可进入。"))
        return self._check("window", title, GREEN, _("时间在后，长度足够。"))

    def door(self) -> Check:
        title = _("入场限制")
        _good, bad = addresses.parse(self.sitting.addresses)
        if bad:
            text = _("不是网络地址：%(bad)s。") % {"bad": str(_("、")).join(bad)}
            return self._check("door", title, RED, text, "sitting_edit", _("修改"))
        if not self.sitting.entry_code:
            text = _("没有设入场口令，考生到时可直接进入。")
            return self._check("door", title, AMBER, text, "sitting_edit", _("设口令"))
        return self._check("door", title, GREEN, _("入场口令已设。"))

    def worker(self) -> Check:
        title = _("后台服务")
        if not jobs.worker_alive(self.now):
            return self._check("worker", title, RED, _("后台服务没有响应，到时不能自动收卷。请系统管理员启动。"))
        return self._check("worker", title, GREEN, _("后台服务正常，到时自动收卷。"))

    def database(self) -> Check:
        title, n = _("数据库"), self.numbers.approved
        if connection.vendor == "sqlite" and n > SQLITE_MOST:
            text = _("考生%(n)s人，超过SQLite可承受的%(most)s人，请改用PostgreSQL。") % {"n": n, "most": SQLITE_MOST}
            return self._check("database", title, RED, text)
        return self._check("database", title, GREEN, _("数据库可承受%(n)s人同时考试。") % {"n": n})

    def rehearsed(self) -> Check:
        title = _("演练")
        papers = {paper.pk for paper in self.sheets}
        done = Attempt.objects.filter(
            sitting__rehearsal=True, state=Attempt.State.SUBMITTED, entry__paper__paper__in=papers
        ).values_list("entry__paper__paper", flat=True)
        if papers <= set(done.distinct()):
            return self._check("rehearsed", title, GREEN, _("用同样的试卷演练过。"))
        return self._check("rehearsed", title, AMBER, _("还没有用这些试卷演练过。"), "rehearsal", _("创建演练场次"))

    def issuer(self) -> Check:
        title, sitting = _("颁发单位"), self.sitting
        if not sitting.issuer:
            state = RED if sitting.grants else AMBER
            return self._check("issuer", title, state, _("没有填颁发单位。"), "sitting_edit", _("填写"))
        if not sitting.grants:
            text = _("合格后不写入资格。")
            return self._check("issuer", title, AMBER, text, "sitting_edit", _("修改"))
        told = {"what": sitting.get_grants_display(), "issuer": sitting.issuer}
        return self._check("issuer", title, GREEN, _("合格后写入%(what)s，由%(issuer)s颁发。") % told)
