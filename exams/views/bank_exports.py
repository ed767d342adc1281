"""Questions of a bank as a file, with their answers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods

from exams.actions.question_exports import export_questions
from exams.forms.question_imports import ExportForm
from exams.views.bank import asked, crumb, reach
from portal.access import require
from portal.actions.errors import Refused
from portal.ui import Link


@require("keys.view")
@require_http_methods(["GET", "POST"])
def export(request, code):
    """/exams/banks/<code>/export/?kind=…: the questions the bank's filters ask for; POST gives the file."""
    bank = reach(code)
    filters = asked(request, bank)
    questions = filters.qs if filters.form.is_valid() else filters.qs.none()
    form = ExportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        chosen = {"form": form.cleaned_data["form"], "asked": filters.query()}
        try:
            made = export_questions(actor=request.user, now=timezone.now(), bank=bank, questions=questions, **chosen)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            headers = {"Content-Disposition": content_disposition_header(True, made.name)}
            return HttpResponse(made.content, content_type=made.mime, headers=headers)
    here = reverse("exams:bank", args=[bank.code])
    context = {
        "bank": bank,
        "form": form,
        "count": questions.count(),
        "filtered": bool(filters.values),
        "back": f"{here}?{filters.query()}" if filters.values else here,
        "crumbs": [crumb(), Link(bank.name, here)],
        "active_key": "banks",
    }
    return render(request, "exams/bank_imports/export.html", context, status=422 if form.errors else 200)
