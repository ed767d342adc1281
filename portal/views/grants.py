"""Who may act as what, for the security administrator."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.access import require
from portal.actions import grants as actions
from portal.actions.errors import Refused
from portal.forms.accounts import GrantFilterForm, GrantForm, ReasonForm, moment
from portal.models import Grant, Role
from portal.queries import accounts


@require("grants.manage")
def grants(request):
    now, form = timezone.now(), GrantFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    state = chosen.get("state") or "current"
    rows = accounts.grants(now=now, text=chosen.get("q", ""), role=chosen.get("role", ""), state=state)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    holdings = accounts.holdings(page.object_list, now)
    return render(
        request, "portal/grants.html", {"form": form, "page": page, "holdings": holdings, "count": page.paginator.count}
    )


@require("grants.manage")
def grant_new(request):
    form = GrantForm(request.POST or None, initial={"user": request.GET.get("user")})
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data}
        data["starts"], data["ends"] = moment(data["starts"]), moment(data["ends"])
        try:
            grant = actions.give_grant(actor=request.user, now=timezone.now(), **data)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            done = {"name": grant.user, "role": Role(grant.role).label}
            messages.success(request, _("已授予%(name)s“%(role)s”。") % done, extra_tags="toast")
            return redirect("portal:grants")
    return render(request, "portal/grant_form.html", {"form": form})


@require("grants.manage")
def grant_end(request, pk):
    grant = get_object_or_404(Grant.objects.select_related("user", "unit"), pk=pk)
    form, refused = ReasonForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_grant(actor=request.user, now=timezone.now(), grant=grant, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            refused = refusal.message
        else:
            done = {"name": grant.user, "role": grant.get_role_display()}
            messages.success(request, _("已收回%(name)s的“%(role)s”。") % done, extra_tags="toast")
            return redirect("portal:grants")
    return render(request, "portal/grant_end.html", {"grant": grant, "form": form, "refused": refused})
