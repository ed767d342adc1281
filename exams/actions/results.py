"""Releasing results: outcomes, register, qualifications, certificates and notices in one transaction; corrections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from exams.actions.qualifying import Granting, take_back
from exams.models.results import PassCertificate, Register
from exams.models.sittings import Outcome, Registration, Sitting
from exams.queries.register import body_of, digest, latest, pending, register_of
from portal import audit, jobs, notices
from portal.actions.errors import Refused
from portal.models import Job

JOB = "exams.release"
APPEAL_DAYS = 7
BATCH = 500
# What a frozen line says of the person, as opposed to the result.
WHO = ("exam_no", "name", "staff_no", "id_masked", "unit_code", "unit")


def request_release(*, actor, now, sitting: Sitting) -> Job:
    """Queue the release. Raises Refused at once when something is pending, or a release is under way."""
    with transaction.atomic():
        Sitting.objects.select_for_update().get(pk=sitting.pk)
        _refuse_pending(sitting)
        running = Job.objects.filter(kind=JOB, state__in=[Job.State.QUEUED, Job.State.RUNNING])
        for job in running:
            if job.args.get("sitting") == sitting.pk:
                return job
        return jobs.start(
            actor=actor,
            now=now,
            kind=JOB,
            title=_("发布成绩：%(sitting)s") % {"sitting": sitting.title},
            args={"sitting": sitting.pk},
            result_url=reverse("exams:register", args=[sitting.code]),
        )


def _refuse_pending(sitting: Sitting) -> None:
    told = pending(sitting)
    if told:
        raise Refused("".join(told))


def release(
    *, actor, now, sitting: Sitting, progress: Callable[[int, int, str], None] = lambda done, total, text: None
) -> Register:
    """Release a closed sitting's results; the register's first edition. Releasing twice returns the same edition.

    One transaction sets outcomes (who never sat is absent), writes qualifications through staffing's actions, makes
    the certificates, freezes the register with its SHA-256, opens appeals (APPEAL_DAYS unless set) and tells every
    candidate. Raises Refused in words while anything is pending.
    """
    try:
        with transaction.atomic():
            if not _claim(sitting, now):
                return _released(sitting)
            return _release(actor, now, sitting.pk, progress)
    except IntegrityError as error:
        raise Refused(_("没有发布：资料刚刚被他人修改，请刷新后再试。")) from error


def _claim(sitting: Sitting, now) -> bool:
    """The guard: of two releases one changes the row, the other, when it gets the row, finds it released."""
    closed = Sitting.objects.filter(pk=sitting.pk, state=Sitting.State.CLOSED)
    return bool(closed.update(state=Sitting.State.RELEASED, released_at=now))


def _released(sitting: Sitting) -> Register:
    sitting = Sitting.objects.select_related("unit").get(pk=sitting.pk)
    done = Register.objects.filter(sitting=sitting, edition=1).first()
    if done is None:
        _refuse_pending(sitting)
        raise Refused(_("场次状态为“%(state)s”，不能发布。") % {"state": sitting.get_state_display()})
    return done


def _release(actor, now, pk: int, progress) -> Register:
    sitting = Sitting.objects.select_related("unit", "retake_of").get(pk=pk)
    sitting.state = Sitting.State.CLOSED  # as it was until this transaction; judged by what was true before
    _refuse_pending(sitting)
    sitting.state = Sitting.State.RELEASED
    if sitting.appeals_until is None:
        sitting.appeals_until = now + timedelta(days=APPEAL_DAYS)
        sitting.save(update_fields=["appeals_until"])
    view = register_of(sitting)
    _set_outcomes(view)
    passed = [row.registration for row in view.rows if row.outcome == Outcome.PASSED]
    given = _grant(actor, now, sitting, passed, progress)
    progress(len(passed), len(passed), _("正在生成登记册"))
    body = body_of(view, released_at=now)
    for row in body["rows"]:
        if found := given.get(row["registration"]):
            row["note"], row["certificate"] = found.note, found.certificate.serial
    register = _freeze(actor, now, sitting, body, edition=1)
    audit.record(
        actor=actor,
        now=now,
        action="results.released",
        obj=sitting,
        unit_code=sitting.unit.code,
        sums=body["sums"],
        sha256=register.sha256,
        qualifications=sum(found.qualification is not None for found in given.values()),
    )
    _tell([row.registration for row in view.rows], sitting, now, register, _("成绩已发布：%(title)s。"))
    return register


def _set_outcomes(view) -> list[Registration]:
    changed = []
    for row in view.rows:
        if row.registration.outcome != row.outcome:
            row.registration.outcome = row.outcome
            changed.append(row.registration)
    Registration.objects.bulk_update(changed, ["outcome"], batch_size=BATCH)
    return changed


def _grant(actor, now, sitting, passed: list[Registration], progress) -> dict[int, object]:
    return Granting(actor=actor, now=now, sitting=sitting, registrations=passed).give(passed, progress)


def _freeze(actor, now, sitting, body: dict, *, edition: int, reason: str = "") -> Register:
    return Register.objects.create(
        sitting=sitting,
        edition=edition,
        body=body,
        sha256=digest(body),
        reason=reason[:300],
        released_at=now,
        released_by=actor,
    )


def _tell(registrations: list[Registration], sitting, now, register: Register, text: str) -> None:
    """Notices are rows of this transaction: nobody is told of a release that did not happen."""
    notices.send(
        recipients=[one.person.user_id for one in registrations if one.person.user_id],
        now=now,
        key=f"results:{sitting.pk}:{register.edition}",
        text=text % {"title": sitting.title},
        url=reverse("exams:result", args=[sitting.code]),
    )


def correct(*, actor, now, sitting: Sitting, reason: str) -> Register:
    """A new edition of a released register after an appeal or a key decision; qualifications and certificates follow.

    Newly passed: as at release. No longer passed: certificate revoked, the qualification it gave cancelled. Nothing
    changed: the last edition. Raises Refused before release, without a reason, and while a corrected answer waits for
    its marks.
    """
    reason = reason.strip()
    with transaction.atomic():
        sitting = Sitting.objects.select_for_update(of=("self",)).select_related("unit").get(pk=sitting.pk)
        last = latest(sitting)
        if sitting.state != Sitting.State.RELEASED or last is None:
            raise Refused(_("成绩尚未发布，无需更正。"))
        if not reason:
            raise Refused(_("请写明更正原因。"), "reason")
        view = register_of(sitting)
        if view.waiting:
            raise Refused(_("有%(n)s人的成绩不完整，评完后才能更正。") % {"n": view.waiting})
        notes = _follow(actor, now, sitting, view, reason)
        body = body_of(register_of(sitting), released_at=now)
        before = {row["registration"]: row for row in last.body["rows"]}
        for row in body["rows"]:
            row["note"] = notes.get(row["registration"], row["note"])
            # A correction is of results: names and units stay as they were released.
            row |= {name: before[row["registration"]][name] for name in WHO if row["registration"] in before}
        changed = {row["registration"] for row in body["rows"] if row != before.get(row["registration"])}
        if not changed and len(before) == len(body["rows"]):
            return last
        register = _freeze(actor, now, sitting, body, edition=last.edition + 1, reason=reason)
        audit.record(
            actor=actor,
            now=now,
            action="results.corrected",
            obj=sitting,
            unit_code=sitting.unit.code,
            edition=register.edition,
            reason=reason,
            registrations=sorted(changed),
            sums=body["sums"],
            sha256=register.sha256,
        )
        concerned = [row.registration for row in view.rows if row.registration.pk in changed]
        _tell(concerned, sitting, now, register, _("成绩已更正：%(title)s。"))
    return register


def _follow(actor, now, sitting, view, reason: str) -> dict[int, str]:
    """Outcomes as they are now, and what hangs on them; the notes of those concerned."""
    changed = _set_outcomes(view)
    held = set(
        PassCertificate.objects.filter(
            registration__in=[one.pk for one in changed], state=PassCertificate.State.VALID
        ).values_list("registration_id", flat=True)
    )
    passed = [one for one in changed if one.outcome == Outcome.PASSED]
    granting = Granting(actor=actor, now=now, sitting=sitting, registrations=passed)
    notes = {pk: given.note for pk, given in granting.give(passed).items()}
    for one in changed:
        if one.outcome != Outcome.PASSED and one.pk in held:
            notes[one.pk] = take_back(actor=actor, now=now, registration=one, reason=reason)
    return notes
