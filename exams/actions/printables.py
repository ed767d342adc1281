"""Papers of an exam day as PDF: one straight away, a whole sitting's by a job with progress.

Every file that shows more than the asker's own data is a row in the audit trail before anybody holds it.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.core.files.storage import storages
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pypdf import PdfWriter

from exams.models import PassCertificate, Registration, Sitting
from exams.queries import printables as queries
from portal import audit, jobs, pdf, qr
from portal.access import Access
from portal.actions.errors import Refused
from portal.models import Job
from staffing import files

KIND = "exams.print"
KEPT = timedelta(hours=24)
# Sheets a document: more would only hold more memory; the fixed cost of a document is that of two sheets.
CHUNK = 50
BLANK_LINES = 12

KINDS = {
    "tickets": gettext_lazy("准考证"),
    "sign_in": gettext_lazy("签到表"),
    "seat_plan": gettext_lazy("座位图"),
    "door": gettext_lazy("门贴"),
    "incident": gettext_lazy("考场情况记录表"),
    "change_form": gettext_lazy("信息变更申请表"),
    "certificates": gettext_lazy("合格证明"),
}
OF_ROOMS = ("sign_in", "seat_plan", "door", "incident")


@dataclass(frozen=True)
class Wanted:
    """What a job prints; plain values. ``batch`` and ``room`` None: all of them. ``scores``: on certificates."""

    sitting: str
    kind: str
    batch: int | None = None
    room: int | None = None
    scores: bool = False


# --- one sheet --------------------------------------------------------------------------------------------------------


def make_ticket(*, actor, now, registration: Registration) -> bytes:
    """One admission ticket; audited unless it is the actor's own. Raises Refused when there is none to print."""
    sitting = registration.sitting
    if registration.state != Registration.State.APPROVED or sitting.state == Sitting.State.CANCELLED:
        raise Refused(_("报名未通过审核，没有准考证。"))
    body = next(_tickets(sitting, [registration]))[1]
    _note(actor, now, registration, registration.unit.code, own=registration.person.user_id == actor.pk, what="tickets")
    return body


def make_certificate(*, actor, now, certificate: PassCertificate, scores: bool = False) -> bytes:
    """One pass certificate; audited unless it is the actor's own. Raises Refused when it was revoked."""
    if certificate.state != PassCertificate.State.VALID:
        raise Refused(_("这份合格证明已撤销，不能打印。"))
    body = next(_certificates([certificate], scores))[1]
    own = certificate.person.user_id == actor.pk
    _note(actor, now, certificate, certificate.registration.unit.code, own=own, what="certificates", scores=scores)
    return body


def _note(actor, now, obj, unit_code, *, own, **told):
    if not own:
        with transaction.atomic():
            audit.record(
                actor=actor, now=now, action="export.made", obj=obj, unit_code=unit_code, rows=1, format="pdf", **told
            )


# --- all of a sitting -------------------------------------------------------------------------------------------------


def start_printing(*, actor, now, wanted: Wanted) -> Job:
    """Have the worker print. Raises Refused when the actor may not, or there is nothing to print."""
    sitting = _reach(actor, wanted)
    if not _sheets(sitting, wanted, actor, now)[0]:
        raise Refused(_("没有可打印的内容：%(what)s。") % {"what": _missing(wanted.kind)})
    title = _("%(what)s：%(title)s") % {"what": KINDS[wanted.kind], "title": sitting.title}
    return jobs.start(actor=actor, now=now, kind=KIND, title=title, args=asdict(wanted))


def write_for(job: Job, progress) -> dict:
    """Handler of KIND: the merged file, sealed, in private storage. Running it twice is harmless."""
    now = timezone.now()
    forget_old(now)
    wanted = Wanted(**job.args)
    try:
        sitting = _reach(job.owner, wanted)
    except Refused as refused:
        raise jobs.Failed(refused.message) from refused
    total, pieces = _sheets(sitting, wanted, job.owner, now)
    text, done, merged = _("正在生成：%(done)s/%(total)s"), 0, PdfWriter()
    progress(0, total, text % {"done": 0, "total": total})
    for number, body in pieces:
        merged.append(io.BytesIO(body))
        done += number
        progress(done, total, text % {"done": done, "total": total})
    if not done:
        raise jobs.Failed(_("没有可打印的内容：%(what)s。") % {"what": _missing(wanted.kind)})
    path = f"exports/{job.pk}"
    with tempfile.TemporaryFile() as file:
        merged.write(file)
        with transaction.atomic():
            audit.record(
                actor=job.owner,
                now=now,
                action="export.made",
                obj=sitting,
                unit_code=sitting.unit.code,
                rows=done,
                what=wanted.kind,
                batch=wanted.batch,
                room=wanted.room,
                scores=wanted.scores,
                format="pdf",
            )
        if storages["private"].exists(path):
            storages["private"].delete(path)
        files.put_sealed(path, file)
    return {
        "file": path,
        "name": f"{KINDS[wanted.kind]}_{sitting.title}_{timezone.localdate(now).isoformat()}.pdf",
        "url": reverse("exams:printable_file", args=[job.pk]),
        "label": _("下载PDF（%(n)s页，24小时内有效）") % {"n": len(merged.pages)},
    }


