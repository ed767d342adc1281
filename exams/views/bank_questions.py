"""One question: as a candidate sees it, with its key for those who may, its versions and uses; written and revised."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from exams.actions import bank as actions
from exams.actions.holds import confirm_question
from exams.actions.pictures import add_picture
from exams.delivery import pictures
from exams.forms.questions import FORMS_OF_CASE, LETTERS, QuestionForm
from exams.models import AnswerForm, Question, QuestionKind, QuestionState
from exams.queries import bank as queries
from exams.queries import pinned
from exams.queries.asked import Shower
from exams.queries.keys import drafts_of, keys_of, may_see
from exams.queries.question_history import answer_words, history
from exams.views.bank import crumb
from exams.views.bank import reach as reach_bank
from exams.views.bank_pages import ask
from portal.access import access_of, require, signed_in
from portal.actions.errors import Refused
from portal.ui import Confirm, Link

State = QuestionState
# A picture is kept by the one browser it was addressed to.
PICTURE_SECONDS = 86400


def reach(pk: int) -> Question:
    """The question. Raises Http404."""
    question = queries.question(pk)
    if question is None:
        raise Http404
    return question


@require("bank.view")
@require_GET
@never_cache
def question(request, pk):
    """/exams/questions/<pk>/."""
    found = reach(pk)
    access, version = access_of(request), found.current
    with_keys = may_see(access, found)
    key = keys_of([version.pk])[version.pk] if with_keys else None
    choice = version.form in (AnswerForm.SINGLE, AnswerForm.MULTIPLE, AnswerForm.JUDGE)
    shown = Shower([version], request.user.pk).show(version, right=key.answer if key and choice else None)
    context = {
        "question": found,
        "version": version,
        "q": shown,
        "key": key,
        "key_words": answer_words(key.answer) if key else "",
        "articles": [(a, reverse("law:article", args=[a.pk])) for a in version.articles.select_related("law")],
        "changes": history(found, with_keys=with_keys),
        "parts": queries.case_parts(found),
        "papers": pinned.papers_with(found.pk),
        "sittings": pinned.sittings_with(found.pk),
        "acts": _acts(found, access, request.user),
        "may_edit": access.can("bank.edit"),
        "may_review": access.can("bank.review"),
        "active_key": "banks",
    }
    return render(request, "exams/bank/question.html", context)


def _acts(found: Question, access, user) -> list[Confirm]:
    """What this viewer may do to the question now, the expected one first."""
    own = found.current.made_by_id == user.pk
    acts = []
    if found.held and access.can("bank.review"):
        acts.append(_confirm_hold(found))
    if found.state == State.DRAFT and access.can("bank.review") and not own:
        acts += [_confirm(found, State.REVIEWED), _confirm(found, "returned")]
    if access.can("bank.edit"):
        wanted = {State.DRAFT: [State.RETIRED], State.REVIEWED: [State.ACTIVE, State.RETIRED]}
        wanted |= {State.ACTIVE: [State.RETIRED], State.RETIRED: [State.DRAFT]}
        acts += [_confirm(found, state) for state in wanted[State(found.state)]]
    return acts


def _confirm(found: Question, to: str) -> Confirm:
    words = {
        State.REVIEWED: (_("审核通过"), _("题干、选项、答案、解析和依据均无误，通过后可以启用。"), None),
        State.ACTIVE: (pgettext("verb", "启用"), _("启用后可用于组卷；题库不是“仅供考试”的，也会出现在练习中。"), None),
        State.RETIRED: (
            pgettext("verb", "停用"),
            _("停用后不再用于组卷和练习，已定稿的试卷不受影响；可以恢复为草稿。"),
            "optional",
        ),
        State.DRAFT: (_("恢复为草稿"), _("恢复后须重新审核。"), None),
        "returned": (_("退回修改"), _("退回后由编写人修改，修改后重新待审。"), "required"),
    }
    verb, line, reason = words[to]
    return Confirm(
        id=f"to-{to}",
        title=_("%(verb)s：%(bank)s第%(n)s题") % {"verb": verb, "bank": found.bank.name, "n": found.number},
        verb=verb,
        action_url=f"{reverse('exams:question_state', args=[found.pk])}?to={to}",
        lines=[line],
        reason=reason,
        hidden=(("seen", str(found.current_id)),),
        cancel_url=reverse("exams:question", args=[found.pk]),
        danger=to in (State.RETIRED, "returned"),
        primary=to in (State.REVIEWED, State.ACTIVE),
    )


@require("bank.view")
@require_http_methods(["GET", "POST"])
def question_state(request, pk):
    """Approve, return, activate, retire or restore one question; GET asks."""
    found = reach(pk)
    to, access = request.GET.get("to", ""), access_of(request)
    if to not in (*MOVES, "returned"):
        return redirect("exams:question", pk=pk)
    if not access.can("bank.review" if to in (State.REVIEWED, "returned") else "bank.edit"):
        raise PermissionDenied
    seen = request.POST.get("seen", "")
    if seen.isdecimal() and len(seen) < 18:
        found.current_id = int(seen)
    confirm = _confirm(found, to)
    if to == "returned":
        return ask(request, confirm, partial(actions.return_questions, questions=[found]), _("已退回。"))
    act = partial(actions.change_state, questions=[found], state=to)
    onward = reverse("exams:review") if to == State.REVIEWED else ""
    done = _("已改为“%(state)s”。") % {"state": State(to).label}
    return ask(request, confirm, act, done, onward)


MOVES = (State.REVIEWED, State.ACTIVE, State.RETIRED, State.DRAFT)


def _confirm_hold(found: Question) -> Confirm:
    return Confirm(
        id="hold",
        title=_("确认试题仍然正确：%(bank)s第%(n)s题") % {"bank": found.bank.name, "n": found.number},
        verb=_("确认仍然正确"),
        action_url=reverse("exams:question_confirm", args=[found.pk]),
        lines=[found.held, _("确认后恢复用于组卷；内容须改的，请先修改试题。")],
        reason="optional",
        cancel_url=reverse("exams:question", args=[found.pk]),
        primary=True,
    )


@require("bank.review")
@require_http_methods(["GET", "POST"])
def question_confirm(request, pk):
    """The law changed, the question stands: let it be drawn again."""
    found = reach(pk)

    def act(*, actor, now, reason):
        return confirm_question(actor=actor, now=now, questions=[found], note=reason)

    return ask(request, _confirm_hold(found), act, _("已确认，恢复用于组卷。"))


@require("bank.edit")
@require_http_methods(["GET", "POST"])
def question_new(request, code):
    """/exams/banks/<code>/questions/new/?kind=…&form=…: one question, or one part of a case."""
    bank = reach_bank(code)
    here = reverse("exams:bank", args=[bank.code])
    kind, answer_form = _asked_kind(request)
    initial = {}
    if part := request.GET.get("part", ""):
        initial = _next_part(bank, part)
    form = _bound(request, kind, answer_form, initial)
    duplicate = None
    if request.method == "POST" and form.is_valid():
        saved, duplicate = _saved(
            form, lambda draft: actions.add_questions(actor=request.user, now=timezone.now(), bank=bank, drafts=[draft])
        )
        if saved:
            messages.success(request, _("已保存第%(n)s题，待审。") % {"n": saved[0].number}, extra_tags="toast")
            if request.POST.get("more") and kind == QuestionKind.CASE and saved[0].current.case_code:
                return redirect(f"{request.path}?kind=case&form={answer_form}&part={saved[0].pk}")
            return redirect(request.get_full_path() if request.POST.get("more") else f"{here}?state=draft")
    context = {
        "bank": bank,
        "form": form,
        "kinds": [(QuestionKind(k).label, f"?kind={k}", k == kind) for k in QuestionKind.values],
        "case_forms": [(f.label, f"?kind=case&form={f}", f == answer_form) for f in FORMS_OF_CASE],
        "title": _("新增试题"),
        "cancel_url": here,
    }
    return _form_page(request, context, duplicate)


def _asked_kind(request) -> tuple[QuestionKind, AnswerForm]:
    kind = request.GET.get("kind", "")
    kind = QuestionKind(kind) if kind in QuestionKind.values else QuestionKind.SINGLE
    if kind != QuestionKind.CASE:
        return kind, AnswerForm(str(kind))
    wanted = request.GET.get("form", "")
    return kind, AnswerForm(wanted) if wanted in FORMS_OF_CASE else AnswerForm.MULTIPLE


def _next_part(bank, part: str) -> dict:
    """The next part of a case begins with its code and material."""
    found = queries.question(int(part)) if part.isdecimal() and len(part) < 18 else None
    if found is None or found.bank_id != bank.pk:
        return {}
    version = found.current
    return {
        "case_code": version.case_code,
        "material": version.material,
        "topic": version.topic.name if version.topic else "",
        "basis": version.basis,
    }


@require("bank.edit")
@require_http_methods(["GET", "POST"])
def question_edit(request, pk):
    """/exams/questions/<pk>/edit/: becomes a new version, to be reviewed again."""
    found = reach(pk)
    here = reverse("exams:question", args=[found.pk])
    (draft,) = drafts_of([found])
    initial = {**QuestionForm.initial_of(draft), "seen": found.current_id}
    form = _bound(request, draft.kind, draft.form, initial)
    duplicate = None
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        saved, duplicate = _saved(
            form,
            lambda draft: actions.revise_question(
                actor=request.user, now=timezone.now(), question=found, draft=draft, seen=seen
            ),
        )
        if saved:
            done = (
                _("没有改动。")
                if saved.pk == found.current_id
                else _("已保存为第%(n)s版，待审。") % {"n": saved.number}
            )
            messages.success(request, done, extra_tags="toast")
            return redirect(here)
    context = {
        "bank": found.bank,
        "question": found,
        "form": form,
        "title": _("修改第%(n)s题") % {"n": found.number},
        "cancel_url": here,
    }
    return _form_page(request, context, duplicate)


def _form_page(request, context, duplicate) -> HttpResponse:
    bank = context["bank"]
    context |= {
        "crumbs": [crumb(), Link(bank.name, reverse("exams:bank", args=[bank.code]))],
        "duplicate": duplicate,
        "active_key": "banks",
    }
    return render(request, "exams/bank/question_form.html", context, status=422 if context["form"].errors else 200)


def _saved(form, act):
    """(what ``act`` stored or None, the question that is there already or None)."""
    try:
        return act(form.draft()), None
    except Refused as refused:
        field = refused.field if refused.field in form.fields else None
        form.add_error(field, refused.message)
        return None, getattr(refused, "question", None)


def _bound(request, kind, answer_form, initial) -> QuestionForm:
    """The form; on POST its uploads are stored first, so that they outlive an error elsewhere in the form."""
    if request.method != "POST":
        return QuestionForm(initial=initial, kind=kind, form=answer_form)
    data, refusals = request.POST.copy(), []
    for end in ("", *(f"_{letter}" for letter in LETTERS)):
        upload = request.FILES.get(f"upload{end}")
        if upload is None:
            continue
        try:
            picture = add_picture(
                actor=request.user,
                now=timezone.now(),
                content=upload.read(),
                name=upload.name,
                alt="" if end else data.get("alt", ""),
            )
        except Refused as refused:
            refusals.append((f"upload{end}", refused.message))
        else:
            data[f"picture{end}"] = picture.sha256
    form = QuestionForm(data, kind=kind, form=answer_form, initial=initial)
    for field, message in refusals:
        if field in form.fields:
            form.add_error(field, message)
    return form


@signed_in
@require_GET
def picture(request, token):
    """A picture, for the one user its address was made for."""
    found = pictures.opened(token, request.user.pk)
    if found is None:
        raise Http404
    response = HttpResponse(pictures.read(found), content_type=found.mime)
    response["Cache-Control"] = f"private, max-age={PICTURE_SECONDS}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
