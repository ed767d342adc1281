"""The sealed archive of a sitting: what is in it, writing it, fetching it."""

from __future__ import annotations

from functools import partial

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exams.actions import archive as actions
from exams.views.results_kit import ask, office_sitting
from portal.access import require
from portal.models import Job
from portal.ui import Confirm
from staffing.actions.exports import Made
from staffing.views.exports import as_file


@require("archive.export")
@never_cache
def archive(request, code):
    """/exams/sittings/<code>/archive/: says what the archive holds; POST queues it."""
    sitting = office_sitting(request, code)
    confirm = Confirm(
        id="archive",
        title=_("导出考试档案"),
        verb=_("导出档案"),
        action_url=reverse("exams:archive", args=[sitting.code]),
        cancel_url=reverse("exams:sitting", args=[sitting.code]),
        lines=[
            _(
                "内容：定稿试卷、试题、所用答案、报名、答卷与每次保存、评分记录、阅卷、考场记录、复核、登记册各版、合格证明。"
            ),
            _("身份证号作掩码；每个文件有校验码，清单由本系统签名，改动任何一处都能查出。"),
            _("保存期限：试卷与答卷3年，成绩与登记册10年。"),
            _("文件在本系统保留24小时，请下载后按档案管理规定保存。"),
        ],
    )
    return ask(
        request,
        confirm,
        partial(actions.request_archive, sitting=sitting),
        back=lambda job: reverse("portal:job", args=[job.pk]),
        sitting=sitting,
    )


@require("archive.export")
@require_GET
@never_cache
def download(request, pk):
    """The file: its owner's only, for a day."""
    job = Job.objects.filter(pk=pk, kind=actions.JOB, owner=request.user, state=Job.State.DONE).first()
    file = actions.file_of(job, timezone.now()) if job else None
    if file is None:
        raise Http404
    return as_file(Made(file, job.result["name"], job.total))
