"""HTML of other systems' questions made into plain text: nothing of it is ever shown as HTML here. Pure."""

from __future__ import annotations

import base64
import binascii
import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from exams.formats.values import tidy

_BLOCKS = {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"}
_DROPPED = {"script", "style", "iframe", "object", "template", "noscript", "title", "head"}
# Tags whose loss changes what is read.
_MEANINGFUL = {"sub", "sup", "table", "svg", "math", "video", "audio", *_DROPPED}
_PLUGIN = re.compile(r"^@@PLUGINFILE@@/(.+)$")
_DATA = re.compile(r"^data:image/(?:png|jpeg|jpg|gif|webp);base64,(.+)$", re.DOTALL)
LARGEST_PICTURE = 4 * 2**20
# Declarations, and every "<" that begins no whole tag: html.parser reads the rest of the text again for each of them.
_DECLARED = re.compile(r"<[!?][^<>]*>")
_STRAY = re.compile(r"<(?!/?[A-Za-z][^<>]*>)")


@dataclass(slots=True)
class Plain:
    """What was left of the HTML: the text, pictures by name or content, and what was lost."""

    text: str
    names: list[str] = field(default_factory=list)
    embedded: list[bytes] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    broken: int = 0
    lost: bool = False


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.found = Plain("")
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        if tag in _MEANINGFUL:
            self.found.lost = True
        if tag in _DROPPED:
            self.silent += 1
        elif tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag == "img":
            self._picture(dict(attrs).get("src") or "")

    def handle_startendtag(self, tag, attrs):
        if tag not in _DROPPED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if tag in _DROPPED:
            self.silent = max(self.silent - 1, 0)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(re.sub(r"[ \t\r\n]+", " ", data))

    def _picture(self, source: str) -> None:
        if plugin := _PLUGIN.match(source):
            self.found.names.append(plugin[1])
        elif data := _DATA.match(source):
            content = decoded(data[1])
            if content:
                self.found.embedded.append(content)
            else:
                self.found.broken += 1
        elif source:
            self.found.links.append(source[:200])


def decoded(text: str) -> bytes | None:
    """base64 → bytes; None for what is none, or larger than a picture may be."""
    if len(text) > LARGEST_PICTURE * 4 // 3 + 1024:
        return None
    try:
        return base64.b64decode(re.sub(r"\s+", "", text), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _whole_tags(source: str) -> str:
    """The fragment without comments and declarations, a stray "<" as the character it is; in linear time."""
    parts, at = [], 0
    while (begin := source.find("<!--", at)) >= 0:
        parts.append(source[at:begin])
        end = source.find("-->", begin + 4)
        at = end + 3 if end >= 0 else len(source)
    parts.append(source[at:])
    return _STRAY.sub("&lt;", _DECLARED.sub("", "".join(parts)))


def plain_of(source: str) -> Plain:
    """Text, pictures and losses of an HTML fragment. Paragraphs and breaks become line feeds."""
    reader = _Reader()
    reader.feed(_whole_tags(source))
    reader.close()
    lines = [line.strip(" ") for line in "".join(reader.parts).replace("\xa0", " ").split("\n")]
    reader.found.text = tidy(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)))
    return reader.found


def html_of(text: str, images: list[str]) -> str:
    """A text as HTML, with pictures behind it; ``plain_of`` reads it back."""
    body = html.escape(text, quote=False).replace("\n", "<br>")
    return body + "".join(f'<br><img src="{html.escape(source)}" alt="">' for source in images)
