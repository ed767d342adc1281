"""The upload of a recording in the CMS: what every browser can play is let in, of the rest it is said what to do."""

from __future__ import annotations

from pathlib import PurePath

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from pymediainfo import MediaInfo
from wagtailmedia.forms import BaseMediaForm

from courses.actions import recordings
from courses.rules.recordings import Facts, layout, problems

MOST_CAPTION_BYTES = 2 * 2**20


def _words(code: str, detail: str) -> str:
    """One problem and its remedy."""
    remedy = _("请用转码软件转成 MP4（H.264 画面、AAC 声音），勾选“网络优化”（faststart）后再上传。")
    if code == "unreadable":
        return _("读不出这个文件的画面或声音，文件可能不完整。") + remedy
    if code == "container":
        return _("%(format)s 格式在浏览器里不能播放。") % {"format": detail} + remedy
    if code == "ending":
        return _("文件名的后缀与内容不符，请把后缀改为 .%(ending)s 后再上传。") % {"ending": detail}
    if code == "picture":
        return _("文件里没有画面，请到“音频”里上传。")
    if code == "film":
        return _("这是有画面的视频，请到“视频”里上传。")
    if code == "video":
        return _("画面编码是 %(codec)s，多数浏览器不能播放。") % {"codec": detail} + remedy
    if code == "sound":
        return _("声音编码是 %(codec)s，多数浏览器不能播放。") % {"codec": detail} + remedy
    return _("文件的索引在末尾，要全部下载完才能播放。请用转码软件重新导出，勾选“网络优化”（faststart）后再上传。")


def inspect(file: UploadedFile) -> Facts:
    """What an uploaded file is, by MediaInfo and by its boxes; empty when nothing can be told."""
    path = getattr(file, "temporary_file_path", None)
    file.seek(0)
    try:
        tracks = MediaInfo.parse(path() if path else file).tracks
    except (OSError, RuntimeError, ValueError):
        return Facts()
    file.seek(0)
    general = next((track for track in tracks if track.track_type == "General"), None)
    if general is None:
        return Facts()
    container = general.format or ""
    pictures = [track for track in tracks if track.track_type == "Video"]
    index_first, whole = layout(file, file.size) if container == "MPEG-4" else (None, True)
    facts = Facts(
        container=container,
        video=[track.format or "?" for track in pictures],
        sound=[track.format or "?" for track in tracks if track.track_type == "Audio"],
        seconds=_float(general.duration) / 1000,
        width=int(_float(pictures[0].width)) if pictures else 0,
        height=int(_float(pictures[0].height)) if pictures else 0,
        index_first=index_first,
        whole=whole,
    )
    file.seek(0)
    return facts


def _float(value) -> float:
    try:
        return max(0.0, float(value or 0))
    except (TypeError, ValueError):
        return 0.0


class RecordingForm(BaseMediaForm):
    """Wagtail's own form with the check; length and size of the picture come from the file."""

    found: Facts | None = None

    def __init__(self, *args, **kwargs):
        self.actor = kwargs.get("user")
        super().__init__(*args, **kwargs)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not isinstance(file, UploadedFile):
            return file
        most = settings.RECORDING_MAX_BYTES
        if file.size > most:
            raise forms.ValidationError(
                _("文件有%(size)s，最多%(most)s。请降低码率后再上传。")
                % {"size": filesizeformat(file.size), "most": filesizeformat(most)}
            )
        self.found = inspect(file)
        ending = PurePath(file.name).suffix.removeprefix(".")
        if wrong := problems(self.found, self.instance.type, ending):
            raise forms.ValidationError([_words(*one) for one in wrong])
        return file

    def clean_captions(self):
        file = self.cleaned_data["captions"]
        if not isinstance(file, UploadedFile):
            return file
        if file.size > MOST_CAPTION_BYTES:
            raise forms.ValidationError(_("字幕文件过大，请检查是否选错了文件。"))
        file.seek(0)
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("字幕须为 UTF-8 编码，请另存为 UTF-8 后再上传。")) from None
        file.seek(0)
        if not text.startswith("WEBVTT"):
            raise forms.ValidationError(_("这不是 WebVTT 字幕：第一行须为 WEBVTT。请用字幕软件另存为 .vtt 后再上传。"))
        return file

    def save(self, commit=True):
        """Stores length and picture size as found, and the audit row with it."""
        recording = self.instance
        if self.found is not None:
            recording.duration = round(self.found.seconds, 2)
            recording.width, recording.height = self.found.width or None, self.found.height or None
            recording.facts = {**self.found.kept(), "size": recording.file.size}
        if not commit:
            return super().save(commit=False)
        with transaction.atomic():
            saved = super().save()
            recordings.note_saved(actor=self.actor, now=timezone.now(), recording=saved, changed=self.changed_data)
        return saved
