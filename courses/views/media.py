"""Recordings, their captions and covers: private files, handed out by range to whoever may see them.

The server of ./start sends the bytes itself; with SENDFILE_BACKEND set, the web server in front does.
"""

from __future__ import annotations

import mimetypes

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django_sendfile import sendfile

from courses.models import Recording
from courses.queries.media import open_recording
from courses.queries.watching import mime_of
from courses.rules.ranges import Unsatisfiable, read_range, same_version
from portal.access import access_of, require

BLOCK = 64 * 1024


@require("learn.view")
@require_safe
def media(request, pk):
    """The film or sound itself, whole or the range asked for."""
    recording = _find(request, pk)
    return _hand_out(request, recording.file, mime_of(recording.file.name))


@require("learn.view")
@require_safe
def captions(request, pk):
    """The captions as WebVTT."""
    recording = _find(request, pk)
    if not recording.captions:
        raise Http404
    return _hand_out(request, recording.captions, "text/vtt; charset=utf-8")


@require("learn.view")
@require_safe
def poster(request, pk):
    """The cover picture."""
    recording = _find(request, pk)
    kind = mimetypes.guess_type(recording.thumbnail.name or "")[0] or ""
    if not recording.thumbnail or kind not in ("image/jpeg", "image/png", "image/webp", "image/gif"):
        raise Http404
    return _hand_out(request, recording.thumbnail, kind)


def _find(request, pk: int) -> Recording:
    access = access_of(request)
    recording = open_recording(pk, drafts=access.can("cms.edit"))
    if recording is None:
        raise Http404
    return recording


def _hand_out(request, file, kind: str) -> HttpResponse:
    try:
        size = file.size
        modified = file.storage.get_modified_time(file.name)
    except OSError as error:
        raise Http404 from error
    stamp = http_date(modified.timestamp())
    etag = f'"{size:x}-{int(modified.timestamp() * 1000):x}"'
    if getattr(settings, "SENDFILE_BACKEND", ""):
        response = sendfile(request, file.path, mimetype=kind, attachment_filename=False)
        response["Cache-Control"] = "private, no-cache"
        return response
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        response = _bytes(request, file, size, etag, stamp)
        response["Content-Type"] = kind
        response["Content-Disposition"] = "inline"
    response["Accept-Ranges"], response["ETag"], response["Last-Modified"] = "bytes", etag, stamp
    # The browser may keep it, but asks each time whether it may still be seen.
    response["Cache-Control"] = "private, no-cache"
    return response


def _bytes(request, file, size: int, etag: str, stamp: str) -> HttpResponse:
    try:
        asked = read_range(request.headers.get("Range", ""), size)
    except Unsatisfiable:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    if not asked or not same_version(request.headers.get("If-Range", ""), etag, stamp):
        return _stream(request, file, 0, size)
    # A piece at a time: a slow telephone must not hold one of the few threads for a whole lecture. Browsers ask on.
    first, behind = asked[0], min(asked[1], asked[0] + settings.MEDIA_PIECE_BYTES)
    response = _stream(request, file, first, behind, status=206)
    response["Content-Range"] = f"bytes {first}-{behind - 1}/{size}"
    return response


def _stream(request, file, first: int, behind: int, status: int = 200) -> HttpResponse:
    if request.method == "HEAD":
        response = HttpResponse(status=status)
    else:
        response = StreamingHttpResponse(_blocks(file, first, behind), status=status)
    response["Content-Length"] = str(behind - first)
    return response


def _blocks(file, first: int, behind: int):
    with file.storage.open(file.name, "rb") as source:
        source.seek(first)
        left = behind - first
        while left > 0 and (block := source.read(min(BLOCK, left))):
            left -= len(block)
            yield block
