"""Which recordings may be handed out."""

from __future__ import annotations

from courses.models import LecturePage, LessonPage, Recording


def open_recording(pk: int, *, drafts: bool = False) -> Recording | None:
    """A recording that a published page shows; with ``drafts`` (for editors) any. At most three queries."""
    recording = Recording.objects.filter(pk=pk).first() if pk < 2**63 else None
    if recording is None or drafts:
        return recording
    shown = LessonPage.objects.live().filter(video=recording).exists()
    return recording if shown or LecturePage.objects.live().filter(recording=recording).exists() else None
