"""What in the text of a case may tell who it was about (domain §2.10: case anonymised before it is taught). Pure.

Finds too much rather than too little: an editor dismisses what is harmless, but is never left to look alone. What is
already replaced (张某, 李××, 甲公司, 乙镇, 浙A×××××) is not found. Sources: 个人信息保护法 第四条、第七十三条 (what
identifies a person, and that anonymised is what cannot be traced back), 以案释法 practice of domain §2.10.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from courses.rules import anonymise_words as words

ID, MOBILE, PHONE, ACCOUNT, PLATE = "id", "mobile", "phone", "account", "plate"
DOCUMENT, COMPANY, ADDRESS, PLACE, NAME = "document", "company", "address", "place", "name"
# In this order: what an earlier kind has taken is not found again by a later one.
KINDS = (ID, COMPANY, MOBILE, PHONE, ACCOUNT, PLATE, DOCUMENT, ADDRESS, PLACE, NAME)
AROUND = 12

# Marks of a name that was replaced already.
REPLACED = "某×✕X*＊○〇甲乙丙丁戊己庚辛壬癸"
SURNAMES = "".join(words.SURNAMES.split())
ROLES, TITLES = "|".join(words.ROLES.split()), "|".join(words.TITLES.split())
NO_NAMES = frozenset(words.NO_NAMES.split())
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_HAN = "㐀-鿿𠀀-𯨟"
_NAME = rf"(?:(?:{words.COMPOUND})[{_HAN}]{{1,2}}|[{SURNAMES}][{_HAN}]{{1,2}})"
PATTERNS = {
    ID: (
        r"(?<![0-9])[1-9]\d{5}[\s-]?(?:18|19|20)\d{2}[\s-]?\d{4}[\s-]?\d{3}[0-9Xx](?![0-9])",
        r"(?<![0-9])[1-9]\d{7}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\d{3}(?![0-9])",
    ),
    COMPANY: (
        r"(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])",
        rf"[{_HAN}（）()A-Za-z×*]{{2,24}}?(?:有限责任公司|股份有限公司|有限公司|集团公司|合作社|个体工商户|经营部|商行|酒店|饭店|宾馆|超市|砖厂|石料厂|加工厂|沙场|养殖场)",
    ),
    MOBILE: (r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)",),
    PHONE: (r"(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)",),
    ACCOUNT: (r"(?<!\d)\d{4}(?:[\s-]?\d{4}){3,4}(?:[\s-]?\d{1,3})?(?!\d)",),
    PLATE: (rf"[{_PROVINCES}][A-Z][\s·•.-]?[A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳](?![A-Z0-9])",),
    DOCUMENT: (
        rf"[{_HAN}]{{0,10}}[〔(（\[]\s?(?:19|20)\d{{2}}\s?[〕)）\]][{_HAN}0-9]{{0,10}}?第?\s?\d+(?:-\d+)?\s?号",
    ),
    ADDRESS: (
        rf"[{_HAN}]{{2,6}}?(?:路|街|道|巷|弄|大道|胡同)[0-9零一二三四五六七八九十百]+(?:-\d+)?号",
        rf"[{_HAN}]{{2,6}}?(?:小区|花园|公寓|家园|新村|苑|里)[0-9零一二三四五六七八九十]+(?:号楼|幢|栋|号|单元)",
        rf"[{_HAN}]{{2,4}}?村(?:[0-9零一二三四五六七八九十]+[组社号])",
        r"\d{1,3}幢\d{1,2}单元\d{2,4}室",
    ),
    NAME: (
        rf"(?:{ROLES})(?:[：:为是系]|\s)?({_NAME}(?:[、，和及与]{_NAME})*)",
        rf"({_NAME}|[{SURNAMES}])(?:{TITLES})",
        rf"(?:叫|名叫|系|由|向|与|同|对)({_NAME})(?=[（(，,、。；;：:称说等在驾送作下出收提])",
    ),
}
_COMPILED = {kind: [re.compile(one) for one in patterns] for kind, patterns in PATTERNS.items()}
_BEFORE = re.compile(r"[为是由向在于对与和及到位即住被把将]|发现|现场|查明|处罚|认为")
_EACH_NAME = re.compile(_NAME)


@dataclass(frozen=True)
class Finding:
    """``text`` as it stands, first in ``place`` (a label), with what is around it; ``count``: how often in all."""

    kind: str
    text: str
    place: str
    before: str = ""
    after: str = ""
    count: int = 1

    @property
    def key(self) -> str:
        """What a confirmation remembers."""
        return f"{self.kind}:{self.text}"


def digest(texts: Mapping[str, str]) -> str:
    """SHA-256 of all texts with their places: any change makes another."""
    found = hashlib.sha256()
    for place, text in texts.items():
        found.update(f"{place}\0{text}\0".encode())
    return found.hexdigest()


def _plain(text: str) -> str:
    """Full-width letters and digits as narrow ones, every character still at its place."""
    return "".join(one if len(one := unicodedata.normalize("NFKC", char)) == 1 else char for char in text)


def scan(texts: Mapping[str, str], names: Iterable[str] = (), places: Iterable[str] = ()) -> list[Finding]:
    """Everything suspicious in ``texts`` ({place: text}), each text of a kind once, in order of place and position.

    ``names``: people known here (the roster); ``places``: names of units and towns. Both of two characters or more.
    """
    names = {name for name in (one.strip() for one in names) if len(name) > 1}
    places = {name for name in (one.strip() for one in places) if len(name) > 1}
    found: dict[str, Finding] = {}
    for place, text in texts.items():
        for kind, start, end in sorted(_hits(_plain(text), names, places), key=lambda hit: hit[1]):
            one = Finding(
                kind,
                text[start:end],
                place,
                ("…" if start > AROUND else "") + text[max(0, start - AROUND) : start],
                text[end : end + AROUND] + ("…" if end + AROUND < len(text) else ""),
            )
            known = found.get(one.key)
            found[one.key] = (
                Finding(known.kind, known.text, known.place, known.before, known.after, known.count + 1)
                if known
                else one
            )
    return list(found.values())


def _hits(text: str, names: set[str], places: set[str]) -> list[tuple[str, int, int]]:
    taken = [False] * len(text)
    hits = []

    def take(kind, start, end):
        if start < end and not any(taken[start:end]):
            taken[start:end] = [True] * (end - start)
            hits.append((kind, start, end))

    for kind in KINDS:
        if kind == PLACE:
            for start, end in _known(text, places):
                take(kind, start, end)
            continue
        if kind == NAME:
            for start, end in _known(text, names):
                take(kind, start, end)
        for pattern in _COMPILED.get(kind, ()):
            for match in pattern.finditer(text):
                for start, end in _parts(kind, text, match):
                    take(kind, start, end)
    return hits


def _parts(kind: str, text: str, match: re.Match) -> list[tuple[int, int]]:
    """Where in a match the telling thing stands; nothing when it was replaced already."""
    if kind == NAME:
        # A bare surname with its title (张队长) tells by both together.
        spans = [match.span()] if match.end(1) - match.start(1) == 1 else _names(text, *match.span(1))
        return [span for span in spans if _is_name(text, span)]
    start, end = match.span()
    if kind in (COMPANY, ADDRESS):
        if text[start : start + 2].isascii():
            return [(start, end)]
        start = _begin(text, start, end)
        if any(char in REPLACED for char in text[start:end]) or text[start : start + 1] in "该本此一":
            return []
        if kind == COMPANY and end - start < 5:
            return []
    return [(start, end)]


def _begin(text: str, start: int, end: int) -> int:
    """After the last word that cannot be part of a name (由甲公司 → 甲公司)."""
    cuts = [found.end() for found in _BEFORE.finditer(text[start : end - 4])]
    return start + (cuts[-1] if cuts else 0)


def _names(text: str, start: int, end: int) -> list[tuple[int, int]]:
    return [(start + m.start(), start + m.end()) for m in _EACH_NAME.finditer(text[start:end])]


def _is_name(text: str, span: tuple[int, int]) -> bool:
    word = text[span[0] : span[1]]
    return not (any(char in REPLACED for char in word[1:]) or word[:2] in NO_NAMES or word[1:3] in NO_NAMES)


def _known(text: str, names: set[str]) -> list[tuple[int, int]]:
    """Where any of ``names`` stands, the longer before the shorter: by length, one look-up a position."""
    found = []
    for length in sorted({len(name) for name in names}, reverse=True):
        found.extend((at, at + length) for at in range(len(text) - length + 1) if text[at : at + length] in names)
    return found
