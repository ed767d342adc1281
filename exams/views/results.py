"""The register: do the parts sum, both pass rates by name, who is in which part; release and correction."""

from __future__ import annotations

from functools import partial

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exams.actions import conduct, exports, results
from exams.models.attempts import ConductEvent
from exams.models.results import Register
from exams.models.sittings import Outcome, Registration, Sitting
from exams.queries import register as queries
from exams.rules.register import PARTS
from exams.views.results_kit import ask, office_sitting, seen_sitting
from portal.access import access_of, require
from portal.pdf import render as render_pdf
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count, Part
from staffing.views.exports import as_file

PAGE = 50
KINDS = {"passed": "met", "failed": "overdue", "absent": "short", "waiting": "review"}


class FindForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("姓名、准考证号或单位"), required=False, max_length=50)


@require("results.view")
@require_GET
@never_cache
def register(request, code):
    """/exams/sittings/<code>/register/: held back from everybody but the office until released."""
    sitting, scope = seen_sitting(request, code)
    released = sitting.state == Sitting.State.RELEASED
    context = {"sitting": sitting, "released": released, "office": scope is None}
    context["active_key"] = "exam_office" if access_of(request).can("sittings.edit") else "sittings"
    if scope is not None and not released:
        return render(request, "exams/results/held.html", context)
    view = queries.register_of(sitting, scope)
    part = request.GET.get("part", "")
    if part not in ("", "waiting", *PARTS):
        raise Http404
    form = FindForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    rows = queries.matching(view.rows, part=part, text=text)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context |= {
        "view": view,
        "page": page,
        "form": form,
        "parts": _parts(view),
        "counts": _counts(request, view, part),
        "retakes": _retakes(view),
        "people": access_of(request).can("people.view"),
    }
    if scope is None:
        context |= {
            "pending": [] if released else queries.pending(sitting),
            "editions": Register.objects.filter(sitting=sitting).defer("body").select_related("released_by"),
            "stale": released and queries.is_stale(view),
        }
    return render(request, "exams/results/register.html", context)


def _retakes(view) -> int | None:
    """How often those who failed may still try; None when nobody failed or it is not the same for all."""
    left = {row.retakes_left for row in view.rows if row.outcome == Outcome.FAILED}
    return left.pop() if len(left) == 1 else None


def _parts(view) -> list[Part]:
    tones = {"passed": 1, "failed": 3, "withdrawn": 2, "absent": 4, "disqualified": 4}
    parts = [Part(str(Outcome(part).label), getattr(view, part), tone=tones[part]) for part in PARTS]
    return [*parts, Part(_("待定"), view.waiting, tone=5)] if view.waiting else parts


def _counts(request, view, chosen: str) -> list[Count]:
    names = [("", _("报名"), view.registered)]
    names += [(part, str(Outcome(part).label), getattr(view, part)) for part in PARTS]
    names += [("waiting", _("待定"), view.waiting)] if view.waiting else []
    return [
        Count(label, n, url_with(request, part=key or None, page=None), chosen == key, KINDS.get(key, ""))
        for key, label, n in names
    ]


@require("results.release")
@never_cache
def release(request, code):
    """The question before: what a release does, in numbers. POST queues it."""
    sitting = office_sitting(request, code)
    view, pending = queries.register_of(sitting), queries.pending(sitting)
    lines = [queries.sum_text(view)]
    if sitting.grants and view.passed:
        lines.append(
            _("合格%(n)s人：写入%(kind)s并颁发合格证明；已有有效资格的不另写，90日内到期或已过期的续期。")
            % {"n": view.passed, "kind": sitting.get_grants_display()}
        )
    elif view.passed:
        lines.append(_("合格%(n)s人：颁发合格证明，不写入资格。") % {"n": view.passed})
    lines.append(_("登记册定稿并留存校验码；向全部考生发送通知。"))
    if sitting.appeals_until:
        told = timezone.localtime(sitting.appeals_until).strftime("%Y-%m-%d %H:%M")
        lines.append(_("复核申请截至%(until)s。") % {"until": told})
    else:
        lines.append(_("复核申请自发布起%(n)s日内提出。") % {"n": results.APPEAL_DAYS})
    confirm = Confirm(
        id="release",
        title=_("发布成绩"),
        verb=_("发布成绩（%(n)s人合格）") % {"n": view.passed},
        action_url=reverse("exams:register_release", args=[sitting.code]),
        cancel_url=reverse("exams:register", args=[sitting.code]),
        lines=lines,
        reversible=_("发布后不能撤回；需要更正的，另出新版登记册并记录原因。"),
        refused="".join(pending),
    )
    return ask(
        request,
        confirm,
        partial(results.request_release, sitting=sitting),
        back=lambda job: reverse("portal:job", args=[job.pk]),
        sitting=sitting,
    )


