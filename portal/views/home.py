"""首页, 我的, 通知: what each signed-in account sees of its own."""

import re

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail import hooks

from portal import notices as notice_board
from portal.access import access_of, signed_in
from portal.models import HomePage
from portal.queries import accounts
from portal.shell import home_for

# A key that a database column can hold.
_KEY = re.compile(r"[0-9]{1,18}")


@signed_in
def home(request):
    page = HomePage.objects.live().only("announcement").first()
    context = {
        "home": home_for(request),
        "announcement": page.announcement if page else "",
        "grants": access_of(request).grants,
        "today": timezone.localdate(),
    }
    return render(request, "portal/home.html", context)


@signed_in
def me(request):
    now = timezone.now()
    context = {
        "holdings": accounts.holdings(accounts.grants_of(request.user), now),
        "panels": [panel for contribute in hooks.get_hooks("portal_me_panels") for panel in contribute(request)],
        "notices": accounts.notices_of(request.user)[:5],
        "password_next": "portal:password",
    }
    return render(request, "portal/me.html", context)


@signed_in
def notices(request):
    rows = accounts.notices_of(request.user)
    if request.GET.get("state") == "unread":
        rows = rows.filter(read_at__isnull=True)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "portal/notices.html", {"page": page, "unread": notice_board.unread(request.user)})


@signed_in
@require_POST
def notices_read(request):
    """Mark the posted ``id``s read, or all with ``all=1``; ``open`` goes on to where the one notice points."""
    now, chosen = timezone.now(), [int(pk) for pk in request.POST.getlist("id") if _KEY.fullmatch(pk)]
    opened = accounts.notices_of(request.user).filter(pk__in=chosen).first() if request.POST.get("open") else None
    everything = request.POST.get("all") == "1"
    marked = notice_board.mark_read(actor=request.user, now=now, notice_ids=None if everything else chosen)
    if opened and opened.url:
        return redirect(opened.url)
    if everything and marked:
        messages.success(request, _("已将%(n)d条通知标为已读。") % {"n": marked}, extra_tags="toast")
    return redirect("portal:notices")
