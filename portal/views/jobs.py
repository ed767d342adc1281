"""Background work: one's own job with its progress, and the list for the system administrator."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal import jobs as engine
from portal.access import access_of, require, signed_in
from portal.models import Job, WorkerBeat
from portal.notices import mark_read


def _visible(request, pk):
    """A job of one's own, or any with ``jobs.view``; else 404."""
    return get_object_or_404(engine.mine(request.user, access_of(request)), pk=pk)


def _shown(request, job):
    """For the component; its owner has now seen how it ended, so the notice about it is read."""
    if job.is_over and job.owner_id == request.user.pk:
        mark_read(actor=request.user, now=timezone.now(), about=engine.notice_key(job))
    return engine.view_of(job, link_result=job.owner_id == request.user.pk)


@require("jobs.view")
def jobs(request):
    now, state = timezone.now(), request.GET.get("state", "")
    rows = Job.objects.select_related("owner").order_by("-created_at")
    if state in Job.State.values:
        rows = rows.filter(state=state)
    context = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "states": Job.State.choices,
        "state": state,
        "workers": WorkerBeat.objects.order_by("-at"),
        "worker_alive": engine.worker_alive(now),
    }
    return render(request, "portal/jobs.html", context)


@signed_in
def job(request, pk):
    row = _visible(request, pk)
    can_retry = row.state in (Job.State.FAILED, Job.State.CANCELLED)
    return render(request, "portal/job.html", {"row": row, "job": _shown(request, row), "can_retry": can_retry})


@signed_in
def job_poll(request, pk):
    return render(request, "components/job.html", {"job": _shown(request, _visible(request, pk))})


@signed_in
@require_POST
def job_cancel(request, pk):
    row = _visible(request, pk)
    if not engine.cancel(actor=request.user, now=timezone.now(), job_id=row.pk):
        messages.info(request, _("任务已经结束，不能取消。"))
    if request.headers.get("HX-Request"):
        return job_poll(request, pk)
    return redirect("portal:job", pk=pk)


@signed_in
@require_POST
def job_retry(request, pk):
    row = _visible(request, pk)
    if not engine.retry(actor=request.user, now=timezone.now(), job_id=row.pk):
        messages.info(request, _("任务正在进行或已完成，不必重试。"))
    return redirect("portal:job", pk=pk)