@require("results.release")
@never_cache
def correction(request, code):
    """A new edition of a released register, with the reason."""
    sitting = office_sitting(request, code)
    if sitting.state != Sitting.State.RELEASED:
        raise Http404
    confirm = Confirm(
        id="correct",
        title=_("更正登记册"),
        verb=_("更正"),
        action_url=reverse("exams:register_correct", args=[sitting.code]),
        cancel_url=reverse("exams:register", args=[sitting.code]),
        lines=[
            _("按现在的得分另出新版登记册，原版保留。"),
            _("新合格的人员写入资格、颁发合格证明；不再合格的，撤销合格证明并注销由此写入的资格。"),
        ],
        reason="required",
    )
    return ask(
        request,
        confirm,
        partial(results.correct, sitting=sitting),
        back=lambda edition: reverse("exams:register", args=[sitting.code]),
        done=_("登记册已更正。"),
        sitting=sitting,
    )


@require("results.release")
@never_cache
def disqualify(request, code, pk):
    """Cheating found after release: the candidate's result is cancelled, in a new edition."""
    sitting = office_sitting(request, code)
    rows = Registration.objects.filter(sitting=sitting, state=Registration.State.APPROVED).select_related("person")
    row = rows.filter(pk=pk).first()
    if row is None or sitting.state != Sitting.State.RELEASED:
        raise Http404
    confirm = Confirm(
        id="disqualify",
        title=_("取消%(name)s的成绩") % {"name": row.person.name},
        verb=_("取消成绩"),
        action_url=reverse("exams:register_disqualify", args=[sitting.code, row.pk]),
        cancel_url=reverse("exams:register", args=[sitting.code]),
        lines=[
            _("发布后查实作弊或违纪的，取消%(name)s（%(no)s）本场成绩，登记册另出新版，原版保留。")
            % {"name": row.person.name, "no": row.exam_no or "—"},
            _("合格证明撤销，由此写入的资格注销，并通知本人。"),
        ],
        reversible=_("登记后不能撤销。"),
        danger=True,
        reason="required",
        refused=_("该考生的成绩已取消。") if row.disqualified else "",
    )

    def act(*, actor, now, reason):
        return conduct.record(
            actor=actor, now=now, sitting=sitting, registration=row, kind=ConductEvent.Kind.CHEATED, text=reason
        )

    return ask(
        request,
        confirm,
        act,
        back=lambda event: reverse("exams:register", args=[sitting.code]),
        done=_("成绩已取消，登记册已更正。"),
        sitting=sitting,
    )


@require("results.release")
@require_GET
@never_cache
def edition(request, code, number):
    """One edition exactly as it was frozen."""
    sitting = office_sitting(request, code)
    found = Register.objects.filter(sitting=sitting, edition=number).select_related("released_by").first()
    if found is None:
        raise Http404
    rows = [queries.readable(row) for row in found.body["rows"]]
    context = {
        "sitting": sitting,
        "edition": found,
        "intact": queries.is_intact(found),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "active_key": "exam_office",
    }
    return render(request, "exams/results/edition.html", context)


@require("results.release")
def register_xlsx(request, code):
    """POST: the register as a workbook; the taking-out is audited."""
    sitting = office_sitting(request, code)
    if request.method != "POST":
        raise Http404
    return as_file(exports.register_book(actor=request.user, now=timezone.now(), sitting=sitting))


@require("results.release")
@require_GET
def register_pdf(request, code):
    """The register for printing and signing, once released as it was frozen: numbers masked, no seal drawn."""
    sitting = office_sitting(request, code)
    sheet = queries.sheet_of(sitting)
    now = timezone.now()
    exports.note_register(actor=request.user, now=now, sitting=sitting, rows=sheet.sums.registered)
    body = render_pdf(
        "exams/pdf/register.html",
        {
            "title": _("%(title)s成绩登记册") % {"title": sitting.title},
            "sitting": sitting,
            "unit": sitting.unit,
            "sheet": sheet,
            "edition": sheet.edition,
            "sum_text": queries.sum_text(sheet.sums),
            "printed_by": str(request.user),
            "printed_at": now,
        },
    )
    response = HttpResponse(body, content_type="application/pdf")
    name = _("%(title)s成绩登记册.pdf") % {"title": sitting.title}
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store, private"
    return response
