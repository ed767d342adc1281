"""Printed pages: HTML template to PDF with embedded open fonts; nothing is fetched but our own static files."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics, ttfonts
from xhtml2pdf import default, pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

log = logging.getLogger(__name__)

FONTS = Path(__file__).parent / "fonts"
STATIC = Path(__file__).parent / "static"
# Families for templates, in this order: what the bold of "portal" lacks, "portalwide" draws (regular, every character).
FAMILY, WIDE = "portal", "portalwide"

_lock = threading.Lock()
_ready = False


class PdfError(Exception):
    """The page could not be set: a template at fault, or a document beyond the limits."""


def _surrogates(code: int) -> int:
    """A character beyond the BMP as its UTF-16 pair in one number, as a ToUnicode map must write it."""
    if code <= 0xFFFF:
        return code
    code -= 0x10000
    return (0xD800 + (code >> 10)) << 16 | (0xDC00 + (code & 0x3FF))


def _fix_to_unicode() -> None:
    # reportlab writes such characters as five hex digits: drawn right, but a search for the name would not find them.
    original = ttfonts.makeToUnicodeCMap

    def to_unicode(fontname, subset):
        return original(fontname, [_surrogates(code) for code in subset])

    ttfonts.makeToUnicodeCMap = to_unicode


def register_fonts() -> None:
    """Register the fonts with reportlab and xhtml2pdf, once per process (about 0.1 s)."""
    global _ready
    with _lock:
        if _ready:
            return
        _fix_to_unicode()
        regular, bold = FAMILY, f"{FAMILY}-bold"
        pdfmetrics.registerFont(ttfonts.TTFont(regular, FONTS / "NotoSansSC-Regular.ttf"))
        pdfmetrics.registerFont(ttfonts.TTFont(bold, FONTS / "NotoSansSC-Bold.ttf"))
        for italic in (0, 1):
            addMapping(FAMILY, 0, italic, regular)
            addMapping(FAMILY, 1, italic, bold)
            for weight in (0, 1):
                addMapping(WIDE, weight, italic, regular)
        for name in (regular, bold, WIDE):
            default.DEFAULT_FONT[name] = name
        _ready = True


def _roots() -> list[Path]:
    # Collected files carry hashed names in production; in development they lie in the app.
    return [STATIC.resolve(), Path(settings.STATIC_ROOT).resolve()]


def own_file(uri: str, _origin: str = "") -> str:
    """Path of a static file of ours for ``uri`` ("/static/…"); "" (nothing is loaded) for every other address.

    A picture written into the page itself (``data:``: QR codes, pictures of questions) fetches nothing and stays.
    """
    if uri.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")):
        return uri
    if uri.startswith(settings.STATIC_URL):
        for root in _roots():
            path = (root / uri.removeprefix(settings.STATIC_URL)).resolve()
            if path.is_relative_to(root) and path.is_file():
                return str(path)
    log.warning("refused a resource in a printed page: %.120s", uri)
    return ""


def from_html(html: str) -> bytes:
    """Set ``html`` as PDF. Raises PdfError when it cannot be set; what it may not load is left out and logged."""
    register_fonts()
    out = io.BytesIO()
    # Two doors: the callback names our files, the policy refuses whatever reaches the fetcher by another way.
    policy = ResourceAccessPolicy.server(allow_remote=False, extra_roots=tuple(_roots()))
    try:
        result = pisa.CreatePDF(html, dest=out, encoding="utf-8", link_callback=own_file, resource_policy=policy)
    except Exception as error:
        raise PdfError(str(error)) from error
    if result.err:
        raise PdfError(f"{result.err} errors while setting the page")
    return out.getvalue()


def render(template: str, context: Mapping[str, Any]) -> bytes:
    """The PDF of a template that extends ``pdf/base.html``.

    The base shows from ``context``: ``unit``, ``as_of``, ``basis``, ``printed_by`` and ``printed_at`` (passed in, not
    read from a clock). Numbers of people must be masked already. Raises PdfError.
    """
    return from_html(render_to_string(template, dict(context)))
