"""Discussion: said once, answered, hidden with a reason, never deleted; a case is discussed by who has finished it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from courses.actions import comments
from courses.models import CaseRun, Comment
from courses.queries.comments import discussion_of
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from tests.cast import NOW


def say(learning, text="怎样认定？", who="officer", **more):
    user = learning.cast.user(who)
    page = more.pop("page", learning.lecture)
    return comments.add_comment(actor=user, now=more.pop("now", NOW), page=page, text=text, **more)


def seen(learning, page, who="officer", **more):
    request = RequestFactory().get("/")
    request.user = learning.cast.user(who)
    for name, value in more.items():
        setattr(request, name, value)
    return discussion_of(request, page)


def test_saying_and_answering(learning):
    first = say(learning, " 怎样认定？\r\n第二行  ")
    assert first.text == "怎样认定？\n第二行" and say(learning, "怎样认定？\n第二行") == first
    assert say(learning, "怎样认定？\n第二行", now=NOW + timedelta(minutes=11)) != first
    answer = say(learning, "见第五十八条。", "legal", answers=first)
    again = say(learning, "谢谢。", answers=answer)
    assert again.answers == first, "answers to answers stay in the thread"
    notice = Notice.objects.get()
    assert notice.recipient == learning.officer and "先审后决" in notice.text and notice.url.endswith(f"#c{first.pk}")
    talk = seen(learning, learning.lecture)
    assert talk.total == 4 and talk.threads == 2 and [len(r.replies) for r in talk.remarks] == [0, 2]
    assert talk.remarks[1].mine and not talk.may_moderate and talk.may_speak
    for text, more in (("", {}), (" \n ", {}), ("长" * 1001, {}), ("答", {"answers": first, "page": learning.course})):
        with pytest.raises(Refused):
            say(learning, text, **more)
    with pytest.raises(Refused, match="过多"):
        for n in range(40):
            say(learning, f"第{n}句")


def test_hiding_and_showing(learning):
    comment = say(learning, "不合适的话")
    moderator = learning.training
    with pytest.raises(Refused):
        comments.hide_comment(actor=moderator, now=NOW, comment=comment, reason=" ")
    assert comments.hide_comment(actor=moderator, now=NOW, comment=comment, reason="涉及当事人")
    assert not comments.hide_comment(actor=moderator, now=NOW, comment=comment, reason="再来")
    with pytest.raises(Refused):
        comment.refresh_from_db()
        say(learning, "回它", answers=comment)
    (remark,) = seen(learning, learning.lecture).remarks
    assert remark.hidden and remark.text == "" and remark.why == "" and seen(learning, learning.lecture).total == 0
    assert seen(learning, learning.lecture, "training").remarks[0].text == "不合适的话"
    assert "涉及当事人" in Notice.objects.get(recipient=learning.officer).text
    assert comments.show_comment(actor=moderator, now=NOW, comment=comment)
    assert not comments.show_comment(actor=moderator, now=NOW, comment=comment)
    written = AuditEvent.objects.filter(action__startswith="comment.").order_by("id")
    assert list(written.values_list("action", flat=True)) == [
        "comment.hidden",
        "comment.shown",
    ]


def test_where_there_is_a_discussion(learning):
    assert seen(learning, learning.lecture) and seen(learning, learning.course)
    assert seen(learning, learning.drill) is None and seen(learning, learning.video) is None
    assert seen(learning, learning.lecture, is_preview=True) is None
    learning.case.refresh_from_db()
    assert seen(learning, learning.case) is None and seen(learning, learning.case, "legal") is not None
    url = f"/learning/pages/{learning.case.pk}/discussion/"
    assert learning.client().get(url).status_code == 404
    assert learning.client().post(f"{url}add/", {"text": "结果是？"}).status_code == 404
    CaseRun.objects.create(person=learning.wang, case=learning.case, year=2026, started_at=NOW, completed_at=NOW)
    assert learning.client().get(url).status_code == 200 and seen(learning, learning.case)
    learning.lecture.unpublish()
    learning.lecture.refresh_from_db()
    assert seen(learning, learning.lecture) is None
    assert learning.client().get(f"/learning/pages/{learning.lecture.pk}/discussion/").status_code == 404


def test_the_pages(learning):
    client, url = learning.client(), f"/learning/pages/{learning.course.pk}/discussion/"
    answer = client.post(f"{url}add/", {"text": "<b>怎样认定</b>", "back": "all"})
    first = Comment.objects.get()
    assert answer.status_code == 302 and answer.url == f"{url}#c{first.pk}"
    assert client.post(f"{url}add/", {"text": "在页面上"}).url == f"{learning.course.url}#c{Comment.objects.last().pk}"
    text = client.get(url).content.decode()
    assert "&lt;b&gt;怎样认定&lt;/b&gt;" in text and "隐藏发言" not in text
    refused = client.post(f"{url}add/", {"text": "长" * 1200})
    assert (
        refused.status_code == 200
        and "不超过1000字" in refused.content.decode()
        and "长" * 1000 in refused.content.decode()
    )
    client.post(f"{url}add/", {"text": "回复", "answers": first.pk})
    assert Comment.objects.filter(answers=first).count() == 1
    for answers in ("x", "99999999", "-1", "²"):
        assert client.post(f"{url}add/", {"text": "回复", "answers": answers}).status_code == 404
    act = f"/learning/comments/{first.pk}/"
    assert client.post(f"{act}hide/", {"reason": "不合适"}).status_code == 403
    moderator = learning.client("training")
    assert moderator.post(f"{act}burn/").status_code == 404 and moderator.get(f"{act}hide/").status_code == 405
    moderator.post(f"{act}hide/", {"back": "office"})
    assert not Comment.objects.exclude(hidden_at=None).exists()
    assert moderator.post(f"{act}hide/", {"reason": "不合适", "back": "office"}).url.startswith(
        "/learning/office/comments/"
    )
    office = moderator.get("/learning/office/comments/", {"state": "hidden"})
    assert "不合适" in office.content.decode() and [c.n for c in office.context["counts"]] == [3, 2, 1]
    assert "这条发言已隐藏" in client.get(url).content.decode()
    moderator.post(f"{act}show/")
    assert Comment.objects.filter(hidden_at=None).count() == 3
    assert learning.client("clerk").post(f"{url}add/", {"text": "我"}).status_code == 403
    assert learning.client("clerk").get(url).status_code == 200


def test_queries_do_not_grow(learning):
    paths = (
        (f"/learning/pages/{learning.lecture.pk}/discussion/", "officer"),
        ("/learning/office/comments/", "editor"),
    )

    def asked(path, role):
        client = learning.client(role)
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    first = say(learning)
    few = [asked(*path) for path in paths]
    Comment.objects.bulk_create(
        [Comment(page_id=learning.lecture.pk, user=learning.editor, text=f"第{n}句", at=NOW) for n in range(40)]
        + [
            Comment(page_id=learning.lecture.pk, user=learning.officer, text=f"答{n}", at=NOW, answers=first)
            for n in range(40)
        ]
    )
    many = [asked(*path) for path in paths]
    assert max(many) <= 20 and all(b <= a + 2 for a, b in zip(few, many)), (few, many)
