"""Pictures in questions: every upload is decoded and written anew, so that nothing but pixels is stored."""

from __future__ import annotations

import hashlib
import io
import warnings

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from exams.models import Picture
from portal.actions.errors import Refused

MOST_BYTES = 2 * 2**20
MOST_PIXELS = 2000
# What is read, by Pillow's names; a GIF gives its first frame. SVG is a document with scripts and never taken.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
FOLDER = "pictures"


def add_picture(*, actor, now, content: bytes, name: str = "", alt: str = "") -> Picture:
    """Store a picture under the hash of what is stored; the same picture again is the same row.

    Re-encoded to PNG or (photographs) JPEG without any metadata. ``name`` is the file's, for the sentence of a
    refusal. Raises Refused for more than 2 MB or 2000 pixels a side, and for anything but PNG, JPEG, GIF and WebP.
    """
    there = Picture.objects.filter(sha256=hashlib.sha256(content).hexdigest()).first()
    if there:
        return there
    name = name or _("图片")
    if len(content) > MOST_BYTES:
        raise Refused(_("“%(name)s”超过2MB，请压缩后再上传。") % {"name": name}, "picture")
    stored, mime, size = _encoded(content, name)
    sha256 = hashlib.sha256(stored).hexdigest()
    path = f"{FOLDER}/{sha256}.{'jpg' if mime == 'image/jpeg' else 'png'}"
    # The name is the content: a file that is there already is this file.
    if not storages["private"].exists(path):
        storages["private"].save(path, ContentFile(stored))
    picture, _made = Picture.objects.get_or_create(
        sha256=sha256,
        defaults={"file": path, "mime": mime, "width": size[0], "height": size[1], "alt": alt.strip()[:200]},
    )
    return picture


def _encoded(content: bytes, name: str) -> tuple[bytes, str, tuple[int, int]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if max(picture.size) > MOST_PIXELS:
                    raise Refused(
                        _("“%(name)s”为%(width)s×%(height)s像素，长宽都不得超过%(most)s像素，请缩小后再上传。")
                        % {"name": name, "width": picture.width, "height": picture.height, "most": MOST_PIXELS},
                        "picture",
                    )
                photograph = picture.format == "JPEG"
                picture.seek(0)
                picture = ImageOps.exif_transpose(picture)
                picture = picture.convert("RGB" if photograph else "RGBA")
    except Refused:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as error:
        raise Refused(
            _("“%(name)s”不是可以使用的图片，请上传PNG、JPEG、GIF或WebP。") % {"name": name}, "picture"
        ) from error
    if not photograph and picture.getextrema()[3][0] == 255:
        picture = picture.convert("RGB")
    out = io.BytesIO()
    if photograph:
        picture.save(out, "JPEG", quality=90)
    else:
        picture.save(out, "PNG")
    return out.getvalue(), "image/jpeg" if photograph else "image/png", picture.size
