"""Why somebody may sit, or may not: facts of many people read at once, judged by exams.rules.eligibility."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from exams.models.sittings import Outcome, Registration, Sitting
from exams.rules import eligibility as rules
from portal.figures import num
from staffing.models import (
    Category,
    CertificateCheck,
    EstablishmentType,
    HourCredit,
    Leave,
    Membership,
    Posting,
    PostingKind,
    QualificationKind,
    QualificationStatus,
    Unit,
)
from staffing.models.dated import holds
from staffing.models.postings import Layer
from staffing.queries.policies import policy_for
from staffing.rules import certificates
from staffing.rules import hours as hour_rules
from staffing.rules.params import Params, exact

__all__ = ["Verdict", "bases", "day_of", "explain", "requirements", "retakes_allowed"]

Code = rules.Code
HOLDS_A_PLACE = (Registration.State.PENDING, Registration.State.APPROVED)
CHUNK = 20_000


@dataclass(frozen=True)
class Verdict:
    """``reasons``: every sentence that keeps the person out. ``unit``: where they work on the day (base unit), None
    for who has left.
    """

    eligible: bool
    reasons: list[str]
    unit: Unit | None = None
    codes: tuple[str, ...] = ()


def day_of(sitting: Sitting) -> date:
    """The local day of a sitting: what eligibility is judged on."""
    return timezone.localdate(sitting.opens_at)


def retakes_allowed(sitting: Sitting) -> int:
    """How often somebody may try again: the first sitting of a chain says so, for all its retakes."""
    return sitting.retake_of.retakes if sitting.retake_of_id else sitting.retakes


def explain(sitting: Sitting, people: Iterable, day: date | None = None) -> dict[int, Verdict]:
    """{person id: Verdict} on ``day`` (default: the day of the sitting). ``people``: Person rows or their ids.

    At most eight queries for up to CHUNK people, nine for a retake. Who is registered in this very sitting is not held
    against them.
    """
    day = day or day_of(sitting)
    ids = [getattr(person, "pk", person) for person in people]
    found: dict[int, Verdict] = {}
    for start in range(0, len(ids), CHUNK):
        found |= _Look(sitting, ids[start : start + CHUNK], day).verdicts()
    return found


def bases(people: Iterable, day: date) -> dict[int, Unit]:
    """{person id: unit they work in on ``day``} (deployed to, else home); nobody who is in no post. Two queries."""
    ids = [getattr(person, "pk", person) for person in people]
    at = {row.person_id: row.unit for row in Membership.objects.on(day).filter(person__in=ids).select_related("unit")}
    rows = Posting.objects.on(day).filter(person__in=ids, layer=Layer.DEPLOYED, to_unit__isnull=False)
    for row in rows.select_related("to_unit"):
        if row.person_id in at:
            at[row.person_id] = row.to_unit
    return at


class _Look:
    """One pass over the facts of ``ids``."""

    def __init__(self, sitting: Sitting, ids: list[int], day: date):
        self.sitting, self.ids, self.day = sitting, ids, day
        self.policy: Params = policy_for(day, sitting.unit)
        self.rule = rules.Rule(
            establishment=sitting.must_establishment,
            post=sitting.must_post,
            officer=sitting.must_officer,
            hours=exact(sitting.must_hours),
            certificate=sitting.must_certificate,
            retakes=retakes_allowed(sitting),
            is_retake=sitting.retake_of_id is not None,
            long_leave_days=self.policy.hours_leave_days,
        )
        self.paths = list(sitting.scope_units.values_list("path", flat=True)) if sitting.pk else []

    def verdicts(self) -> dict[int, Verdict]:
        posts, left = self._posts()
        deployed, away = self._postings()
        leaves, held = self._leaves(), self._certificates()
        hours = self._hours() if self.rule.hours else {}
        other, tries = self._registrations()
        found = {}
        for pk in self.ids:
            post = posts.get(pk)
            base = (deployed.get(pk) or post.unit) if post else None
            places = [post.unit.path, base.path] if post else []
            holder = held.get(pk, certificates.Holder(certificates.Standing.NONE))
            facts = rules.Person(
                category=post.category if post else "",
                establishment=post.establishment_type if post else "",
                left=left.get(pk),
                in_scope=not self.paths or any(p.startswith(root) for p in places for root in self.paths),
                away=away.get(pk),
                leave=rules.leave_run(leaves.get(pk, ()), self.day),
                hours=hours.get(pk, Fraction(0)),
                certificate=str(holder.standing),
                certificate_until=holder.until,
                other_sitting=other.get(pk, ""),
                tries=tries.get(pk, rules.Tries()),
            )
            against = rules.reasons(facts, self.rule, self.day)
            found[pk] = Verdict(not against, [words(r) for r in against], base, tuple(str(r.code) for r in against))
        return found

    def _posts(self) -> tuple[dict[int, Membership], dict[int, date]]:
        posts, left = {}, {}
        rows = Membership.objects.filter(person__in=self.ids, start__lte=self.day).select_related("unit")
        for row in rows.order_by("start", "pk"):
            if row.covers(self.day):
                posts[row.person_id] = row
            elif row.end and row.end > row.start:
                left[row.person_id] = row.end
        return posts, left

    def _postings(self) -> tuple[dict[int, Unit], dict[int, rules.Away]]:
        deployed, away = {}, {}
        rows = Posting.objects.filter(holds(self.day), person__in=self.ids).select_related("to_unit")
        for row in rows:
            if row.layer == Layer.AWAY:
                last = row.end - timedelta(days=1) if row.end else row.due
                away[row.person_id] = rules.Away(row.kind, row.place, last)
            elif row.to_unit:
                deployed[row.person_id] = row.to_unit
        return deployed, away

    def _leaves(self) -> dict[int, list]:
        if not self.rule.post:
            return {}
        found = defaultdict(list)
        for pk, start, end in Leave.objects.filter(person__in=self.ids).values_list("person", "start", "end"):
            found[pk].append((start, end))
        return found

    def _certificates(self) -> dict[int, certificates.Holder]:
        supervise = self.sitting.grants == Sitting.Grants.SUPERVISE
        kind = QualificationKind.SUPERVISE if supervise else QualificationKind.ENFORCE
        rows = QualificationStatus.objects.filter(
            holds(self.day), qualification__person__in=self.ids, qualification__kind=kind
        ).values_list(
            "qualification__person", "qualification", "qualification__issued", "qualification__valid_until", "state"
        )
        rows = list(rows)
        checked = self._checked([row[1] for row in rows]) if self.policy.certificate_check else {}
        held = defaultdict(list)
        for pk, card, issued, until, state in rows:
            fresh = issued is not None and issued.year >= self.day.year - 1
            held[pk].append(certificates.Certificate(issued, until, state, checked.get(card, fresh)))
        return {pk: certificates.holder(cards, self.day, self.policy) for pk, cards in held.items()}

    def _checked(self, cards: list[int]) -> dict[int, bool]:
        """Annual check: the latest counts, and it must not be older than last year's."""
        rows = CertificateCheck.objects.filter(qualification__in=cards, checked_on__lte=self.day).order_by("year")
        return {
            card: passed and year >= self.day.year - 1
            for card, year, passed in rows.values_list("qualification", "year", "passed")
        }

    def _hours(self) -> dict[int, Fraction]:
        rows = HourCredit.objects.filter(person__in=self.ids, year=self.day.year, earned_on__lte=self.day)
        earned = defaultdict(list)
        for pk, day, value, kind, whole in rows.values_list("person", "earned_on", "hours", "kind", "whole_year"):
            earned[pk].append(hour_rules.Credit(day, exact(value), kind, whole))
        return {pk: hour_rules.counted(credits, self.policy).total for pk, credits in earned.items()}

    def _registrations(self) -> tuple[dict[int, str], dict[int, rules.Tries]]:
        """Other sittings at the same time, and earlier results that lead to the same qualification."""
        me, other = self.sitting, {}
        if me.rehearsal:
            return {}, {}
        root = me.retake_of_id
        rows = Registration.objects.filter(person__in=self.ids, sitting__rehearsal=False).exclude(sitting=me.pk)
        rows = rows.exclude(sitting__state=Sitting.State.CANCELLED).order_by("sitting__opens_at")
        passed, failed, tried = {}, defaultdict(int), set()
        for row in rows.values_list(
            "person",
            "state",
            "outcome",
            "sitting",
            "sitting__retake_of",
            "sitting__title",
            "sitting__opens_at",
            "sitting__closes_at",
            "sitting__state",
            "sitting__grants",
        ):
            pk, state, outcome, sitting, parent, title, opens, closes, stage, grants = row
            running = stage not in (Sitting.State.CLOSED, Sitting.State.RELEASED)
            if running and state in HOLDS_A_PLACE and opens < me.closes_at and me.opens_at < closes:
                other.setdefault(pk, title)
            if stage != Sitting.State.RELEASED:
                continue
            chained = root is not None and root in (sitting, parent)
            if outcome == Outcome.PASSED and (chained or (me.grants and grants == me.grants)):
                passed[pk] = (title, timezone.localdate(opens))
            if chained and outcome in (Outcome.FAILED, Outcome.ABSENT):
                failed[pk] += 1
            if chained and outcome in (Outcome.FAILED, Outcome.ABSENT, Outcome.WITHDRAWN):
                tried.add(pk)
        return other, {pk: rules.Tries(passed.get(pk), failed[pk], pk in tried) for pk in {*passed, *failed, *tried}}


