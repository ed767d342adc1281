"""One function per kind of value. Each takes the cell and a Context and returns a Parsed: the value we keep, notes on
what was
done, and what else the cell tells. Notes are (level, code, fixed): level "fix", "review", "reject" or "warn"."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from staffing.roster import vocabulary as words
from staffing.roster.idcard import parse_id
from staffing.roster.text import PENDING, as_text, is_placeholder, nfkc, squeeze

Note = tuple[str, str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What a parser may need beside the cell: the snapshot date and how the column as a whole is written."""

    as_of: date
    canonical: str = ""
    header: str = ""
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    value: Any
    notes: tuple[Note, ...] = ()
    extra: dict = field(default_factory=dict)


NOTHING = Parsed(None)
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
_BETWEEN_HAN = re.compile(
    r"(?<=[\u3400-\u9fff\U00020000-\U000323af])[\s\u3000\xa0]+(?=[\u3400-\u9fff\U00020000-\U000323af])"
)
_ANY_SPACE = re.compile(r"\s+")
_TAIL_NOTE = re.compile(r"^([^()]{2,})\(([^()]+)\)$")
_WRAPPER = re.compile(r'^=\s*"(.*)"$', re.S)
_MOBILE = re.compile(r"^1[3-9]\d{9}$")
_MASKED_ID = re.compile(r"^\d{3}\*{11}\d{3}[\dXx]$")
_LANDLINE = re.compile(r"^(?:0\d{2,3}-?)?\d{7,8}(?:-\d{1,5})?$")
_CERT_SHAPES = re.compile(r"^(?:\d{11}|[A-Z]{1,4}-?\d{6,14}|[\u4e00-\u9fa5]{1,6}\d{4,12}号?)$")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def plain_text(raw, ctx: Context) -> Parsed:
    """Free text: blanks outside trimmed, inner line breaks kept as one blank; a lone dash is nothing."""
    text = _shown(raw)
    if not text or (text in ("/", "-", "—", "--", "——")):
        return NOTHING
    return Parsed(text)


def remarks(raw, ctx: Context) -> Parsed:
    text = as_text(raw).strip()
    return Parsed(text) if text and text not in ("/", "-", "—", "——", "无") else NOTHING


def _shown(raw) -> str:
    text = as_text(raw)
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t", "\r"):
        text = text[1:]
    wrapped = _WRAPPER.match(text)
    if wrapped:
        text = wrapped[1]
    return _ANY_SPACE.sub(" ", text.replace("\u3000", " ").replace("\xa0", " ")).strip(" \u200b\ufeff'")


def name(raw, ctx: Context) -> Parsed:
    """A person's name. Blanks inside Chinese names are padding; a bracketed remark goes to the remarks."""
    text = as_text(raw)
    if text[:1] == "'":
        text = text[1:]
    wrapped = _WRAPPER.match(text.strip())
    if wrapped:
        text = wrapped[1]
    outer = text.strip(" \t\r\n\u3000\xa0\u200b\ufeff")
    if not outer or is_placeholder(outer):
        return NOTHING
    inner = _ANY_SPACE.sub(" ", _BETWEEN_HAN.sub("", outer.replace("\u200b", "")))
    notes: list[Note] = []
    clean = inner.strip("*＊ ")
    extra = {}
    if found := _TAIL_NOTE.match(nfkc(clean)) if clean[-1:] in "）)" else None:
        clean, extra = found[1].strip(), {"name_note": found[2]}
    clean = clean.replace("•", "·").replace("．", "·").replace("・", "·")
    if wrapped:
        notes.append(("fix", "CSV_FORMULA_WRAPPER", clean))
    elif inner != outer:
        notes.append(("fix", "NAME_PADDING", clean))
    elif extra or clean != inner:
        notes.append(("fix", "NAME_NOTE", clean))
    elif outer != text:
        notes.append(("fix", "TRIM", clean))
    if len(clean) > 50:
        return Parsed(clean[:50], (("review", "NAME_UNUSUAL", None),), extra)
    if (
        not isinstance(raw, str)
        or not clean
        or not (_HAN.search(clean) or clean.replace("·", "").replace(" ", "").replace(".", "").isalpha())
        or any(char.isdigit() for char in clean)
    ):
        notes.append(("review", "NAME_UNUSUAL", None))
    return Parsed(clean, tuple(notes), extra)


def id_number(raw, ctx: Context) -> Parsed:
    if isinstance(raw, str) and _MASKED_ID.match(raw.strip()):
        # Our own masked export comes back: the staff number beside it says who this is.
        return Parsed(None, (("warn", "ID_MASKED", None),))
    found = parse_id(raw, ctx.as_of)
    if found.error:
        return Parsed(None, (("reject", found.error, None),), {"shown": found.raw})
    if found.value is None:
        return NOTHING
    return Parsed(found.value, tuple(("fix", code, found.value) for code in found.fixes))


