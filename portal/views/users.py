"""Accounts, for the system administrator."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.access import require
from portal.actions import users as actions
from portal.actions.errors import Refused
from portal.backends import locked_until
from portal.forms.accounts import UserChangeForm, UserFilterForm, UserForm
from portal.models import User
from portal.queries import accounts


@require("users.manage")
def users(request):
    form = UserFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = accounts.users(text=chosen.get("q", ""), state=chosen.get("state", ""))
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "portal/users.html", {"form": form, "page": page, "count": page.paginator.count})


@require("users.manage")
@never_cache
def user_new(request):
    """The one-time password is in the answer to the POST only: it is shown once and stored nowhere."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, shown = actions.create_user(actor=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            return render(request, "portal/one_time.html", {"account": user, "shown": shown, "made": True})
    return render(request, "portal/user_form.html", {"form": form})


@require("users.manage")
def user(request, pk):
    account = get_object_or_404(User, pk=pk)
    form = UserChangeForm(request.POST or None, instance=account)
    if request.method == "POST" and form.is_valid():
        fresh = User.objects.get(pk=pk)
        actions.change_user(actor=request.user, now=timezone.now(), user=fresh, **form.cleaned_data)
        messages.success(request, _("已保存%(name)s的账号。") % {"name": fresh}, extra_tags="toast")
        return redirect("portal:user", pk=pk)
    now = timezone.now()
    context = {
        "account": account,
        "form": form,
        "holdings": accounts.holdings(accounts.grants_of(account), now),
        "locked_until": locked_until(account.username, None, now),
        "is_me": account.pk == request.user.pk,
    }
    return render(request, "portal/user.html", context)


@require("users.manage")
@require_POST
def user_switch(request, pk, act):
    """Disable or enable."""
    account = get_object_or_404(User, pk=pk)
    change = {"disable": actions.disable_user, "enable": actions.enable_user}[act]
    try:
        change(actor=request.user, now=timezone.now(), user=account)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        text = _("已停用%(name)s，其登录随即失效。") if act == "disable" else _("已启用%(name)s。")
        messages.success(request, text % {"name": account})
    return redirect("portal:user", pk=pk)


@require("users.manage")
@require_POST
@never_cache
def user_reset(request, pk):
    account = get_object_or_404(User, pk=pk)
    try:
        shown = actions.reset_password(actor=request.user, now=timezone.now(), user=account)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("portal:user", pk=pk)
    return render(request, "portal/one_time.html", {"account": account, "shown": shown, "made": False})
