"""Question banks: the list, one bank with its shape and its questions, and what is done to many questions at once."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams.actions import bank as actions
from exams.forms.bank import BankEditForm, BankNewForm
from exams.models import Bank, QuestionKind, QuestionState
from exams.queries import bank as queries
from exams.queries.bank_filters import BankFilter
from exams.views.bank_pages import FormPage, form_page, seen_of
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.ui import Link

PAGE = 50
# What may be done to chosen questions on the bank's page, and which right it takes.
BULK = {
    QuestionState.ACTIVE: "bank.edit",
    QuestionState.RETIRED: "bank.edit",
    QuestionState.DRAFT: "bank.edit",
}


def reach(code: str) -> Bank:
    """The bank of that code. Raises Http404."""
    bank = queries.find_bank(code)
    if bank is None:
        raise Http404
    return bank


def asked(request, bank: Bank, data=None) -> BankFilter:
    """The question list that the query string asks for."""
    return BankFilter(
        request.GET if data is None else data,
        queries.questions(bank),
        topics=queries.topic_choices(),
        laws=queries.laws(bank),
    )


@require("bank.view")
@require_GET
def banks(request):
    """/exams/banks/: all banks, and what waits for review."""
    access = access_of(request)
    lines = queries.banks()
    context = {
        "lines": lines,
        "waiting": sum(line.waiting for line in lines if not line.bank.closed),
        "may_edit": access.can("bank.edit"),
        "may_review": access.can("bank.review"),
        "active_key": "banks",
    }
    return render(request, "exams/bank/list.html", context)


@require("bank.edit")
def bank_new(request):
    """/exams/banks/new/."""
    page = FormPage(_("新建题库"), _("新建"), reverse("exams:banks"), _("已新建题库。"), [crumb()])
    form = BankNewForm(request.POST or None)
    return form_page(request, form, actions.create_bank, page, lambda made: reverse("exams:bank", args=[made.code]))


@require("bank.edit")
def bank_edit(request, code):
    """/exams/banks/<code>/edit/."""
    bank = reach(code)
    here = reverse("exams:bank", args=[bank.code])
    page = FormPage(_("修改题库"), _("保存"), here, _("已保存。"), [crumb(), Link(bank.name, here)])
    initial = {name: getattr(bank, name) for name in BankEditForm.base_fields}
    form = BankEditForm(request.POST or None, initial=initial)
    return form_page(request, form, partial(actions.save_bank, bank=bank), page)


def crumb() -> Link:
    """The way back to all banks."""
    return Link(_("题库"), reverse("exams:banks"))


@require("bank.view")
@require_GET
def bank(request, code):
    """/exams/banks/<code>/: how many of what, and the questions."""
    found = reach(code)
    access = access_of(request)
    filters = asked(request, found)
    paginator = Paginator(filters.qs if filters.form.is_valid() else filters.qs.none(), PAGE)
    may_edit = access.can("bank.edit")
    context = {
        "bank": found,
        "shape": queries.shape(found),
        "filters": filters,
        "form": filters.form,
        "page": paginator.get_page(request.GET.get("page")),
        "count": paginator.count,
        "chosen_topic": filters.values.get("topic", ""),
        "may_edit": may_edit,
        "may_review": access.can("bank.review"),
        "import_url": reverse("exams:bank_import", args=[found.code]) if may_edit else "",
        "export_url": reverse("exams:bank_export", args=[found.code]) if may_edit else "",
        "kinds": QuestionKind.choices,
        "newest": filters.qs.order_by("-current_id").values_list("current_id", flat=True).first() or 0,
        "active_key": "banks",
    }
    return render(request, "exams/bank/bank.html", context)


@require("bank.view")
@require_POST
def questions_state(request, code):
    """Move the chosen questions, or all that the filters find, to another state."""
    found = reach(code)
    back = f"{reverse('exams:bank', args=[found.code])}?{request.POST.get('query', '')}".rstrip("?")
    to = request.POST.get("to", "")
    if to not in BULK or not access_of(request).can(BULK[QuestionState(to)]):
        raise PermissionDenied
    if request.POST.get("all"):
        rows = _all_found(request, found)
    else:
        rows = queries.chosen(found, seen_of(request.POST.getlist("question")))
    if not rows:
        messages.error(request, _("请先勾选试题。"))
        return redirect(back)
    try:
        moved = actions.change_state(actor=request.user, now=timezone.now(), questions=rows, state=to)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        words = {"n": moved, "state": QuestionState(to).label}
        messages.success(request, _("%(n)s道试题已改为“%(state)s”。") % words, extra_tags="toast")
    return redirect(back)


def _all_found(request, bank: Bank):
    """All questions of the filters, but for versions newer than the page that was looked at."""
    filters = asked(request, bank, QueryDict(request.POST.get("query", "")))
    newest = request.POST.get("newest", "")
    upto = int(newest) if newest.isdecimal() and len(newest) < 18 else 0
    return list(filters.qs.filter(current__lte=upto)) if filters.form.is_valid() else []