# ------------------------------------------------------------------ words
def _from_map(raw, known, aliases, unknown: Note | None, *, silent: frozenset | dict = frozenset()) -> Parsed:
    text = squeeze(as_text(raw).strip("'"))
    if not text or text in ("/", "-", "—", "--", "——"):
        return NOTHING
    bracketed = text.replace("(", "（").replace(")", "）")
    for spelling in (text, bracketed):
        if spelling in known:
            return Parsed(known[spelling] if isinstance(known, dict) else spelling)
    if text in silent:
        return Parsed(silent[text])
    fixed = aliases.get(text) or aliases.get(text.lower()) or aliases.get(text.split("(")[0])
    if fixed:
        return Parsed(fixed, (("fix", "ALIAS", fixed),))
    if text == "无":
        return NOTHING
    return Parsed(text[:50], (unknown,) if unknown else ())


def gender(raw, ctx: Context) -> Parsed:
    found = _from_map(raw, words.GENDER, words.GENDER_ALIAS, None)
    return found if found.value in ("男", "女", None) else Parsed(None, (("warn", "UNKNOWN_ENUM:gender", None),))


_ETHNIC = {short: f"{short}族" for short in words.ETHNICITIES} | {
    f"{short}族": f"{short}族" for short in words.ETHNICITIES
}


def ethnicity(raw, ctx: Context) -> Parsed:
    return _from_map(raw, _ETHNIC, {}, None)


def political_status(raw, ctx: Context) -> Parsed:
    if "是否" in ctx.header:
        said = boolean(raw, ctx).value
        if said is not None:
            return Parsed("中共党员" if said else None)
    known = {word: word for word in words.POLITICAL}
    return _from_map(raw, known, words.POLITICAL_ALIAS, ("warn", "UNKNOWN_ENUM:political_status", None))


def education(raw, ctx: Context) -> Parsed:
    known = {word: word for word in words.EDUCATION}
    found = _from_map(raw, known, words.EDUCATION_ALIAS, ("warn", f"UNKNOWN_ENUM:{ctx.canonical}", None))
    if found.notes and found.notes[0][0] == "warn":
        # "大学本科/学士", "研究生（法学硕士）": the first known word leads
        for part in re.split(r"[/、,，（()）及和+]", found.value):
            again = words.EDUCATION_ALIAS.get(part) or (part if part in known else None)
            if again:
                return Parsed(again, (("fix", "ALIAS", again),))
    return found


_ESTABLISHMENT = {word: word for word in words.ESTABLISHMENT}


def establishment_type(raw, ctx: Context) -> Parsed:
    if "是否" in ctx.header:
        return NOTHING
    found = _from_map(raw, _ESTABLISHMENT, words.ESTABLISHMENT_ALIAS, ("review", "UNKNOWN_ENUM", None))
    return found


def personnel_category(raw, ctx: Context) -> Parsed:
    known = {word: word for word in words.CATEGORIES}
    return _from_map(raw, known, words.CATEGORY_ALIAS, ("review", "UNKNOWN_ENUM", None))


def employment_form(raw, ctx: Context) -> Parsed:
    known = {word: word for word in words.EMPLOYMENT}
    return _from_map(raw, known, words.EMPLOYMENT_ALIAS, ("warn", "UNKNOWN_ENUM:employment_form", None))


def posting_type(raw, ctx: Context) -> Parsed:
    if ctx.header.startswith("是否"):
        said = boolean(raw, ctx).value
        kind = next((word for word in words.POSTING_TYPES if word in ctx.header), None)
        if said is not None:
            return Parsed(kind if said else None)
    known = {word: word for word in words.POSTING_TYPES}
    return _from_map(raw, known, words.POSTING_ALIAS, ("review", "UNKNOWN_ENUM", None))


def town_mode(raw, ctx: Context) -> Parsed:
    known = {word: word for word in words.TOWN_MODES}
    found = _from_map(raw, known, words.TOWN_MODE_ALIAS, ("warn", "UNKNOWN_ENUM:town_mode", None))
    return found if found.value in words.TOWN_MODES else Parsed(None, found.notes)


def cert_status(raw, ctx: Context) -> Parsed:
    known = {word: word for word in words.CERT_STATES}
    return _from_map(raw, known, words.CERT_STATE_ALIAS, ("warn", "UNKNOWN_ENUM:cert_status", None))


def reviewer_mode(raw, ctx: Context) -> Parsed:
    text = squeeze(as_text(raw))
    return Parsed(words.REVIEWER_MODES.get(text) or ("专职" if "专职" in text else "兼职" if "兼职" in text else None))


def boolean(raw, ctx: Context) -> Parsed:
    """Yes or no in all the ways a form is ticked; None when blank or not understood."""
    if raw is None:
        return NOTHING
    if isinstance(raw, bool):
        return Parsed(raw)
    text = squeeze(as_text(raw)).lower().strip("'")
    if text in words.YES:
        return Parsed(True)
    if text in words.NO:
        return Parsed(False)
    if text[:1] in ("否", "无", "未", "不", "没"):
        return Parsed(False)
    if text[:1] in ("是", "有", "已", "专", "兼") or any(char.isdigit() for char in text):
        return Parsed(True)
    return NOTHING


