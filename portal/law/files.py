"""Statutes in files: the two that come with the portal, and those a bureau loads itself."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from portal.law.text import LawText, articles_of, from_dict

DATA = Path(__file__).parent / "data"
# The longest statute in force (民法典, 1260 articles) has some 320 kB.
LARGEST = 8 * 2**20


def builtin() -> list[Path]:
    """The files of portal/law/data."""
    return sorted(DATA.glob("*.json"))


def read(path: str | Path, *, code="", name="", short_name="", in_force: date | None = None) -> LawText:
    """A statute from a .json of the form of portal/law/data, or a plain text with the facts beside it.

    Raises ValueError with a sentence saying what is wrong.
    """
    path = Path(path)
    if path.stat().st_size > LARGEST:
        raise ValueError(f"文件超过{LARGEST >> 20} MB。")
    text = _decoded(path.read_bytes())
    if path.suffix.lower() == ".json":
        try:
            return from_dict(json.loads(text))
        except (json.JSONDecodeError, RecursionError) as error:
            raise ValueError("文件不是完整的 JSON。") from error
    if not (code and name and in_force):
        raise ValueError("文本文件须用 --code、--name、--in-force 说明是哪部法规、何时施行。")
    return LawText(code, name, short_name or name.removeprefix("中华人民共和国"), in_force, articles=articles_of(text))


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("文件不是文本。")
