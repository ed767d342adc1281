"""Videos of lectures and lessons, kept in private storage and handed out only to who may see them."""

from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.core.validators import FileExtensionValidator
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.urls import reverse
from django.utils.functional import LazyObject
from django.utils.translation import gettext_lazy as _
from wagtailmedia.models import AbstractMedia


class _Private(LazyObject):
    """The private storage as it is configured now: a field keeps its storage for as long as the process lives."""

    @property
    def _wrapped(self):
        return storages["private"]

    def _setup(self):
        """Nothing to set up: it is looked up each time."""


def private_storage():
    return _Private()


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

    @property
    def url(self) -> str:
        """Where it is handed out, with the checks of that view; the storage itself has no address."""
        return reverse("courses:media", args=[self.pk])

    @property
    def in_use(self) -> bool:
        """Does a page show it, or did somebody watch it? Then it cannot be deleted."""
        try:
            Collector(using=self._state.db or DEFAULT_DB_ALIAS, origin=self).collect([self])
        except (ProtectedError, RestrictedError):
            return True
        return False

    def delete(self, *args, **kwargs):
        """Raises PermissionDenied while it is in use: the CMS then says so in place of breaking."""
        if self.in_use:
            raise PermissionDenied
        return super().delete(*args, **kwargs)
