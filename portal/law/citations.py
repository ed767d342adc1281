"""Citations of statutes as people write them: 《行政处罚法》第五十二条第二款；第五十三条. Pure: no Django here.

Numbers may be Chinese, Arabic or full-width; 中华人民共和国 before a name changes nothing; a citation without a name
belongs to the law named last.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"[0-9〇零一二三四五六七八九十百千两]{1,9}"
COUNTRY = "中华人民共和国"
# Longest span 第X条至第Y条 that is taken apart; a longer one is a slip of the pen.
LONGEST_SPAN = 200

_TOKEN = re.compile(
    rf"《(?P<name>[^《》]{{1,120}})》"
    rf"|(?P<bare>{COUNTRY}[^《》第，。；、\s]{{1,60}}?(?:法|条例|规定|办法|规则|细则)|[^《》第，。；、：:（）()\s]{{1,60}}?(?:法|条例|规定|办法|规则|细则))(?=第)"
    rf"|第?(?P<until>(?<=至)第?{_NUMBER}条)"
    rf"|第(?P<number>{_NUMBER})条(?:之(?P<suffix>{_NUMBER}))?"
    rf"(?:第(?P<paragraph>{_NUMBER})款)?(?:第[（(]?(?P<item>{_NUMBER})[）)]?项)?"
)
_EDITION = re.compile(r"[（(][^（）()]{1,30}(?:修订|修正|修改)[^（）()]{0,10}[）)]$")


@dataclass(frozen=True)
class Citation:
    """One article as cited. ``law`` is the name without 中华人民共和国; ``suffix`` 1 for 第X条之一, else 0.

    ``paragraph`` (款) and ``item`` (项) are 0 when the whole article is meant. ``raw`` is the text itself.
    """

    law: str
    number: int
    suffix: int = 0
    paragraph: int = 0
    item: int = 0
    raw: str = ""


def number_of(text: str) -> int:
    """五十二 → 52, 一百零三 → 103, 一二〇 → 120, 52 → 52. Raises ValueError for anything else."""
    text = unicodedata.normalize("NFKC", text)
    if text.isascii():
        return int(text)
    if not any(char in _UNITS for char in text):
        return int("".join(str(_DIGITS[char]) if char in _DIGITS else _bad(text) for char in text))
    total, digit = 0, None
    for char in text:
        if char in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        elif char in _DIGITS:
            digit = _DIGITS[char] or None
        else:
            _bad(text)
    return total + (digit or 0)


def _bad(text: str):
    raise ValueError(text)


def numeral(number: int) -> str:
    """52 → 五十二, 103 → 一百零三, 12 → 十二 (1 to 9999)."""
    if not 1 <= number <= 9999:
        raise ValueError(number)
    words, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            words += ("零" if gap and words else "") + "〇一二三四五六七八九"[digit] + name
            gap = False
        else:
            gap = True
    return words.removeprefix("一") if 10 <= number < 20 else words


def article_name(number: int, suffix: int = 0) -> str:
    """第五十二条, 第十七条之一."""
    return f"第{numeral(number)}条" + (f"之{numeral(suffix)}" if suffix else "")


def short_name(name: str) -> str:
    """A law's name as it is compared: without 中华人民共和国, an edition in brackets, and blanks."""
    name = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    return _EDITION.sub("", name.removeprefix(COUNTRY))


def parse(text: str) -> list[Citation]:
    """Every article the text cites, in order, each once. A law without an article, or an article without a law, is
    left out.
    """
    found: dict[tuple, Citation] = {}
    law, last = "", None
    for token in _TOKEN.finditer(unicodedata.normalize("NFKC", text or "")):
        if named := token["name"] or token["bare"]:
            law, last = short_name(_last_name(named) if token["bare"] else named), None
            continue
        if not law:
            continue
        try:
            if token["until"]:
                cited = _span(law, last, number_of(token["until"].removeprefix("第").removesuffix("条")))
            else:
                cited = [_one(law, token)]
        except ValueError:
            continue
        for one in cited:
            found.setdefault((one.law, one.number, one.suffix, one.paragraph, one.item), one)
        last = cited[-1].number if cited else last
    return list(found.values())


def _last_name(text: str) -> str:
    """A name written without 《》 may drag words before it along: 根据行政处罚法, 依照中华人民共和国行政处罚法."""
    at = text.rfind(COUNTRY)
    if at > 0:
        return text[at:]
    return re.sub(
        r"^.*?(?:根据|依据|依照|按照|违反|适用|参照|以及|和|与|及|见)(?=.{2,}(?:法|条例|规定|办法|规则|细则)$)",
        "",
        text,
    )


def _one(law: str, token: re.Match) -> Citation:
    number, suffix, paragraph, item = (
        number_of(token[name]) if token[name] else 0 for name in ("number", "suffix", "paragraph", "item")
    )
    if not (1 <= number <= 9999 and suffix <= 99 and paragraph <= 99 and item <= 99):
        raise ValueError(token[0])
    return Citation(law, number, suffix, paragraph, item, f"《{law}》{token[0]}")


def _span(law: str, first: int | None, last: int) -> list[Citation]:
    if first is None or not first < last <= first + LONGEST_SPAN:
        raise ValueError(last)
    return [Citation(law, n, raw=f"《{law}》{article_name(n)}") for n in range(first + 1, last + 1)]
