"""The audit trail, for the audit administrator. Reading only; the chain can be proved on the spot."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal import audit as trail
from portal import jobs
from portal.access import require
from portal.forms.accounts import AuditFilterForm, moment
from portal.queries import audit as queries


@require("audit.view")
def audit(request):
    actions = sorted(trail.actions().items(), key=lambda pair: pair[0])
    form = AuditFilterForm(
        request.GET,
        actions=[(name, _("%(name)s（%(code)s）") % {"name": label, "code": name}) for name, label in actions],
        object_types=queries.object_types(),
    )
    form.is_valid()
    chosen = form.cleaned_data
    until = chosen.get("until")
    rows = queries.events(
        actor=chosen.get("q", ""),
        action=chosen.get("action", ""),
        object_type=chosen.get("object_type", ""),
        object_id=chosen.get("object_id", ""),
        since=moment(chosen.get("since")),
        until=moment(until + timedelta(days=1)) if until else None,
    )
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "lines": queries.lines(page), "count": page.paginator.count}
    return render(request, "portal/audit.html", context)


@require("audit.view")
@require_POST
def audit_verify(request):
    job = jobs.start(actor=request.user, now=timezone.now(), kind="audit.verify", title=_("校验审计记录链"))
    return redirect("portal:job", pk=job.pk)
