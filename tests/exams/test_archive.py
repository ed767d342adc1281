"""A past attempt is reproduced exactly; the archive of a sitting cannot be altered unnoticed."""

import io
import json
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command

from exams.actions import archive, marking, results
from exams.models import AnswerEvent, Attempt
from exams.queries.archive import reproduce
from exams.rules.papers import draw
from portal import jobs
from portal.actions.errors import Refused
from tests.cast import NOW
from tests.exams.closed import RIGHT, SatCast


@pytest.fixture
def sat(cast):
    sat = SatCast(cast)
    sat.attempt = logged(sat.sit())
    marking.mark_closed(now=NOW)
    return sat


def logged(attempt):
    """As the room would have left it: layout drawn from the seed, every answer in the log, some changed before."""
    attempt.layout = draw(attempt.frozen.body, attempt.seed)
    attempt.save(update_fields=["layout"])
    for n, (item, value) in enumerate(attempt.answers.items(), 1):
        for sequence, given in ((n, {"a": [] if item != "5" else "初稿", "f": True}), (n + 100, value)):
            AnswerEvent.objects.create(
                attempt=attempt,
                item=int(item),
                sequence=sequence,
                client_key=uuid4(),
                value=given,
                filled=bool(given["a"]),
                received_at=NOW + timedelta(minutes=n),
            )
    return attempt


def test_an_attempt_is_reproduced_exactly(sat, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        found = reproduce(Attempt.objects.select_related("frozen", "sitting").get(pk=sat.attempt.pk))
    assert found.exact and found.score == 80 and len(found.items) == 6
    first = found.items[0]
    assert [option.key for option in first.options if option.chosen] == ["A"]
    assert [option.key for option in first.options if option.right] == ["A"]
    assert (first.marks, first.worth, first.saves) == (20, 20, 2)
    assert found.items[3].given == ("罚款",) and found.items[3].reference == ("罚款 / 罚金",)
    assert found.items[5].given == (RIGHT["5"]["a"],) and len(found.items[5].tasks) == 2


@pytest.mark.parametrize("broken", ["layout", "answers", "score"])
def test_what_does_not_fit_is_seen(sat, broken):
    attempt = sat.attempt
    if broken == "layout":
        attempt.layout = attempt.layout[::-1]
        attempt.save(update_fields=["layout"])
        assert not reproduce(attempt).same_layout
    elif broken == "answers":
        attempt.answers = RIGHT | {"0": {"a": ["B"]}}
        assert not reproduce(attempt).same_answers
    else:
        type(attempt.entry).objects.update(score=99)
        attempt.entry.refresh_from_db()
        assert not reproduce(attempt).same_score


def written(sat) -> bytes:
    out = io.BytesIO()
    archive.write_archive(out, actor=sat.office, now=NOW, sitting=sat.closed)
    return out.getvalue()


def test_the_archive_holds_everything_and_no_number(sat):
    data = written(sat)
    assert archive.verify(io.BytesIO(data)).ok
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = set(package.namelist())
        everything = b"".join(package.read(name) for name in names).decode()
        attempt = json.loads(package.read("attempts.jsonl"))
        assert len(package.read("answer_events.jsonl").splitlines()) == 12
        keys = [json.loads(line) for line in package.read("keys.jsonl").splitlines()]
    assert {"sitting.json", "papers.json", "keys.jsonl", "conduct.jsonl", "registers.jsonl", "manifest.sig"} <= names
    assert attempt["seed"] == 7 and attempt["answers"] == RIGHT and "secret" not in attempt and len(keys) == 6
    assert sat.attempt.user.person.id_number not in everything and "id_masked" in everything


def altered(data: bytes, change) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = change(name, old.read(name))
            if body is not None:
                new.writestr(name, body)
        extra = change("", b"")
        if extra:
            new.writestr("extra.json", extra)
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda name, body: body.replace(b'"a"', b'"b"', 1) if name == "attempts.jsonl" else body, "内容被改动"),
        (lambda name, body: None if name == "conduct.jsonl" else body, "缺少文件"),
        (lambda name, body: body or b"{}", "多出文件"),
        (lambda name, body: body.replace(b"c1", b"c2") if name == "manifest.json" else body, "签名不符"),
        (lambda name, body: b"0" * 64 if name == "manifest.sig" else body, "签名不符"),
        (lambda name, body: None if name == "manifest.json" else body, "不是完整"),
    ],
)
def test_tampering_is_found(sat, change, said):
    verdict = archive.verify(io.BytesIO(altered(written(sat), change)))
    assert not verdict.ok and any(said in problem for problem in verdict.problems)


def test_another_installation_cannot_sign(sat, monkeypatch):
    data = written(sat)
    monkeypatch.setattr(settings, "FIELD_INDEX_KEY", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=")
    assert not archive.verify(io.BytesIO(data)).ok


def test_the_command(sat, tmp_path, capsys):
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(written(sat))
    bad.write_bytes(good.read_bytes()[:-40])
    out = io.StringIO()
    call_command("verify_archive", str(good), stdout=out)
    assert "未被改动" in out.getvalue() and "c1" in out.getvalue()
    for args in ([], ["--json"]):
        out = io.StringIO()
        with pytest.raises(SystemExit) as stop:
            call_command("verify_archive", str(bad), *args, stdout=out, stderr=io.StringIO())
        assert stop.value.code == 1
    assert json.loads(out.getvalue())["ok"] is False


def test_as_a_job_for_its_owner_only(sat, django_capture_on_commit_callbacks):
    with pytest.raises(Refused, match="结束后"):
        archive.request_archive(actor=sat.office, now=NOW, sitting=sat.sitting)
    job = jobs.run(archive.request_archive(actor=sat.office, now=NOW, sitting=sat.closed).pk)
    assert job.state == "done"
    client = sat.cast.client("exam")
    answer = client.get(job.result["url"])
    body = b"".join(answer.streaming_content)
    assert archive.verify(io.BytesIO(body)).ok
    other = sat.cast.account("exam2", "exam")
    client.force_login(other, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert client.get(job.result["url"]).status_code == 404


def test_the_office_sees_the_paper_as_it_was(sat):
    results_page = f"/exams/attempts/{sat.attempt.pk}/"
    answer = sat.cast.client("exam").get(results_page)
    text = answer.content.decode()
    assert answer.status_code == 200 and "复现一致" in text and "单选1选项甲" in text and "罚款 / 罚金" in text
    for role in ("officer", "hr", "legal", "invigilator", "marker"):
        assert sat.cast.client(role).get(results_page).status_code == 403
    assert results.APPEAL_DAYS == 7
