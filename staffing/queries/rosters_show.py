"""Rows and changes in the words a person reads: labels, masked numbers, messages, remedies."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from portal.masks import mask_id, mask_mobile
from portal.ui import DiffLine, ImportRow, IssueLine, Link
from staffing.models import (
    Category,
    EmpowerMode,
    EndReason,
    EstablishmentType,
    LeaveKind,
    PostingKind,
    QualificationKind,
    QualificationState,
    UnitKind,
)
from staffing.queries.rosters_annotate import out_of_scope
from staffing.roster.diff.values import person_columns
from staffing.roster.messages import field_label, warning_text

ROLES = {
    "roster": gettext_lazy("人员名册"),
    "postings": gettext_lazy("派驻借调名册"),
    "instructions": gettext_lazy("填表说明"),
    "summary": gettext_lazy("汇总表"),
    "hidden": gettext_lazy("隐藏表"),
    "unknown": gettext_lazy("未识别"),
}
KINDS = {
    "create": gettext_lazy("新增人员"),
    "change": gettext_lazy("变更信息"),
    "move": gettext_lazy("编制调动"),
    "posting": gettext_lazy("派驻借调"),
    "return": gettext_lazy("归位"),
    "certificate": gettext_lazy("执法证件"),
    "legal": gettext_lazy("法律职业资格"),
    "reviewer": gettext_lazy("法制审核人员"),
    "leave": gettext_lazy("请假"),
    "left": gettext_lazy("离队"),
    "unit": gettext_lazy("单位"),
    "conflict": gettext_lazy("未改动"),
    "leaver": gettext_lazy("拟离队"),
}
CONFLICTS = {
    "NEWER": gettext_lazy("系统中有更新的记录，未改动。"),
    "EDITED": gettext_lazy("名册日期之后有人更正过此人信息，未改动。"),
    "ID_DIFFERS": gettext_lazy("工号与系统中一人相同，身份证号不同，未改动。请核对哪一个填错。"),
    "CERT_TAKEN": gettext_lazy("证件编号已登记给另一人，证件未登记。请核对编号。"),
    "POST_LOCKED": gettext_lazy("编制已锁定，未调动。"),
    "OVERLAP": gettext_lazy("与另一段派驻或借调的日期重叠，未登记。请核对起止日期。"),
    "NO_UNIT": gettext_lazy("没有写明单位，未新增。请补填单位，或在上传时选填报单位。"),
    "STAFF_NO_TWICE": gettext_lazy("工号与另一人相同，未新增。请核对工号。"),
    "MODE_DIFFERS": gettext_lazy("镇街模式与系统中不同，未改动。"),
}
COLUMNS = {
    "unit": gettext_lazy("编制所在单位"),
    "home_unit": gettext_lazy("编制所在单位"),
    "from_unit": gettext_lazy("派出单位"),
    "to_unit": gettext_lazy("到"),
    "to_text": gettext_lazy("到"),
    "parent": gettext_lazy("上级单位"),
    "category": gettext_lazy("人员类别"),
    "establishment_type": gettext_lazy("编制性质"),
    "is_dedicated": gettext_lazy("专编专用"),
    "post_locked": gettext_lazy("编制锁定"),
    "start": gettext_lazy("起"),
    "end": gettext_lazy("止"),
    "due": gettext_lazy("应归位日期"),
    "doc_no": gettext_lazy("文号"),
    "full_time": gettext_lazy("集中办公"),
    "end_reason": gettext_lazy("原因"),
    "reason": gettext_lazy("原因"),
    "empower_mode": gettext_lazy("镇街模式"),
    "number": gettext_lazy("证件编号"),
    "grade": gettext_lazy("等级"),
    "issuer": gettext_lazy("发证机关"),
    "issued": gettext_lazy("取得日期"),
    "valid_until": gettext_lazy("有效期至"),
    "state": gettext_lazy("状态"),
    "statuses": gettext_lazy("状态"),
    "kind": gettext_lazy("种类"),
    "posting": gettext_lazy("起始日期"),
    "cert_status": gettext_lazy("证件状态"),
    "birth_stated": gettext_lazy("档案出生年月"),
    "approved": gettext_lazy("经批准"),
}
# Bookkeeping that a reader of the preview has no use for.
_SILENT = {"layer", "start_known", "qualification", "staff_no", "id"}
_CHOICES = {
    "category": Category,
    "establishment_type": EstablishmentType,
    "end_reason": EndReason,
    "empower_mode": EmpowerMode,
    "state": QualificationState,
    "statuses": QualificationState,
}
_KINDS = {"posting": PostingKind, "qualification": QualificationKind, "leave": LeaveKind, "unit": UnitKind}
NUMBERS = ("id_number", "mobile")
# What looks like an ID or mobile number, in whatever column somebody wrote it.
_LIKE_ID = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15})(?!\d)")
_LIKE_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
# Dated facts of a record, shown as the roster says them.
FACTS = (
    "establishment_unit",
    "working_unit",
    "posted_unit",
    "posting_type",
    "posting_start",
    "planned_return",
    "actual_return",
    "cert_no",
    "cert_issue_date",
    "cert_valid_until",
    "legal_qualification",
    "status",
)


CODES = {
    "GENDER_ID_MISMATCH": gettext_lazy("性别与身份证号不符"),
    "HIDDEN_ROW": gettext_lazy("隐藏行"),
    "DUP_ID_OTHER_UNIT": gettext_lazy("两个单位都有此人"),
    "DUP_ID_DIFF_NAME": gettext_lazy("同号不同名"),
    "MISSING_ID": gettext_lazy("缺身份证号"),
    "MISSING_NAME": gettext_lazy("缺姓名"),
    "DUP_CERT_NO": gettext_lazy("证号重复"),
    "AUX_WITH_CERT": gettext_lazy("辅助人员持证"),
    "DATE_ORDER": gettext_lazy("日期先后颠倒"),
    "UNKNOWN_ENUM": gettext_lazy("不在可选范围"),
    "ID_CHECKSUM": gettext_lazy("身份证号校验位不符"),
    "ID_LENGTH": gettext_lazy("身份证号位数不对"),
    "ID_PRECISION_LOST": gettext_lazy("身份证号末位丢失"),
    "ID_BIRTH_INVALID": gettext_lazy("身份证号日期不存在"),
    "ID_WHITESPACE": gettext_lazy("身份证号含空格"),
    "ID_LOWER_X": gettext_lazy("身份证号小写x"),
    "ID_15_UPGRADED": gettext_lazy("15位升18位"),
    "NAME_PADDING": gettext_lazy("姓名含空格"),
    "FULLWIDTH": gettext_lazy("全角字符"),
    "ALIAS": gettext_lazy("写法统一"),
    "NUMBER_TO_TEXT": gettext_lazy("数值转文本"),
    "PLACEHOLDER_TO_NULL": gettext_lazy("占位符留空"),
    "DERIVED_FROM_ID": gettext_lazy("由身份证号补填"),
    "SAME_PERSON": gettext_lazy("同一人合并"),
    "EXACT_DUP": gettext_lazy("重复行"),
    "BIRTH_ID_MISMATCH": gettext_lazy("出生年月与身份证号不符"),
    "MOBILE_INVALID": gettext_lazy("电话无效"),
    "CERT_EXPIRED": gettext_lazy("证件过期"),
    "NO_CERT": gettext_lazy("未持证"),
    "NOT_ACTIVE": gettext_lazy("不在岗"),
    "SECONDED_AWAY": gettext_lazy("借出"),
    "SAME_NAME_DIFF_ID": gettext_lazy("同名不同人"),
    "DATE_IMPOSSIBLE": gettext_lazy("日期不存在"),
    "OVER_RETIREMENT_AGE": gettext_lazy("超过退休年龄"),
    "CERT_SHOULD_BE_CANCELLED": gettext_lazy("证件应注销"),
}


def code_label(code: str) -> str:
    """A problem in few words, for a filter; rare ones by the first sentence of their message."""
    if code in CODES:
        return str(CODES[code])
    text = warning_text(code, lang()) or code
    return text.split("。")[0].split(". ")[0][:20]


def lang() -> str:
    """The reader's language as the roster engine names it: zh or en."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def reason(batch) -> str:
    """Why a file was not read, in the reader's language."""
    return (batch.changes.get("error_en") if lang() == "en" else "") or batch.error


