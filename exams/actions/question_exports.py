"""Questions leaving the portal with their answers: every file is a row in the audit trail before anybody holds it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from exams.delivery import pictures as stored
from exams.formats.draft import QuestionDraft
from exams.formats.gift_out import write_gift
from exams.formats.moodle_out import write_moodle
from exams.formats.table_out import write_table
from exams.models import Bank, Picture, Question
from exams.queries.keys import drafts_of
from portal import audit
from portal.actions.errors import Refused

MOST = 20_000
FORMATS = ("xlsx", "moodle", "gift")
ENDINGS = {"xlsx": ".xlsx", "moodle": ".xml", "gift": ".gift.txt"}
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "moodle": "application/xml",
    "gift": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class ExportFile:
    name: str
    mime: str
    content: bytes


def export_questions(
    *, actor, now, bank: Bank, questions: Iterable[Question], form: str, asked: str = ""
) -> ExportFile:
    """The current versions with their keys as a file; ``form`` one of FORMATS, ``asked`` the filter for the record.

    Raises Refused for none, for more than 20,000, and for an unknown format.
    """
    if form not in FORMATS:
        raise Refused(_("请选择导出的格式。"), "form")
    questions = list(questions[: MOST + 1])
    if not questions:
        raise Refused(_("没有可以导出的试题。"))
    if len(questions) > MOST:
        raise Refused(_("试题超过%(most)s道，请缩小范围后分批导出。") % {"most": MOST})
    drafts = drafts_of(questions)
    content = _written(drafts, form)
    with transaction.atomic():
        told = {"bank": bank.code, "format": form, "count": len(drafts), "filter": asked[:300]}
        audit.record(actor=actor, now=now, action="questions.exported", obj=bank, **told)
    return ExportFile(f"{bank.name}{ENDINGS[form]}", TYPES[form], content)


def _written(drafts: list[QuestionDraft], form: str) -> bytes:
    out = io.BytesIO()
    if form == "xlsx":
        write_table(out, drafts)
    elif form == "moodle":
        write_moodle(out, drafts, _pictures(drafts))
    else:
        write_gift(out, drafts)
    return out.getvalue()


def _pictures(drafts: list[QuestionDraft]) -> dict[str, tuple[str, bytes]]:
    names = {sha for draft in drafts for sha in (draft.picture, *(sha for _k, _t, sha in draft.options)) if sha}
    found = {}
    for picture in Picture.objects.filter(sha256__in=names) if names else ():
        ending = picture.file.rpartition(".")[2]
        found[picture.sha256] = (f"{picture.sha256[:16]}.{ending}", stored.read(picture))
    return found
