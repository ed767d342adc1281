"""Videos of lectures and lessons, kept in private storage and handed out only to who may see them."""

from django.core.files.storage import storages
from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtailmedia.models import AbstractMedia


def private_storage():
    return storages["private"]


class Recording(AbstractMedia):
    """A video or sound file. ``facts``: what the check at upload found (container, codecs, seconds, size)."""

    file = models.FileField(_("文件"), upload_to="recordings", storage=private_storage)
    thumbnail = models.FileField(_("封面"), upload_to="recordings", blank=True, storage=private_storage)
    captions = models.FileField(
        _("字幕（WebVTT）"),
        upload_to="recordings",
        blank=True,
        storage=private_storage,
        validators=[FileExtensionValidator(["vtt"])],
    )
    facts = models.JSONField(default=dict, editable=False)

    admin_form_fields = ("title", "file", "collection", "thumbnail", "captions", "tags")

    class Meta:
        verbose_name = _("录像")
        verbose_name_plural = _("录像")
        ordering = ["-created_at"]
