"""学时申报: the learner's own claims, and the office that decides them."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.actions import claims as actions
from courses.forms.claims import ClaimFilter, ClaimForm, DecideForm
from courses.models import ClaimFile, HourClaim
from courses.queries import claims as queries
from courses.queries.own import own_person
from courses.views.hours import unlinked
from portal.access import require
from portal.actions.errors import Refused
from portal.figures import num
from portal.ui import Confirm, Count
from staffing.models import HourKind

PAGE = 50
State = HourClaim.State
KINDS = {State.SUBMITTED: "review", State.RETURNED: "short", State.APPROVED: "met"}


def _person(request):
    """The learner. Raises Http404 for an account that belongs to nobody."""
    try:
        return own_person(request.user)
    except Refused as refused:
        raise Http404 from refused


def _own(request, pk: int) -> HourClaim:
    try:
        return queries.find_own(_person(request), pk)
    except HourClaim.DoesNotExist as error:
        raise Http404 from error


def _reach(request, pk: int) -> HourClaim:
    try:
        return queries.visible(request.scope, timezone.localdate()).get(pk=pk)
    except HourClaim.DoesNotExist as error:
        raise Http404 from error


def _file(request, claim: HourClaim, pk: int) -> FileResponse:
    """A piece of evidence as a download, never shown in place."""
    try:
        found = queries.file_of(claim, pk)
    except ClaimFile.DoesNotExist as error:
        raise Http404 from error
    clear = actions.read_file(actor=request.user, now=timezone.now(), file=found)
    response = FileResponse(clear, as_attachment=True, filename=found.name, content_type="application/octet-stream")
    response["Cache-Control"] = "no-store, private"
    return response


@require("learn.take")
@require_GET
@never_cache
def claims(request):
    """/learning/claims/: one's own, newest first."""
    try:
        person = own_person(request.user)
    except Refused as refused:
        return unlinked(request, refused)
    page = Paginator(queries.own(person), PAGE).get_page(request.GET.get("page"))
    return render(request, "courses/claims/own.html", {"page": page, "kinds": KINDS})


@require("learn.take")
@never_cache
def claim_new(request):
    """Hand in a claim; ``?kind=`` chooses its kind."""
    person = _person(request)
    kind = request.GET.get("kind", "")
    form = ClaimForm(request.POST or None, request.FILES or None, initial={"kind": kind if kind in HourKind else ""})
    if request.method == "POST" and form.is_valid():
        made = form.save(actor=request.user, now=timezone.now(), person=person)
        if made:
            messages.success(request, _("已申报，审核后通知您。"), extra_tags="toast")
            return redirect("courses:claim", pk=made.pk)
    return render(request, "courses/claims/form.html", {"form": form}, status=422 if form.errors else 200)


@require("learn.take")
@never_cache
def claim(request, pk):
    """One's own claim; a returned one with its form."""
    found = _own(request, pk)
    form = None
    if found.state == State.RETURNED:
        form = ClaimForm(request.POST or None, request.FILES or None, claim=found)
        if request.method == "POST" and form.is_valid() and form.save(actor=request.user, now=timezone.now()):
            messages.success(request, _("已重新提交，审核后通知您。"), extra_tags="toast")
            return redirect("courses:claim", pk=pk)
    context = {"claim": found, "form": form, "files": found.files.all(), "kind": KINDS.get(found.state, "plain")}
    return render(request, "courses/claims/one.html", context, status=422 if form and form.errors else 200)


@require("learn.take")
@never_cache
def claim_withdraw(request, pk):
    """Ask, then withdraw one's own claim."""
    found, refused = _own(request, pk), ""
    back = reverse("courses:claim", args=[pk])
    if request.method == "POST":
        try:
            actions.withdraw_claim(actor=request.user, now=timezone.now(), claim=found)
        except Refused as error:
            refused = error.message
        else:
            messages.success(request, _("已撤回申报。"), extra_tags="toast")
            return redirect(back)
    confirm = Confirm(
        id="withdraw",
        title=_("撤回申报：%(title)s") % {"title": found.title},
        verb=_("撤回申报"),
        action_url=reverse("courses:claim_withdraw", args=[pk]),
        lines=[_("申报%(n)s学时将不再审核，材料保留。") % {"n": num(found.hours_asked)}],
        reversible=_("撤回后可以重新申报。"),
        cancel_url=back,
        refused=refused,
    )
    return render(request, "confirm_page.html", {"confirm": confirm}, status=422 if refused else 200)


@require("learn.take")
@require_GET
@never_cache
def claim_file(request, pk, file):
    """One's own evidence."""
    return _file(request, _own(request, pk), file)


@require("claims.decide")
@require_GET
@never_cache
def claims_office(request):
    """/learning/office/claims/: what waits, the oldest first."""
    today = timezone.localdate()
    form = ClaimFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "state": ""}
    state = asked["state"] if "state" in request.GET else State.SUBMITTED
    rows = queries.listed(request.scope, today, state=state, text=asked["q"].strip())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    units = queries.units_on([row.person_id for row in page], today)
    totals = queries.totals(request.scope, today)
    base = reverse("courses:claims_office")
    counts = [
        Count(State(key).label, number, f"{base}?state={key}", key == state, KINDS.get(key, "plain"))
        for key, number in totals.items()
    ]
    context = {
        "counts": counts,
        "form": form,
        "page": page,
        "rows": [(row, units.get(row.person_id, ""), KINDS.get(row.state, "plain")) for row in page],
    }
    return render(request, "courses/claims/office.html", context)


@require("claims.decide")
@never_cache
def claim_decide(request, pk):
    """One claim with its evidence, and the decision."""
    found = _reach(request, pk)
    waits = found.state == State.SUBMITTED
    most, policy = queries.limit_of(found)
    form = None
    if waits:
        initial = {"hours_given": num(min(found.hours_asked, most)), "state": ""}
        form = DecideForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid() and form.save(found, actor=request.user, now=timezone.now()):
            messages.success(request, _("已审核，已通知申报人。"), extra_tags="toast")
            return redirect("courses:claims_office")
    today = timezone.localdate()
    context = {
        "claim": found,
        "form": form,
        "files": found.files.all(),
        "kind": KINDS.get(found.state, "plain"),
        "unit": queries.units_on([found.person_id], today).get(found.person_id, ""),
        "most": most,
        "policy": policy,
        "taken": queries.earned_already(found) if waits else [],
        "own": found.person.user_id == request.user.pk,
    }
    return render(request, "courses/claims/decide.html", context, status=422 if form and form.errors else 200)


@require("claims.decide")
@require_GET
@never_cache
def claim_evidence(request, pk, file):
    """A piece of evidence; opening it is audited."""
    return _file(request, _reach(request, pk), file)