def file_of(job: Job, now):
    """The open file of a finished job, or None when it has expired."""
    path = job.result.get("file", "")
    if not path or not job.finished_at or job.finished_at + KEPT < now or not storages["private"].exists(path):
        return None
    return files.open_clear(path)


def forget_old(now) -> int:
    """Delete the files of jobs whose time is over; how many."""
    number = 0
    for job in Job.objects.filter(kind=KIND, state=Job.State.DONE, finished_at__lt=now - KEPT):
        path = job.result.get("file", "")
        if path and storages["private"].exists(path):
            storages["private"].delete(path)
            number += 1
    return number


def _reach(actor, wanted: Wanted) -> Sitting:
    sitting = Sitting.objects.select_related("unit").filter(code=wanted.sitting).first()
    access = Access(actor)
    if sitting is None or not (access.can("rooms.edit") and access.scope("rooms.edit").covers(sitting.unit.path)):
        raise Refused(_("没有找到此场次，或不在您的管理范围内。"))
    if wanted.kind not in KINDS:
        raise Refused(_("请选择要打印的材料。"), "kind")
    return sitting


def _missing(kind: str) -> str:
    if kind in OF_ROOMS:
        return _("还没有考生排座")
    return _("还没有合格证明") if kind == "certificates" else _("还没有审核通过的考生")


def _sheets(sitting: Sitting, wanted: Wanted, actor, now) -> tuple[int, Iterator[tuple[int, bytes]]]:
    """How many sheets, and (how many, PDF) piece by piece; nothing is drawn before it is asked for."""
    if wanted.kind == "change_form":
        return 1, _change_form(sitting, actor, now)
    if wanted.kind == "tickets":
        rows = queries.tickets_of(sitting.registrations.all())
        if wanted.batch is not None:
            rows = rows.filter(seat__batch__number=wanted.batch)
        if wanted.room is not None:
            rows = rows.filter(seat__room=wanted.room)
        rows = list(rows)
        return len(rows), _tickets(sitting, rows)
    if wanted.kind == "certificates":
        valid = PassCertificate.objects.filter(registration__sitting=sitting, state=PassCertificate.State.VALID)
        rows = list(queries.proofs_of(valid).order_by("registration__exam_no", "pk"))
        return len(rows), _certificates(rows, wanted.scores)
    papers = queries.rooms_of(sitting, wanted.batch, wanted.room)
    return len(papers), ((1, _room_paper(wanted.kind, paper, actor, now)) for paper in papers)


def _chunks(rows: list) -> Iterator[list]:
    return (rows[at : at + CHUNK] for at in range(0, len(rows), CHUNK))


def _tickets(sitting: Sitting, registrations: list) -> Iterator[tuple[int, bytes]]:
    shared = {"papers": list(sitting.papers.all()), "rules": queries.rules_of(sitting)}
    for chunk in _chunks(registrations):
        tickets = [queries.ticket(registration) for registration in chunk]
        yield len(chunk), pdf.render("exams/pdf/ticket.html", {**shared, "tickets": tickets})


def _certificates(certificates: list, scores: bool) -> Iterator[tuple[int, bytes]]:
    for chunk in _chunks(certificates):
        proofs = [queries.proof(certificate, scores=scores) for certificate in chunk]
        pictures = [qr.png_uri(proof.address) for proof in proofs]
        yield len(chunk), pdf.render("exams/pdf/certificate.html", {"proofs": list(zip(proofs, pictures, strict=True))})


def _room_paper(kind: str, paper: queries.RoomPaper, actor, now) -> bytes:
    context = _frame(kind, paper.sitting, actor, now) | {"paper": paper}
    if kind == "seat_plan":
        context["plan"] = paper.plan
    elif kind == "door":
        context["papers"] = paper.sitting.papers.all()
    elif kind == "incident":
        figures, incidents = queries.figures_of(paper)
        context |= {"figures": figures, "incidents": incidents, "blanks": range(max(2, BLANK_LINES - len(incidents)))}
    return pdf.render(f"exams/pdf/{kind}.html", context)


def _change_form(sitting: Sitting, actor, now) -> Iterator[tuple[int, bytes]]:
    context = _frame("change_form", sitting, actor, now) | {"sitting": sitting}
    yield 1, pdf.render("exams/pdf/change_form.html", context)


def _frame(kind: str, sitting: Sitting, actor, now) -> dict:
    return {"title": KINDS[kind], "unit": sitting.unit, "printed_by": str(actor), "printed_at": now}
