"""Which films and sounds every browser plays at once: MP4 with H.264 and AAC and its index in front, WebM with VP8 or
VP9; MP3 and M4A. Transcoding is not ours; what is wrong is named so that somebody can put it right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

VIDEO_OF = {"MPEG-4": {"AVC"}, "WebM": {"VP8", "VP9"}}
SOUND_OF = {"MPEG-4": {"AAC", "MPEG Audio"}, "WebM": {"Opus", "Vorbis"}, "MPEG Audio": {"MPEG Audio"}}
ENDINGS = {"MPEG-4": ("mp4", "m4v", "m4a"), "WebM": ("webm",), "MPEG Audio": ("mp3",)}
MOST_BOXES = 20_000


@dataclass(frozen=True)
class Facts:
    """What a file is: ``container`` and codecs by MediaInfo's names; ``index_first``: None where it does not matter."""

    container: str = ""
    video: Sequence[str] = field(default=())
    sound: Sequence[str] = field(default=())
    seconds: float = 0
    width: int = 0
    height: int = 0
    index_first: bool | None = None
    whole: bool = True

    def kept(self) -> dict:
        """As a recording keeps it."""
        return {
            "container": self.container,
            "video": list(self.video),
            "audio": list(self.sound),
            "seconds": self.seconds,
        }


def layout(stream: BinaryIO, size: int) -> tuple[bool | None, bool]:
    """Of an MP4 of ``size`` bytes: does its index (moov) come before its data (mdat), None when it has neither; and do
    its parts fill the file exactly, as they do unless it was cut off? Reads only their heads.
    """
    first, at = None, 0
    for _n in range(MOST_BOXES):
        if at >= size:
            return first, at == size
        stream.seek(at)
        head = stream.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if first is None and kind in (b"moov", b"mdat"):
            first = kind == b"moov"
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            # The last part goes to the end of the file.
            length = size - at
        if len(head) < 8 or length < 8:
            break
        at += length
    return first, False


def problems(facts: Facts, kind: str, ending: str) -> list[tuple[str, str]]:
    """What keeps a file from being played, as (code, detail); ``kind`` is video or audio as the editor uploads it.

    Codes: unreadable, container, ending, picture (a video without one), film (a film as sound), video, sound, index.
    """
    if not facts.container or facts.seconds < 1 or not facts.whole or not (facts.video or facts.sound):
        return [("unreadable", facts.container)]
    allowed = ("MPEG-4", "WebM") if kind == "video" else ("MPEG-4", "MPEG Audio")
    if facts.container not in allowed:
        return [("container", facts.container)]
    found = []
    if ending.lower() not in ENDINGS[facts.container]:
        found.append(("ending", ENDINGS[facts.container][0]))
    if kind == "video" and not facts.video:
        found.append(("picture", ""))
    if kind == "audio" and facts.video:
        found.append(("film", ""))
    found += [("video", codec) for codec in facts.video if codec not in VIDEO_OF.get(facts.container, ())]
    found += [("sound", codec) for codec in facts.sound if codec not in SOUND_OF[facts.container]]
    if facts.index_first is False:
        found.append(("index", ""))
    return found
