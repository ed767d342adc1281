"""What the settings must agree on before the portal starts."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.files.storage import storages


@register(Tags.files)
def files_behind_the_proxy(app_configs=None, **_more) -> list[Error]:
    """With SENDFILE_BACKEND the web server in front sends what was uploaded: all of it lies below SENDFILE_ROOT."""
    if not getattr(settings, "SENDFILE_BACKEND", ""):
        return []
    root = Path(settings.SENDFILE_ROOT)
    if root == Path(root.anchor):
        return [Error("SENDFILE_ROOT is the root of the file system: the web server would be lent every file.",
                      hint="Keep both media roots in one directory and name that.", id="portal.E002")]  # fmt: skip
    kept = {"MEDIA_PRIVATE_ROOT": storages["private"].location, "MEDIA_PUBLIC_ROOT": settings.MEDIA_ROOT}
    return [
        Error(
            f"{name} ({place}) is not below SENDFILE_ROOT ({root}): its files could not be handed out.",
            hint="Name the directory that holds both as SENDFILE_ROOT, and the same in nginx's alias.",
            id="portal.E001",
        )
        for name, place in kept.items()
        if not Path(place).is_relative_to(root)
    ]
