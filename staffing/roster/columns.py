"""Which column is what: header texts matched against header_synonyms.csv, and one record per column we understand.

Order of matching (domain §3): exact → path (group>sub) → exact without brackets → contains. A new column needs its
synonyms in the csv and one line in PARSERS; nothing else.
"""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from staffing.roster import values, values_time
from staffing.roster.text import header_key

Parser = Callable[[object, values.Context], values.Parsed]
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】")

# canonical: (parser or None when the column is recognised but never kept, English label)
PARSERS: dict[str, tuple[Parser | None, str]] = {
    "seq": (None, "No."),
    "staff_no": (values.plain_text, "Staff number"),
    "name": (values.name, "Name"),
    "gender": (values.gender, "Sex"),
    "id_number": (values.id_number, "ID number"),
    "id_last4": (values.plain_text, "Last four of ID"),
    "birth_date": (values_time.day, "Birth date"),
    "age": (None, "Age"),
    "ethnicity": (values.ethnicity, "Ethnicity"),
    "native_place": (None, "Native place"),
    "political_status": (values.political_status, "Political status"),
    "party_join_date": (values_time.day, "Joined the Party"),
    "work_start_date": (values_time.day, "Started working"),
    "entry_date": (values_time.day, "Joined this unit"),
    "enforcement_start_date": (values_time.day, "In enforcement since"),
    "education": (values.education, "Highest education"),
    "first_education": (values.education, "First education"),
    "inservice_education": (values.education, "In-service education"),
    "degree": (values.plain_text, "Degree"),
    "school": (values.plain_text, "School"),
    "inservice_school": (values.plain_text, "In-service school"),
    "major": (values.plain_text, "Major"),
    "is_law_major": (values.boolean, "Law major"),
    "establishment_type": (values.establishment_type, "Establishment type"),
    "personnel_category": (values.personnel_category, "Category"),
    "employment_form": (values.employment_form, "Form of employment"),
    "establishment_unit": (values.plain_text, "Home unit"),
    "working_unit": (values.plain_text, "Working unit"),
    "squad": (values.plain_text, "Squad or office"),
    "posted_unit": (values.plain_text, "Posted to"),
    "posting_type": (values.posting_type, "Posting kind"),
    "posting_start": (values_time.posting_start, "Posted since"),
    "planned_return": (values_time.day, "Return due"),
    "actual_return": (values_time.day, "Returned"),
    "posting_basis": (values.plain_text, "Basis of posting"),
    "co_located": (values.boolean, "Works on site"),
    "establishment_locked": (values.boolean, "Post locked"),
    "dual_score": (values.dual_score, "Dual appraisal"),
    "score_street": (values.number, "Street's score"),
    "score_bureau": (values.number, "Bureau's score"),
    "position": (values.plain_text, "Position"),
    "rank": (values.plain_text, "Rank"),
    "position_date": (values_time.day, "In position since"),
    "prof_title": (values.plain_text, "Professional title"),
    "has_cert": (values.boolean, "Holds a certificate"),
    "cert_type": (values.plain_text, "Certificate type"),
    "cert_no": (values.cert_no, "Certificate number"),
    "cert_issue_date": (values_time.day, "Certificate issued"),
    "cert_valid_until": (values_time.valid_until, "Certificate valid until"),
    "cert_issuer": (values.plain_text, "Certificate issuer"),
    "cert_status": (values.cert_status, "Certificate status"),
    "cert_annual_check": (values.plain_text, "Annual check"),
    "supervise_cert_no": (values.cert_no, "Supervision certificate"),
    "enforcement_domain": (values.plain_text, "Enforcement domain"),
    "legal_qualification": (values.legal_qualification, "Legal professional qualification"),
    "legal_qualification_no": (values.plain_text, "Legal qualification number"),
    "legal_qualification_date": (values_time.day, "Legal qualification obtained"),
    "legal_reviewer": (values.legal_reviewer, "Legal reviewer"),
    "legal_reviewer_mode": (values.reviewer_mode, "Full or part time"),
    "legal_review_start_date": (values_time.day, "Legal reviewer since"),
    "gov_lawyer": (values.boolean, "Government lawyer"),
    "hours_total": (values.number, "Hours"),
    "hours_online": (values.number, "Online hours"),
    "hours_offline": (values.number, "Offline hours"),
    "hours_court": (values.number, "Court observation hours"),
    "hours_political": (values.number, "Political study hours"),
    "exam_no": (None, "Admission number"),
    "exam_subject": (None, "Subject"),
    "score_public": (None, "General law score"),
    "score_special": (None, "Special law score"),
    "score": (None, "Score"),
    "exam_result": (None, "Exam result"),
    "sign_in": (None, "Signed in"),
    "sign_out": (None, "Signed out"),
    "sign_method": (None, "Way of signing"),
    "signature": (None, "Signature"),
    "mobile": (values.mobile, "Mobile"),
    "office_phone": (values.plain_text, "Office telephone"),
    "status": (values_time.status, "Status"),
    "leave_from": (values_time.day, "Leave from"),
    "leave_to": (values_time.day, "Leave to"),
    "leave_type": (values.plain_text, "Leave type"),
    "cases_handled": (values.number, "Cases handled"),
    "annual_appraisal": (values.plain_text, "Annual appraisal"),
    "reward_punish": (None, "Rewards and sanctions"),
    "photo": (None, "Photo"),
    "remarks": (values.remarks, "Remarks"),
    "town_mode": (values.town_mode, "Town mode"),
}
# Columns that a vertical merge covers for several people; a merged name or number would be a mistake.
FILL_DOWN = frozenset(
    [
        "working_unit",
        "establishment_unit",
        "squad",
        "posted_unit",
        "town_mode",
        "establishment_type",
        "personnel_category",
        "employment_form",
        "posting_type",
        "posting_start",
        "planned_return",
        "posting_basis",
        "enforcement_domain",
        "cert_issuer",
    ]
)
# 岗位 and 单位 columns whose value repeats: parsed once per distinct text.
_HOURS = frozenset({"hours_online", "hours_offline", "hours_court", "hours_political"})
_NO_CONTAINS = re.compile(r"地址|住址|照片|复印|紧急|家属|亲属|配偶|父母|联系人|领导|负责人|备注|扫描|附件")
# What a header that merely contains 执法证 or 法律职业资格 is really about.
_REFINED = (
    ("cert_no", re.compile(r"有效|到期|截止|失效"), "cert_valid_until"),
    (
        "cert_no",
        re.compile(r"(?:发证|领证|取证|核发|颁证|办证|取得).*(?:日期|时间|年月)|(?:日期|时间)$"),
        "cert_issue_date",
    ),
    ("cert_no", re.compile(r"机关|单位|部门"), "cert_issuer"),
    ("cert_no", re.compile(r"类型|种类|类别"), "cert_type"),
    ("cert_no", re.compile(r"状态"), "cert_status"),
    ("cert_no", re.compile(r"^(?:是否|有无|有否)|持证情况"), "has_cert"),
    ("legal_qualification", re.compile(r"编号|证号|号码"), "legal_qualification_no"),
    ("legal_qualification", re.compile(r"时间|日期|年月"), "legal_qualification_date"),
    ("mobile", re.compile(r"办公|单位|固定|座机"), "office_phone"),
)


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column we understand. ``parser`` is None when it is recognised but not kept (data minimisation, domain
    §5).
    """

    canonical: str
    label_zh: str
    label_en: str
    parser: Parser | None


@dataclass(frozen=True, slots=True)
class Match:
    canonical: str
    how: str
    priority: int


NO_MATCH = Match("", "none", 0)


def _load() -> tuple[dict[str, ColumnSpec], dict[str, str], dict[str, dict[str, str]], list[tuple[str, str]]]:
    labels: dict[str, str] = {}
    exact: dict[str, str] = {}
    paths: dict[str, dict[str, str]] = {}
    contains: list[tuple[str, str]] = []
    source = Path(__file__).with_name("header_synonyms.csv")
    with source.open(encoding="utf-8-sig", newline="") as stream:
        for line in csv.DictReader(stream):
            canonical, synonym = line["canonical_field"], line["synonym"]
            labels.setdefault(canonical, line["label_zh"])
            if line["match"] == "path":
                group, _, sub = synonym.partition(">")
                paths.setdefault(header_key(sub), {})[header_key(group)] = canonical
            elif line["match"] == "contains":
                contains.append((header_key(synonym), canonical))
            else:
                exact.setdefault(header_key(synonym), canonical)
    specs = {
        canonical: ColumnSpec(canonical, label, PARSERS[canonical][1], PARSERS[canonical][0])
        for canonical, label in labels.items()
    }
    return specs, exact, paths, contains


CANONICAL, _EXACT, _PATHS, _CONTAINS = _load()


def _bare(key: str) -> str:
    return _BRACKETS.sub("", key)


@lru_cache(maxsize=20_000)
def match_header(parts: tuple[str, ...]) -> Match:
    """The best canonical field for a header given as its levels from top to bottom, or NO_MATCH."""
    keys = [header_key(part) for part in parts if header_key(part)]
    if not keys:
        return NO_MATCH
    joined = "".join(keys)
    if joined in _EXACT:
        return Match(_EXACT[joined], "exact", 40)
    if len(keys) > 1 and (found := _by_path(keys)):
        return Match(found, "path", 30)
    last = keys[-1]
    for candidate in (last, *reversed(keys[:-1])) if len(keys) > 1 else ():
        if candidate in _EXACT:
            return Match(_EXACT[candidate], "exact", 35 if candidate == last else 15)
    for candidate in (joined, last):
        bare = _bare(candidate)
        if bare in _EXACT:
            return Match(_EXACT[bare], "bare", 20)
    return _by_contents(joined)


def _by_path(keys: list[str]) -> str:
    groups = _PATHS.get(keys[-1]) or _PATHS.get(_bare(keys[-1])) or {}
    above = [_bare(key) for key in keys[:-1]]
    for key in reversed(above):
        if key in groups:
            return groups[key]
    best, size = "", 0
    for group, canonical in groups.items():
        for key in above:
            overlap = len(group) if group in key else len(key) if len(key) > 2 and key in group else 0
            if overlap > size:
                best, size = canonical, overlap
    return best


def _by_contents(key: str) -> Match:
    if len(key) > 30 or _NO_CONTAINS.search(key):
        return NO_MATCH
    for fragment, canonical in _CONTAINS:
        if fragment in key:
            for base, pattern, better in _REFINED:
                if base == canonical and pattern.search(key):
                    return Match(better, "contains", 10)
            return Match(canonical, "contains", 5)
    return NO_MATCH


def is_name_header(text: object) -> bool:
    """Whether a cell is a header of the column of names."""
    return isinstance(text, str) and len(text) <= 40 and match_header((text,)).canonical == "name"


def is_known_header(text: object) -> bool:
    """Whether a cell is, by itself, a header we know (exact or without its bracket)."""
    if not isinstance(text, str) or len(text) > 40:
        return False
    key = header_key(text)
    return key in _EXACT or _bare(key) in _EXACT


def assign(headers: list[tuple[str, ...]], corrections: dict[int, str]) -> list[tuple[str, str, bool]]:
    """(canonical, how, lost to a better column) for each header of one table.

    One column per field: the surest match wins, then the leftmost. ``corrections`` are the user's, by position; they
    win over all.
    """
    found = [
        Match(corrections[at], "user", 99) if at in corrections else match_header(parts)
        for at, parts in enumerate(headers)
    ]
    found = _in_context(found, headers)
    winner: dict[str, int] = {}
    for at, match in enumerate(found):
        if match.canonical and (
            match.canonical not in winner or found[winner[match.canonical]].priority < match.priority
        ):
            winner[match.canonical] = at
    return [
        (match.canonical, match.how, False)
        if not match.canonical or winner[match.canonical] == at
        else ("", "none", match.canonical not in ("seq", "remarks", "photo"))
        for at, match in enumerate(found)
    ]


def _in_context(found: list[Match], headers: list[tuple[str, ...]]) -> list[Match]:
    """Headers whose meaning depends on their neighbours (notes of header_synonyms.csv)."""
    have = {match.canonical for match in found}
    result = list(found)
    posting_sheet = "posting_start" in have or "posted_unit" in have
    ids = [at for at, match in enumerate(found) if match.canonical == "id_number"]
    for at, match in enumerate(found):
        key = header_key(headers[at][-1]) if headers[at] else ""
        if match.how == "user":
            continue
        if match.canonical == "id_number" and key in ("证件号码", "有效证件号码"):
            grouped = len(headers[at]) > 1 and "执法" in header_key(headers[at][0])
            if grouped or (len(ids) > 1 and "cert_no" not in have):
                result[at] = Match("cert_no", "exact", 30)
        elif match.canonical == "hours_total" and key == "合计" and not have & _HOURS:
            result[at] = NO_MATCH
        elif match.canonical == "cert_valid_until" and key in ("到期时间", "到期日期") and posting_sheet:
            of_certificate = len(headers[at]) > 1 and "证" in header_key(headers[at][0])
            if not of_certificate and "cert_no" not in have and "planned_return" not in have:
                result[at] = Match("planned_return", "exact", 30)
        elif match.canonical == "seq" and key == "编号" and any(other.canonical == "seq" for other in found[:at]):
            result[at] = NO_MATCH
    return result
