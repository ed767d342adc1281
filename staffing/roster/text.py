"""Normalising text the way rosters need it: full-width forms, invisible spaces, placeholders."""

import re
import unicodedata
from functools import lru_cache

_SPACE = re.compile(r"[\s\u00a0\u3000\u200b-\u200f\u2060\ufeff]+")
PLACEHOLDERS = frozenset({"/", "//", "\\", "-", "--", "---", "—", "——", "———", "–", "一", "无", "暂无", "没有", "空"})
PENDING = frozenset(
    {"办理中", "正在办理", "待办", "待发", "待定", "申领中", "申请中", "未发", "未办理", "未取得", "未持证", "补办中"}
)
OPEN_ENDED = frozenset({"至今", "今", "现在", "长期", "永久", "长期有效", "未归位", "未定", "待定"})


@lru_cache(maxsize=200_000)
def nfkc(text: str) -> str:
    """Compatibility form (full-width digits and letters become plain), trimmed of every kind of blank."""
    return unicodedata.normalize("NFKC", text).strip(" \t\r\n\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff")


@lru_cache(maxsize=200_000)
def squeeze(text: str) -> str:
    """``nfkc`` without any blank at all."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=50_000)
def header_key(text: str) -> str:
    """How a header is compared (domain §3): compatibility form, no blanks, no ``*``, no colon, lower case."""
    return squeeze(text).replace("*", "").replace(":", "").lower()


def as_text(value) -> str:
    """A cell as the text a reader sees: whole numbers without a decimal point, dates as ISO; None gives ""."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def is_placeholder(text: str) -> bool:
    """Whether the text stands for "nothing": a dash, a slash, 无, 办理中."""
    return text in PLACEHOLDERS or text in PENDING
