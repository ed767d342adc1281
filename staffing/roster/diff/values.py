"""From a roster record's words to the stored values."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

ESTABLISHMENT = {
    "行政执法专项编制": "dedicated",
    "专项编制": "dedicated",
    "行政编制": "admin",
    "参公事业编制": "cangong",
    "事业编制": "public",
    "工勤编制": "worker",
    "编外（劳务派遣）": "dispatch",
    "编外（合同制）": "contract",
    "劳务派遣": "dispatch",
    "合同制": "contract",
}
POSTING_KINDS = {
    "划转": "transfer",
    "下沉": "down",
    "派驻": "station",
    "借调": "second",
    "抽调": "draft",
    "挂职": "temp",
}
DEPLOYED = {"transfer", "down", "station"}
CERT_STATES = {
    "有效": "valid",
    "暂扣": "suspended",
    "过期": "expired",
    "注销": "cancelled",
    "收缴": "revoked",
    "遗失": "lost",
}
LEFT = {
    "退休": "retired",
    "调出": "transferred",
    "调离": "transferred",
    "辞职": "resigned",
    "辞退": "dismissed",
    "开除": "dismissed",
    "去世": "died",
}
ABSENT = {"长病假": "sick", "病假": "sick", "产假": "maternity", "学习": "study"}
GRADES = {"A": "A证", "B": "B证", "C": "C证", "有": ""}

# record key -> (column of Person, greatest length; 0 for a value taken as it is)
TEXT_COLUMNS = {
    "name": ("name", 50),
    "gender": ("gender", 1),
    "birth_stated": ("birth_stated", 10),
    "ethnicity": ("ethnicity", 20),
    "political_status": ("political_status", 20),
    "party_join_date": ("party_join_date", 10),
    "first_education": ("first_education", 20),
    "education": ("education", 20),
    "degree": ("degree", 20),
    "school": ("school", 80),
    "major": ("major", 80),
    "position": ("position", 50),
    "rank": ("rank", 50),
    "prof_title": ("prof_title", 50),
    "work_start_date": ("work_start_date", 10),
    "enforcement_start_date": ("enforcement_start_date", 10),
    "mobile": ("mobile", 11),
    "remarks": ("remarks", 300),
}
# Columns in which a stored value is wanted for the comparison.
PERSON_COLUMNS = (*(column for column, _ in TEXT_COLUMNS.values()), "birth_date", "is_law_major", "entry_date")


def day(text: str | None) -> date | None:
    """First day of a written date of any precision; None when there is none or it is a year only."""
    if not text or len(text) < 7:
        return None
    parts = [int(part) for part in text.split("-")]
    year, month = parts[0], parts[1]
    return date(year, month, min(parts[2] if len(parts) > 2 else 1, monthrange(year, month)[1]))


def category_of(record: dict) -> str:
    """officer, auxiliary or worker; the statement in words wins over what the establishment implies."""
    words = record.get("personnel_category") or ""
    if "辅助" in words:
        return "auxiliary"
    if "工勤" in words:
        return "worker"
    if words:
        return "officer"
    establishment = establishment_of(record)
    if establishment in ("dispatch", "contract"):
        return "auxiliary"
    return "worker" if establishment == "worker" else "officer"


def says_category(record: dict) -> bool:
    """Does the record tell the person's category at all?"""
    return bool(record.get("personnel_category") or record.get("establishment_type") or record.get("employment_form"))


def establishment_of(record: dict) -> str:
    """EstablishmentType value; empty when the roster says nothing."""
    words = record.get("establishment_type") or ""
    if not words:
        form = record.get("employment_form") or ""
        return ESTABLISHMENT.get(form, "other" if form else "")
    if words in ESTABLISHMENT:
        return ESTABLISHMENT[words]
    for key, value in ESTABLISHMENT.items():
        if key in words:
            return value
    return "other"


def person_columns(record: dict) -> dict[str, object]:
    """Columns of Person that the record gives a value for. An empty cell says nothing and clears nothing."""
    out: dict[str, object] = {}
    for key, (column, length) in TEXT_COLUMNS.items():
        value = record.get(key)
        if value:
            out[column] = str(value)[:length]
    birth = record.get("birth_date")
    if birth:
        if len(birth) == 10:
            out["birth_date"] = day(birth)
        else:
            out.setdefault("birth_stated", birth)
    entry = day(record.get("entry_date"))
    if entry:
        out["entry_date"] = entry
    if record.get("is_law_major") is not None:
        out["is_law_major"] = bool(record["is_law_major"])
    return out
