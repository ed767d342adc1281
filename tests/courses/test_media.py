"""Recordings: handed out by range to whoever may see them, and looked at when they are uploaded."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtailmedia.forms import get_media_form

from courses.forms.recordings import RecordingForm
from courses.models import Recording
from portal.cms import sync_groups
from portal.models import AuditEvent
from tests.cast import NOW
from tests.courses.made import DATA, recording

FILM = (DATA / "lesson90.mp4").read_bytes()


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_bytes_by_range(learning, settings):
    film = learning.film
    film.file.save("film.mp4", ContentFile(FILM))
    path, client = f"/learning/media/{film.pk}/", learning.client()
    whole = client.get(path)
    assert (whole.status_code, whole["Content-Type"], whole["Accept-Ranges"]) == (200, "video/mp4", "bytes")
    assert body(whole) == FILM and whole["Content-Length"] == str(len(FILM)) and "no-cache" in whole["Cache-Control"]
    part = client.get(path, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 1000-1999/{len(FILM)}")
    assert body(part) == FILM[1000:2000] and part["Content-Length"] == "1000"
    assert body(client.get(path, headers={"Range": "bytes=-500"})) == FILM[-500:]
    beyond = client.get(path, headers={"Range": f"bytes={len(FILM)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(FILM)}")
    # Half a file of before and half of today's would be no film.
    stale = client.get(path, headers={"Range": "bytes=0-9", "If-Range": '"old"'})
    assert stale.status_code == 200
    fresh = client.get(path, headers={"Range": "bytes=0-9", "If-Range": whole["ETag"]})
    assert fresh.status_code == 206 and body(fresh) == FILM[:10]
    assert client.get(path, headers={"If-None-Match": whole["ETag"]}).status_code == 304
    head = client.head(path, headers={"Range": "bytes=0-9"})
    assert head.status_code == 206 and head["Content-Length"] == "10" and body(head) == b""
    # A piece at a time, so that a slow telephone holds no thread.
    settings.MEDIA_PIECE_BYTES = 4096
    piece = client.get(path, headers={"Range": "bytes=0-"})
    assert piece["Content-Range"] == f"bytes 0-4095/{len(FILM)}" and body(piece) == FILM[:4096]


def test_behind_nginx(learning, settings, tmp_path):
    settings.SENDFILE_BACKEND = "django_sendfile.backends.nginx"
    settings.SENDFILE_ROOT, settings.SENDFILE_URL = str(tmp_path), "/protected"
    answer = learning.client().get(f"/learning/media/{learning.film.pk}/")
    assert answer["X-Accel-Redirect"].startswith("/protected/private/recordings/lesson90")
    assert answer["Content-Type"] == "video/mp4" and answer.content == b""


def test_who_may_see_it(learning, django_assert_max_num_queries):
    film, client = learning.film, learning.client()
    path = f"/learning/media/{film.pk}/"
    with django_assert_max_num_queries(6):
        assert client.get(path).status_code == 200
    assert learning.cast.client("auditor").get(path).status_code == 403
    assert learning.cast.client().get(path).url.startswith("/sign-in/")
    assert client.get("/learning/media/999999999999999999999/").status_code == 404
    assert client.get(f"{path}captions/").status_code == 404 and client.get(f"{path}poster/").status_code == 404
    film.captions.save("c.vtt", ContentFile(b"WEBVTT\n"))
    film.thumbnail.save("c.png", ContentFile(b"png"))
    assert client.get(f"{path}captions/")["Content-Type"] == "text/vtt; charset=utf-8"
    assert client.get(f"{path}poster/")["Content-Type"] == "image/png"
    # A cover that is none is not handed out as a page.
    film.thumbnail.save("c.html", ContentFile(b"<script>"))
    assert client.get(f"{path}poster/").status_code == 404
    # Of a page in preparation only editors see the film; a withdrawn one takes it along.
    learning.lecture.unpublish()
    for shown in (path, f"{path}captions/"):
        assert client.get(shown).status_code == 404
        assert learning.client("editor").get(shown).status_code == 200
    Recording.objects.filter(pk=film.pk).update(file="recordings/gone.mp4")
    assert learning.client("editor").get(path).status_code == 404


def upload(kind: str, name: str, data: bytes | None = None, user=None, **more):
    recorded = Recording(type=kind, uploaded_by_user=user)
    files = {"file": SimpleUploadedFile(name, (DATA / name).read_bytes() if data is None else data), **more}
    form = get_media_form(Recording)
    assert issubclass(form, RecordingForm)
    return form({"title": "录像", "collection": 1}, files, instance=recorded, user=user)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "name", "data", "said"),
    [
        ("video", "hevc.mp4", None, "画面编码是 HEVC"),
        ("video", "old.avi", None, "AVI 格式在浏览器里不能播放"),
        ("video", "slowstart.mp4", None, "索引在末尾"),
        ("video", "broken.mp4", FILM[:3000], "读不出"),
        ("video", "words.mp4", b"not a film", "读不出"),
        ("video", "empty.mp4", b"\0", "读不出"),
        ("video", "film.webm", FILM, "后缀改为 .mp4"),
        ("audio", "lesson90.mp4", None, "这是有画面的视频"),
    ],
)
def test_what_cannot_be_played_is_refused_with_a_remedy(kind, name, data, said):
    form = upload(kind, name, data)
    assert not form.is_valid() and said in str(form.errors["file"]), form.errors


def test_what_can_be_played_is_kept_with_its_length(cast, settings):
    editor = cast.user("editor")
    sync_groups(user=editor, now=NOW)
    captions = SimpleUploadedFile("c.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\n您好\n".encode())
    for name, seconds, codecs in (("lesson90.mp4", 90, ["AVC"]), ("short.webm", 20, ["VP8"])):
        form = upload("video", name, user=editor, captions=captions)
        assert form.is_valid(), form.errors
        saved = form.save()
        assert (saved.duration, saved.width, saved.height) == (seconds, 160, 90)
        assert saved.facts["video"] == codecs and saved.facts["size"] == (DATA / name).stat().st_size
        assert saved.url == f"/learning/media/{saved.pk}/"
    said = AuditEvent.objects.filter(action="recording.saved")
    assert said.count() == 2 and said.first().actor_id == editor.pk
    settings.RECORDING_MAX_BYTES = 1000
    assert "最多" in str(upload("video", "short.webm").errors["file"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "said"),
    [(b"1\n00:00:00,000", "WEBVTT"), ("WEBVTT\n您好".encode("gbk"), "UTF-8"), (b"x" * 3 * 2**20, "过大")],
)
def test_captions_are_captions(data, said):
    form = upload("video", "short.webm", captions=SimpleUploadedFile("c.vtt", data))
    assert said in str(form.errors["captions"])


def test_a_recording_in_use_stays(learning):
    """The CMS says so in place of breaking; one that nobody uses goes."""
    client = learning.client("editor")
    page = client.get(f"/cms/media/delete/{learning.film.pk}/")
    assert "不能删除" in page.content.decode()
    assert client.post(f"/cms/media/delete/{learning.film.pk}/").status_code in (302, 403)
    spare = recording("多余")
    client.post(f"/cms/media/delete/{spare.pk}/")
    assert Recording.objects.filter(pk=learning.film.pk).exists() and not Recording.objects.filter(pk=spare.pk).exists()