def label(column: str) -> str:
    """A column's name for a reader."""
    return str(COLUMNS[column]) if column in COLUMNS else field_label(column, lang())


def masked(name: str, value) -> str:
    """A cell's value as it may be shown: numbers of people masked, whatever state they are in."""
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    text = str(value)
    if name == "id_number":
        return mask_id(text.strip())
    if name == "mobile":
        return mask_mobile(text.strip())
    if name == "cert_no":
        return text
    text = _LIKE_ID.sub(lambda found: mask_id(found[0]), text)
    return _LIKE_MOBILE.sub(lambda found: mask_mobile(found[0]), text)


def words(table: str, name: str, value) -> str:
    """A stored value in words."""
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    choices = _KINDS.get(table) if name == "kind" else _CHOICES.get(name)
    if choices and value in choices.values:
        return str(choices(value).label)
    return str(value)


def issue_lines(row) -> list[IssueLine]:
    """What was found in a row: cell, value, correction, and what to do."""
    lines = [
        IssueLine(
            field=field_label(issue.field, lang()) if issue.field else "",
            raw=masked(issue.field, issue.raw),
            fixed=masked(issue.field, issue.fixed),
            message=issue.text(lang()),
            col=issue.col or "",
        )
        for issue in row.issues
    ]
    return lines + [IssueLine(field="", message=warning_text(code, lang())) for code in row.warnings]


