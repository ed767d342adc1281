"""Editors' pictures (the public storage) for signed-in people; documents beside them have Wagtail's own view."""

from __future__ import annotations

import mimetypes
from posixpath import normpath

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.views.decorators.http import require_safe
from django_sendfile import sendfile

from portal.access import signed_in

# What Wagtail keeps pictures under; anything else in that storage is not handed out here.
FOLDERS = ("images/", "original_images/")
KINDS = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"}


@signed_in
@require_safe
def picture(request, name):
    """One picture, by its name in the storage."""
    kind = mimetypes.guess_type(name)[0] or ""
    try:
        plain = name.startswith(FOLDERS) and normpath(name) == name
        if not plain or kind not in KINDS or not default_storage.exists(name):
            raise Http404
    except SuspiciousFileOperation as error:
        raise Http404 from error
    if getattr(settings, "SENDFILE_BACKEND", ""):
        response = sendfile(request, default_storage.path(name), mimetype=kind, attachment_filename=False)
    else:
        response = FileResponse(default_storage.open(name), content_type=kind)
    # A rendition's name changes with its picture.
    response["Cache-Control"] = "private, max-age=86400"
    return response
