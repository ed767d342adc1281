"""XML from strangers: no DOCTYPE, no entities, bounded size and depth. Pure."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.parsers import expat

from exams.formats.model import FormatError

LARGEST = 40 * 2**20
DEEPEST = 60
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding=[\"']([A-Za-z0-9._-]{1,40})[\"'][^>]{0,200}\?>")
_CHINESE = {"gbk", "gb2312", "gb18030", "cp936"}


def parse(data: bytes) -> ElementTree.Element:
    """The root element. Raises FormatError for anything that declares a DOCTYPE, is too large or deep, or no XML."""
    if len(data) > LARGEST:
        raise FormatError("TOO_LARGE", f"{LARGEST >> 20} MB")
    data = _utf8(data)
    _check(data)
    try:
        return ElementTree.fromstring(data)  # noqa: S314 -- checked above: no DTD, so nothing to expand
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise FormatError("NOT_XML") from error


def _utf8(data: bytes) -> bytes:
    """Chinese encodings, which expat does not know, made UTF-8."""
    found = _DECLARED.match(data)
    if not found or found[1].decode().lower() not in _CHINESE:
        return data
    try:
        text = data[found.end() :].decode("gb18030")
    except UnicodeDecodeError as error:
        raise FormatError("NOT_XML") from error
    return text.encode()


def _check(data: bytes) -> None:
    depth = 0

    def refuse(*_facts):
        raise FormatError("XML_DOCTYPE")

    def begin(_name, _attributes):
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise FormatError("TOO_DEEP")

    def end(_name):
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise FormatError("NOT_XML") from error