def legal_reviewer(raw, ctx: Context) -> Parsed:
    found = boolean(raw, ctx)
    mode = reviewer_mode(raw, ctx).value if found.value else None
    return Parsed(found.value, (), {"legal_reviewer_mode": mode} if mode else {})


def legal_qualification(raw, ctx: Context) -> Parsed:
    """Grade of the legal professional qualification; 司法考试 and 律师资格 have equal effect (律师法 §5)."""
    text = squeeze(as_text(raw)).upper()
    if not text or is_placeholder(text) or text[:1] in ("否", "未", "不", "没", "×"):
        return NOTHING
    if "律师" in text:
        return Parsed("律师资格")
    if "司法" in text and "A" not in text:
        return Parsed("司法考试")
    if found := re.search(r"(?<![A-Z])([ABC])(?:证|类|级|\)|$)", text):
        return Parsed(found[1])
    if (
        text.lower() in words.YES
        or "通过" in text
        or "取得" in text
        or "具有" in text
        or "法律职业资格" in text
        or "法考" in text
    ):
        return Parsed("有")
    if sum(char.isdigit() for char in text) >= 6:
        return Parsed("有", (), {"legal_qualification_no": text})
    return Parsed(None, (("warn", "UNKNOWN_ENUM:legal_qualification", None),))


# ------------------------------------------------------------------ numbers and identifiers
def _identifier(raw, ctx: Context) -> tuple[str, list[str]]:
    """Text of a number-like identifier and the codes of what had to be taken off."""
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return as_text(raw), [] if ctx.numeric and ctx.canonical == "mobile" else ["NUMBER_TO_TEXT"]
    text, codes = as_text(raw), []
    wrapped = _WRAPPER.match(text.strip())
    if wrapped:
        text = wrapped[1]
        codes.append("CSV_FORMULA_WRAPPER")
    if text.startswith("\t"):
        codes.append("LEADING_TAB")
    text = text.strip(" \t\r\n\u3000\xa0\u200b\ufeff")
    if text[:1] in "'‘`":
        text = text[1:]
        codes.append("LEADING_APOSTROPHE")
    if not text.isascii():
        plain = nfkc(text)
        if plain != text and not _HAN.search(text):
            codes.append("FULLWIDTH")
        text = plain
    return text, codes


def cert_no(raw, ctx: Context) -> Parsed:
    """A certificate's number, always text; a shape that no locality uses is only a warning (domain §2.3)."""
    if raw is None:
        return NOTHING
    text, codes = _identifier(raw, ctx)
    text = text.replace(" ", "")
    if is_placeholder(text) or text in PENDING:
        return Parsed(None, (("fix", "PLACEHOLDER_TO_NULL", None),))
    if not text:
        return NOTHING
    notes: list[Note] = [("fix", code, text) for code in codes]
    if len(text) > 60 or not any(char.isdigit() for char in text):
        return Parsed(None, (("warn", f"VALUE_UNPARSED:{ctx.canonical}", None),))
    if not _CERT_SHAPES.match(text):
        notes.append(("warn", f"CERT_NO_UNUSUAL:{ctx.canonical}", None))
    return Parsed(text, tuple(notes))


def mobile(raw, ctx: Context) -> Parsed:
    """A mobile number, 11 digits. Of several the first; a landline is kept as the office telephone."""
    if raw is None:
        return NOTHING
    text, codes = _identifier(raw, ctx)
    if not text:
        return NOTHING
    if is_placeholder(text):
        return Parsed(None, (("fix", "PLACEHOLDER_TO_NULL", None),))
    bare = re.sub(r"[\s\-－—()·.]", "", text)
    if bare.startswith("+86") and len(bare) == 14:
        bare = bare[3:]
    elif bare.startswith("86") and len(bare) == 13:
        bare = bare[2:]
    if _MOBILE.match(bare):
        if bare != text:
            codes.append("MOBILE_SEPARATORS")
        return Parsed(bare, tuple(("fix", code, bare) for code in codes))
    for part in re.split(r"[/、,，;；\s(（|]+", text):
        digits = re.sub(r"\D", "", part)
        if _MOBILE.match(digits):
            return Parsed(digits, (("fix", "MOBILE_SPLIT", digits),))
    if _LANDLINE.match(text.replace(" ", "")) and len(bare) in (7, 8, 11, 12) and (text[0] == "0" or len(bare) < 9):
        return Parsed(None, (), {"office_phone": text})
    return Parsed(None, (("warn", "MOBILE_INVALID", None),))


def number(raw, ctx: Context) -> Parsed:
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return Parsed(raw)
    found = _NUMBER.search(nfkc(as_text(raw)))
    if not found:
        return NOTHING
    value = float(found[0])
    return Parsed(int(value) if value.is_integer() else value)


def dual_score(raw, ctx: Context) -> Parsed:
    """``89/81``: the street's score, then the bureau's."""
    found = _NUMBER.findall(nfkc(as_text(raw)))
    if len(found) != 2 or isinstance(raw, (date, datetime)):
        return NOTHING
    pair = [int(float(part)) if float(part).is_integer() else float(part) for part in found]
    return Parsed(None, (), {"score_street": pair[0], "score_bureau": pair[1]})
