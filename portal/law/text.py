"""A statute's plain text taken apart into chapters and articles. Pure: no Django here.

The text is what the official databases publish: lines that begin with 第一章, 第一节, 第一条, and whatever follows an
article's first line is its further paragraphs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from portal.law.citations import article_name, number_of

_BLANKS = " \t\u3000\u00a0"
_NUMBER = "[〇零一二三四五六七八九十百千0-9]{1,9}"
_HEADING = re.compile(rf"^(第{_NUMBER}(编|分编|章|节))[{_BLANKS}]*(.*)$")
_ARTICLE = re.compile(
    rf"^第({_NUMBER})条(?:之({_NUMBER}))?(?:[{_BLANKS}]+|(?=[^{_BLANKS}的规至、和及]))(.*)$", re.DOTALL
)
_LEVELS = {"编": 0, "分编": 1, "章": 2, "节": 3}


@dataclass(frozen=True)
class ArticleText:
    """One article: paragraphs are separated by line feeds. ``chapter`` is its chapter and section, as printed."""

    number: int
    text: str
    suffix: int = 0
    chapter: str = ""

    @property
    def name(self) -> str:
        return article_name(self.number, self.suffix)


@dataclass(frozen=True)
class LawText:
    """A whole statute as of the day it takes effect."""

    code: str
    name: str
    short_name: str
    in_force: date
    kind: str = "law"
    issuer: str = ""
    source: str = ""
    articles: tuple[ArticleText, ...] = field(default=())


def articles_of(text: str) -> tuple[ArticleText, ...]:
    """The articles of a plain text. Lines before 第一条 (title, 目录, history) are left out.

    Raises ValueError when there is no article, or one occurs twice or out of order.
    """
    chapter: dict[int, str] = {}
    found: list[tuple[tuple[int, int], str, list[str]]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        line = line.strip(_BLANKS + "\r\ufeff").lstrip("#").strip(_BLANKS)
        if not line:
            continue
        if heading := _HEADING.match(line):
            level = _LEVELS[heading[2]]
            chapter = {at: title for at, title in chapter.items() if at < level}
            chapter[level] = f"{heading[1]}　{heading[3].strip(_BLANKS)}".rstrip("　")
        elif article := _ARTICLE.match(line):
            where = number_of(article[1]), number_of(article[2]) if article[2] else 0
            found.append((where, " ".join(chapter[at] for at in sorted(chapter)), [article[3].strip(_BLANKS)]))
        elif found:
            found[-1][2].append(line)
    if not found:
        raise ValueError("没有识别到任何条文。")
    for (before, *_a), (after, *_b) in pairwise(found):
        if after <= before:
            raise ValueError(f"{article_name(*after)}出现在{article_name(*before)}之后，请检查条文顺序。")
    return tuple(ArticleText(n, "\n".join(lines), s, title) for (n, s), title, lines in found)


def from_dict(data: dict) -> LawText:
    """A LawText from the form of portal/law/data/*.json. Raises ValueError naming what is missing or wrong."""
    if not isinstance(data, dict):
        raise ValueError("文件内容不是一部法规。")
    missing = [name for name in ("code", "name", "short_name", "in_force", "articles") if not data.get(name)]
    if missing:
        raise ValueError(f"缺少：{'、'.join(missing)}。")
    if not isinstance(data["articles"], list):
        raise ValueError("articles 应为条文列表。")
    articles = []
    for row in data["articles"]:
        try:
            one = ArticleText(int(row["number"]), str(row["text"]), int(row.get("suffix", 0)), row.get("chapter", ""))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"条文格式不对：{row!r:.60}") from error
        if not one.text.strip() or not 1 <= one.number <= 9999:
            raise ValueError(f"条文为空或条号不对：{row!r:.60}")
        articles.append(one)
    numbers = [(one.number, one.suffix) for one in articles]
    if sorted(set(numbers)) != numbers:
        raise ValueError("条文重复或顺序不对。")
    try:
        in_force = date.fromisoformat(str(data["in_force"]))
    except ValueError as error:
        raise ValueError(f"施行日期不是日期：{data['in_force']}") from error
    plain = {name: str(data[name]) for name in ("kind", "issuer", "source") if data.get(name)}
    return LawText(data["code"], data["name"], data["short_name"], in_force, articles=tuple(articles), **plain)