# --- words -----------------------------------------------------------------------------------------------------------


def words(reason: rules.Reason) -> str:
    """The sentence of a reason, with its fact."""
    facts, code = reason.facts, reason.code
    until = facts.get("until")
    until = _("，至%(day)s") % {"day": until.isoformat()} if isinstance(until, date) else ""
    if code == Code.LEFT:
        return _("已于%(day)s离队，考试当日不在岗") % {"day": facts["day"].isoformat()}
    if code == Code.NOT_IN_POST:
        return _("考试当日没有在岗记录")
    if code == Code.OUT_OF_SCOPE:
        return _("所在单位不在本场次的报名范围内")
    if code == Code.OUTSIDE_ESTABLISHMENT:
        label = EstablishmentType(facts["establishment"]).label
        return _("编制性质为%(label)s，不得参加") % {"label": label}
    if code == Code.UNKNOWN_ESTABLISHMENT:
        return _("没有登记编制性质，不能确认在编")
    if code == Code.NOT_OFFICER:
        return _("人员类别为%(label)s，不在执法岗位") % {"label": Category(facts["category"]).label}
    if code == Code.LENT_OUT:
        told = {"kind": PostingKind(facts["kind"]).label, "place": facts["place"] or _("其他单位"), "until": until}
        return _("考试当日%(kind)s至%(place)s%(until)s") % told
    if code == Code.LONG_LEAVE:
        # What kind of leave is nobody's business here (domain §5).
        return _("考试当日在长期请假中%(until)s") % {"until": until}
    if code == Code.HOURS:
        told = {name: num(facts[name]) for name in ("have", "need", "missing")}
        return _("本年已有%(have)s学时，须满%(need)s学时，还差%(missing)s学时") % told
    if code == Code.CERTIFIED:
        return _("已持有效证件%(until)s，不需参加") % {"until": until}
    if code == Code.OTHER_SITTING:
        return _("同一时间已报名“%(title)s”") % {"title": facts["title"]}
    if code == Code.PASSED:
        return _("已于%(day)s在“%(title)s”合格，不需再考") % {"title": facts["title"], "day": facts["day"].isoformat()}
    if code == Code.NOT_FAILED:
        return _("没有参加过首次考试，不能报名补考")
    told = {"tried": number_format(facts["tried"]), "allowed": number_format(facts["allowed"])}
    return _("补考次数已用完：已考%(tried)s次，允许补考%(allowed)s次") % told


def requirements(sitting: Sitting) -> list[str]:
    """The rule of a sitting in words, for its page and for candidates."""
    lines = []
    if sitting.must_establishment:
        lines.append(_("在编人员，合同制、劳务派遣人员不得参加"))
    if sitting.must_officer:
        lines.append(_("在行政执法岗位，辅助人员、工勤人员不得参加"))
    if sitting.must_post:
        lines.append(_("考试当日在岗，未借出、未长期请假"))
    if sitting.must_hours:
        lines.append(_("本年学时不少于%(n)s学时") % {"n": num(sitting.must_hours)})
    if sitting.must_certificate != Sitting.Certificate.ANY:
        lines.append(sitting.get_must_certificate_display())
    if sitting.retake_of_id:
        lines.append(_("首次考试不合格、缺考或弃考，补考不超过%(n)s次") % {"n": retakes_allowed(sitting)})
    return lines or [_("不限")]
