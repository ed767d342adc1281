"""Sign-ups of a session: units sign their people up, the training office everybody."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.actions import signups as actions
from courses.forms.lectures import PeopleForm
from courses.models import Signup
from courses.queries import sessions as session_queries
from courses.queries import signups as queries
from courses.views.sessions import KEY, crumbs, seen
from portal.access import require
from portal.actions.errors import Refused
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count
from staffing.views.facts import confirm_page

PAGE = 50
# Names in one message.
NAMES = 10


@require("signups.edit")
@require_http_methods(["GET", "POST"])
def signups(request, code):
    """/learning/office/sessions/<code>/signups/: who of one's people has a seat, waits, or may be signed up."""
    row, now, scope = seen(request, code), timezone.now(), request.scope
    if request.method == "POST":
        _sign_up(request, row, now)
        return redirect(url_with(request))
    form = PeopleForm(request.GET, scope=scope, session=row)
    given = form.cleaned_data if form.is_valid() else {}
    filters = {"text": given.get("q", "").strip(), "unit": given.get("unit")}
    takes = queries.takes_signups(row, now)
    there, open_ = queries.listed(scope, row, **filters), queries.may_be_chosen(scope, row, **filters)
    totals = {"in": there.count()} | ({"open": open_.count()} if takes else {})
    show = "open" if takes and request.GET.get("show") == "open" else "in"
    labels = {"in": _("已报名和候补"), "open": _("可报名")}
    counts = [Count(labels[key], n, url_with(request, show=key, page=None), show == key) for key, n in totals.items()]
    page = Paginator(open_ if show == "open" else there, PAGE).get_page(request.GET.get("page"))
    lines = queries.choices(page.object_list, row) if show == "open" else queries.lines(page.object_list, row)
    context = {
        "session": row,
        "form": form,
        "page": page,
        "lines": lines,
        "show": show,
        "counts": counts,
        "takes": takes,
        "seats": queries.counts(row),
        "crumbs": crumbs(row),
        "when": session_queries.when(row),
        "active_key": KEY,
    }
    return render(request, "courses/lectures/signups.html", context)


def _sign_up(request, row, now) -> None:
    ids = [int(pk) for pk in request.POST.getlist("pk") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    people = list(queries.may_be_chosen(request.scope, row).filter(pk__in=ids))
    try:
        if not people:
            raise Refused(_("请先勾选人员。"))
        done = actions.sign_up(actor=request.user, now=now, session=row, people=people)
    except Refused as refused:
        messages.error(request, refused.message)
        return
    if done.seated:
        messages.success(request, _("已报名%(n)s人。") % {"n": len(done.seated)}, extra_tags="toast")
    if done.waiting:
        messages.info(request, _("名额已满，%(n)s人登记为候补。") % {"n": len(done.waiting)})
    for person, reason in list(done.refused.items())[:NAMES]:
        messages.error(request, _("%(name)s没有报名：%(reason)s。") % {"name": person.name, "reason": reason})


@require("signups.edit")
@require_http_methods(["GET", "POST"])
def signup_drop(request, code, pk):
    """/learning/office/sessions/<code>/signups/<pk>/drop/: take somebody's seat or place back."""
    row = seen(request, code)
    try:
        signup = queries.find(request.scope, row, pk)
    except Signup.DoesNotExist as error:
        raise Http404 from error
    lines = [_("%(name)s的报名将取消，本人会收到通知。") % {"name": signup.person.name}]
    if signup.state == Signup.State.SEATED and queries.counts(row).waiting:
        lines.append(_("空出的名额由候补第1名递补。"))
    confirm = Confirm(
        id="drop",
        title=_("取消%(name)s的报名") % {"name": signup.person.name},
        verb=_("取消报名"),
        action_url=reverse("courses:signup_drop", args=[code, pk]),
        lines=lines,
        reversible=_("可以重新报名；名额已满时排在候补末尾。"),
        cancel_url=reverse("courses:signups", args=[code]),
    )
    act = partial(actions.sign_off, session=row, people=[signup.person])
    return confirm_page(request, confirm, act, done=_("已取消报名。"), active_key=KEY)