def row_url(batch, row) -> str:
    """Address of one row on the page of decisions."""
    address = reverse("staffing:import_resolve", args=[batch.pk])
    return f"{address}?{urlencode({'sheet': row.sheet, 'row': row.row})}"


def import_row(batch, row, *, refused: bool, decided: str) -> ImportRow:
    """One row of the preview. A row outside the importer's scope tells nothing but that."""
    record = row.record or {}
    if refused:
        return ImportRow(
            row.sheet, row.row, "reject", record.get("name") or "", "", (IssueLine("", message=out_of_scope(row.row)),)
        )
    verb = _("处理") if row.action == "review" and not decided else _("看原行")
    return ImportRow(
        sheet=row.sheet,
        row=row.row,
        action=row.action,
        name=record.get("name") or _raw_name(row),
        id_masked=mask_id(record["id_number"]) if record.get("id_number") else "",
        issues=issue_lines(row),
        act=Link(verb, row_url(batch, row)) if row.action != "skip" else None,
        decided=decided,
    )


def _raw_name(row) -> str:
    for issue in row.issues:
        if issue.field == "name" and issue.raw:
            return str(issue.raw)
    return ""


def change_lines(item: dict) -> list[DiffLine]:
    """Field by field what one change does."""
    names = [name for name in dict.fromkeys([*item["before"], *item["after"]]) if name and name not in _SILENT]
    return [
        DiffLine(
            field=label(name),
            now=words(item["table"], name, item["before"].get(name)),
            new=words(item["table"], name, item["after"].get(name)),
            state="conflict" if item["kind"] == "conflict" else "changed",
        )
        for name in names
    ]


def record_lines(record: dict, person, may_see_private: bool) -> list[DiffLine]:
    """A row's record beside what is stored about the same person."""
    new = person_columns(record)
    lines = []
    for name, value in new.items():
        if name in NUMBERS:
            now = getattr(person, f"{'id' if name == 'id_number' else name}_masked", "") if person else ""
            shown = masked(name, value)
        else:
            stored = getattr(person, name, "") if person and may_see_private else ""
            now, shown = masked(name, stored), masked(name, value)
        lines.append(DiffLine(label(name), now, shown, state="same" if now == shown else "changed"))
    told = (name for name in FACTS if record.get(name))
    lines += [DiffLine(field_label(name, lang()), "", masked(name, record[name])) for name in told]
    return lines


def with_samples(sheets: list[dict]) -> list[dict]:
    """Sheets of a plan whose columns hold ``shown``: sample values, numbers masked."""
    return [
        {
            **sheet,
            "columns": [
                {**column, "shown": [masked(column["canonical"], value) for value in column["samples"]]}
                for column in sheet["columns"]
            ],
        }
        for sheet in sheets
    ]


def raw_cells(row, columns: list[dict]) -> list[tuple[str, str, str]]:
    """(column letter, header, value) of the original row, numbers masked."""
    by_letter = {column["letter"]: column for column in columns}
    cells = []
    for letter, value in (row.raw or {}).items():
        column = by_letter.get(letter, {})
        cells.append((letter, column.get("header", ""), masked(column.get("canonical", ""), value)))
    return cells
