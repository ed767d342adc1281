"""The player's endpoints over HTTP: four statements a report, refusals in words, and notes nobody else sees."""

import json

from courses.models import Watch, WatchNote
from courses.queries.watching import clock_words, length_words
from portal.models import Role


def post(client, path, body):
    data = body if isinstance(body, str) else json.dumps(body)
    return client.post(path, data, content_type="application/json", headers={"Accept": "application/json"})


def test_reports_and_refusals(learning, django_assert_num_queries, django_assert_max_num_queries):
    client = learning.client()
    opening = f"/learning/watch/{learning.video.pk}/open/"
    with django_assert_max_num_queries(22):
        begun = post(client, opening, {}).json()
    assert begun["upto"] == 0 and begun["words"] == "看满90%（1分21秒），已计0秒"
    path = f"/learning/watch/{begun['watch']}/"
    report = {"lease": begun["lease"], "from": 0, "to": 15, "position": 15}
    # Session, user, the viewing, its update; the same when it has hundreds of parts.
    with django_assert_num_queries(4):
        told = post(client, f"{path}beat/", report).json()
    assert 0 <= told["upto"] < 15 and told["done"] is False and told["check"] is None
    Watch.objects.update(covered=[[n, n + 0.2] for n in range(80)], spans=[[n * 20, n * 20 + 9] for n in range(300)])
    with django_assert_num_queries(4):
        assert post(client, f"{path}beat/", report).status_code == 200
    # What is no report is refused in words; a stranger's window is unknown.
    for bad in (
        "",
        "[]",
        "{",
        '{"lease": 1}',
        '{"from": NaN}',
        '{"to": "9"}',
        '{"to": 1e99}',
        '{"to": true}',
        " " * 9000,
    ):
        assert post(client, f"{path}beat/", bad).status_code == 400, bad
    stale = post(client, f"{path}beat/", {**report, "lease": "0" * 32})
    assert (stale.status_code, stale.json()["code"]) == (409, "lease")
    other = learning.cast.account("other", Role.OFFICER, learning.cast.west)
    stranger = learning.cast.client()
    stranger.force_login(other, backend="portal.backends.LockoutBackend")
    for act in ("beat", "present", "close"):
        assert post(stranger, f"{path}{act}/", report).status_code == 404
    # An account without a person learns whom to ask; whoever is signed out, to sign in again.
    assert "联系本单位政工科" in post(stranger, opening, {}).json()["message"]
    out = post(learning.cast.client(), f"{path}beat/", report)
    assert (out.status_code, out.json()["code"]) == (403, "signed_out")
    for page in (learning.quizzed.pk, learning.case.pk, 0, 2**70):
        assert post(client, f"/learning/watch/{page}/open/", {}).status_code == 404
    # With the grant gone somebody who watches goes on, and nothing new begins.
    learning.officer.grants.update(ends=learning.cast.NOW)
    assert post(client, f"{path}present/", {"lease": begun["lease"]}).status_code == 200
    assert post(client, opening, {}).status_code == 403
    assert post(client, f"{path}close/", report).status_code == 200 and Watch.objects.get().live is None


def test_notes_are_ones_own(learning):
    client = learning.client()
    path = f"/learning/watch/{learning.lecture.pk}/notes/"
    made = post(client, path, {"second": 12.7, "text": " 先审后决 "}).json()
    assert (made["second"], made["text"]) == (12, "先审后决")
    assert post(client, path, {"second": 12, "text": "先审后决"}).json()["id"] == made["id"]
    for text in ("", "  ", "字" * 1001):
        refused = post(client, path, {"second": 1, "text": text})
        assert (refused.status_code, refused.json()["code"]) == (409, "text")
    learning.cast.sun.user = learning.cast.account("sun", Role.OFFICER, learning.cast.west)
    learning.cast.sun.save()
    stranger = learning.cast.client()
    stranger.force_login(learning.cast.sun.user, backend="portal.backends.LockoutBackend")
    for act in (made["url"], made["deleteUrl"]):
        assert post(stranger, act, {"text": "x"}).status_code == 404
    assert "先审后决" not in stranger.get(learning.lecture.url).content.decode().split("data-notes")[-1]
    assert post(client, made["url"], {"text": "改了"}).json()["text"] == "改了"
    assert post(client, made["deleteUrl"], {}).status_code == 200 and not WatchNote.objects.exists()


def test_lengths_leave_out_what_is_nought():
    assert [clock_words(n) for n in (0, 40, 300, 750, 3600, 3720, 3725)] == [
        "0秒", "40秒", "5分钟", "12分30秒", "1小时", "1小时2分钟", "1小时2分5秒",
    ]  # fmt: skip
    assert [length_words(n) for n in (90, 1620, 5697)] == ["1分30秒", "27分钟", "约1小时35分钟"]
