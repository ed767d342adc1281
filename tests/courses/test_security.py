"""Attacks on learning that were possible once, or would be with one guard forgotten."""

import json

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction
from wagtail.test.utils.form_data import nested_form_data

from courses.actions import cases as taught
from courses.actions import drills as drilled
from courses.actions import quizzes, watching
from courses.formats.attendance_sheet import read
from courses.models import (
    CasePage,
    CaseRun,
    Comment,
    HourClaim,
    LearningImport,
    QuizRun,
    SectionPage,
    Slide,
    Watch,
    WatchNote,
)
from courses.queries.attendance_plan import plan
from courses.queries.citing import held_back
from portal.access import EVERYWHERE, Access, Scope
from portal.models import Role
from tests.cast import NOW
from tests.courses.attendance_room import Room
from tests.courses.made import FIRST, SECOND, article
from tests.courses.test_attendance_sheet import export, line
from tests.courses.test_cms import STEPS, cms, said  # noqa: F401
from tests.portal.test_cms import fields

# What a learner has not come to yet, wherever it could be spelt.
AHEAD = (
    "复议机关撤销了处罚决定",
    "期限没有届满不得决定",
    "依据见条文",
    "口头放弃即可",
    "2022-06-30",
    "剥夺了听证权利",
    "期限已满",
)


def entered(user) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def colleague(cast):
    """Another learner, with an account of their own."""
    cast.li.user = cast.account("colleague", Role.OFFICER)
    cast.li.save()
    return entered(cast.li.user)


def test_nothing_behind_a_judgement_leaves_the_server(learning, frozen):
    client, case, drill = learning.client(), learning.case, learning.drill
    by = {"actor": learning.officer, "now": NOW, "person": learning.wang}
    places = [
        case.url,
        f"{case.url}?step=5",
        drill.url,
        "/study/",
        "/study/cases/",
        f"/learning/pages/{case.pk}/discussion/",
        f"/learning/cases/{case.pk}/next/",
        "/learning/",
    ]
    taught.begin(**by, case=case)
    run = drilled.start(**by, drill=drill)
    places.append(f"/learning/drills/runs/{run.pk}/")
    for step in (1, 2):
        text = "".join(client.get(place).content.decode() for place in places)
        assert not [words for words in AHEAD if words in text], step
        for words in AHEAD:
            found = client.get(f"/learning/search/?q={words}").content.decode()
            assert case.url not in found and drill.url not in found, words
        taught.open_next(**by, case=case, step=step)
    assert client.post(f"/learning/cases/{case.pk}/next/", {"step": 3}).status_code == 302
    assert (
        client.post(f"/learning/cases/{case.pk}/judge/", {"point": SECOND, "choice": f"{SECOND[:-1]}1"}).status_code
        == 302
    )
    assert CaseRun.objects.get().step == 3 and not CaseRun.objects.get().judgements.exists()
    text = client.get(case.url).content.decode()
    assert FIRST in text and SECOND not in text and "与结果一致" not in text


def test_what_a_judgement_rests_on_is_not_told_by_the_law_library(learning, rf):
    """Which cases and drills name an article is itself an answer, until one has been through them."""
    case, rests = learning.case, article(64)
    steps = case.steps.get_prep_value()
    steps[2]["value"]["article"] = rests.pk
    case.steps = json.dumps(steps)
    case.save()
    request = rf.get("/")

    def held(name):
        request.user = learning.cast.user(name)
        request.__dict__.pop("_access", None)
        return held_back(request, rests)

    assert held("officer") == {case.pk}, "the drill shows this article among those it cites"
    assert held("legal") == held("leader") == frozenset()
    client = learning.client()
    for place in (f"/laws/articles/{rests.pk}/", f"/learning/search/?article={rests.pk}"):
        assert case.title not in client.get(place).content.decode(), place
    CaseRun.objects.create(person=learning.wang, case=case, year=2025, started_at=NOW, completed_at=NOW)
    assert held("officer") == frozenset()
    assert case.title in client.get(f"/learning/search/?article={rests.pk}").content.decode()


def test_one_learner_and_the_things_of_another(learning, colleague):
    by = {"actor": learning.officer, "now": NOW}
    quiz = quizzes.start(**by, person=learning.wang, page=learning.quizzed)
    run = drilled.start(**by, person=learning.wang, drill=learning.drill)
    watch = watching.start(**by, page=learning.video).watch
    note = WatchNote.objects.create(person=learning.wang, page=learning.lecture, second=3, text="只给自己看", at=NOW)
    body = json.dumps({"lease": watch.lease, "from": 0, "to": 10, "text": "改", "position": 5})
    for place in (
        f"/learning/quiz/runs/{quiz.pk}/",
        f"/learning/drills/runs/{run.pk}/",
        f"/learning/drills/runs/{run.pk}/choose/",
        f"/learning/drills/runs/{run.pk}/leave/",
        f"/learning/watch/{watch.pk}/beat/",
        f"/learning/watch/{watch.pk}/present/",
        f"/learning/watch/{watch.pk}/close/",
        f"/learning/notes/{note.pk}/",
        f"/learning/notes/{note.pk}/delete/",
    ):
        assert colleague.get(place).status_code in (404, 405), place
        assert colleague.post(place, body, content_type="application/json").status_code in (404, 405), place
    assert "只给自己看" not in colleague.get(learning.lecture.url).content.decode()
    watch.refresh_from_db(), run.refresh_from_db()
    assert watch.covered_seconds == 0 and watch.live and run.finished_at is None and QuizRun.objects.get().score is None
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(learning.officer, backend=settings.AUTHENTICATION_BACKENDS[0])
    beat = f"/learning/watch/{watch.pk}/beat/"
    assert strict.post(beat, body, content_type="application/json").status_code == 403


def test_bodies_no_player_sends(learning):
    client = learning.client()
    watch = watching.start(actor=learning.officer, now=NOW, page=learning.video).watch
    beat, notes = f"/learning/watch/{watch.pk}/beat/", f"/learning/watch/{learning.lecture.pk}/notes/"
    for place, body, status in (
        (beat, {"lease": "汉"}, 409),
        (beat, {"lease": "\ud800"}, 400),
        (beat, {"lease": watch.lease, "from": 1e400}, 400),
        (beat, {"lease": watch.lease, "from": True}, 400),
        (beat, ["lease"], 400),
        (notes, {"text": "半个字\ud83d", "second": 1}, 400),
        (notes, {"text": "a\0", "second": -1e8}, 200),
    ):
        answer = client.post(place, json.dumps(body), content_type="application/json")
        assert answer.status_code == status, (place, body, answer.content.decode())
    assert list(WatchNote.objects.values_list("text", "second")) == [("a", 0)]
    assert Watch.objects.get().covered_seconds == 0
    speak = f"/learning/pages/{learning.lecture.pk}/discussion/add/"
    assert client.post(speak, {"text": "答", "answers": "9" * 5000}).status_code == 404
    said_ = Comment.objects.create(page=learning.lecture, user=learning.officer, text="<b>问</b>", at=NOW)
    learning.client("training").post(f"/learning/comments/{said_.pk}/hide/", {"reason": "离\0题"})
    said_.refresh_from_db()
    assert said_.hidden_why == "离题"
    assert "<b>问" not in learning.client("training").get(learning.lecture.url).content.decode()


def test_documents_of_drafts(learning):
    def made(name):
        return get_document_model().objects.create(title="讲义", file=ContentFile(b"%PDF-1.4", name))

    slide, linked, loose = made("a.pdf"), made("b.pdf"), made("c.pdf")
    Slide.objects.create(page=learning.lecture, document=slide)
    course = learning.course
    course.body = f'<p><a linktype="document" id="{linked.pk}">讲义</a></p>'
    course.save()
    officer, editor = learning.client(), learning.client("editor")

    def seen(client):
        return [client.get(one.url).status_code for one in (slide, linked, loose)]

    assert seen(officer) == [200, 200, 404] and seen(editor) == seen(learning.client("legal")) == [200] * 3
    assert Client().get(slide.url).url.startswith("/sign-in/")
    for page in (learning.lecture, course):
        page.unpublish()
    assert seen(officer) == [404] * 3
    answer = editor.get(slide.url)
    assert answer["Content-Security-Policy"] == "default-src 'none'" and answer["X-Content-Type-Options"] == "nosniff"
    for place in ("", "captions/", "poster/"):
        assert officer.get(f"/learning/media/{learning.film.pk}/{place}").status_code == 404


def test_an_editor_cannot_get_round_the_review(cms):  # noqa: F811
    editor = cms.cms("editor")
    shelf = {page.holds: page for page in SectionPage.objects.all()}
    data = fields(editor.get(f"/cms/pages/add/courses/casepage/{shelf['cases'].pk}/").content.decode())
    data |= nested_form_data(STEPS) | {"title": "旁路", "slug": "side", "action-publish": "1"}
    for holds, section in shelf.items():
        answer = editor.post(f"/cms/pages/add/courses/casepage/{section.pk}/", data | {"slug": f"side-{holds}"})
        assert answer.status_code in (302, 403), said(answer)
    assert list(CasePage.objects.filter(title="旁路").values_list("slug", "live")) == [("side-cases", False)]
    copy = {"new_title": "抄", "new_slug": "copy", "new_parent_page": shelf["courses"].pk, "publish_copies": "on"}
    editor.post(f"/cms/pages/{cms.case.pk}/copy/", copy)
    editor.post(f"/cms/pages/{cms.case.pk}/move/{shelf['drills'].pk}/confirm/")
    assert not CasePage.objects.filter(title="抄").exists()
    assert CasePage.objects.get(pk=cms.case.pk).get_parent().pk == shelf["cases"].pk
    for page in (cms.lecture, shelf["cases"], cms.lecture.get_site().root_page):
        editor.post(f"/cms/pages/{page.pk}/privacy/", {"restriction_type": "login"})
    assert not PageViewRestriction.objects.exists()
    for place in (
        "users/",
        "groups/",
        "sites/",
        "workflows/list/",
        "collections/",
        "redirects/",
        "snippets/staffing/policy/",
    ):
        assert editor.get(f"/cms/{place}").status_code in (302, 403, 404), place


def test_a_sheet_finds_only_the_people_of_its_office(cast):
    """An office that looks after one town learns nothing of others by uploading their names."""
    room = Room(cast)
    sheet = export(line(1, cast.wang), line(2, cast.sun))
    found = [row.person for row in plan(read(sheet), room.session, Scope(paths=(cast.east_town.path,))).lines]
    assert found == [cast.wang, None]
    assert [row.person for row in plan(read(sheet), room.session, EVERYWHERE).lines] == [cast.wang, cast.sun]
    assert not LearningImport.objects.exists()


def test_an_office_of_one_town(cast):
    """The training officer of the east and people, claims, figures of the west."""
    user = cast.account("training_east", Role.TRAINING, cast.east_town)
    client, room = entered(user), Room(cast)
    assert not Access(user).scope("attendance.edit").everywhere
    claim = HourClaim.objects.create(
        person=cast.sun,
        kind="external",
        title="培训",
        began=NOW.replace(month=10),
        ended=NOW,
        hours_asked=2,
        made_at=NOW,
    )
    code, west = room.session.code, cast.west.code
    for place in (
        f"/learning/office/claims/{claim.pk}/",
        f"/learning/office/claims/{claim.pk}/files/1/",
        f"/learning/office/people/{cast.sun.pk}/transcript/",
        f"/learning/office/compliance/?unit={west}",
        f"/learning/office/compliance/people/?unit={west}",
        f"/learning/office/compliance/remind/?unit={west}",
        f"/learning/office/sessions/{code}/edit/",
        f"/learning/office/sessions/{code}/do/cancel/",
        f"/learning/office/sessions/{code}/attendance/{cast.sun.pk}/",
        f"/learning/office/sessions/{code}/attendance/import/",
        f"/learning/office/sessions/{code}/attendance/settle/",
        "/learning/office/series/djt/edit/",
        "/learning/office/years/2025/close/",
    ):
        for answer in (client.get(place), client.post(place, {"reason": "x", "state": "approved", "hours_given": "2"})):
            assert answer.status_code in (404, 405), (place, answer.status_code)
            assert cast.sun.name not in answer.content.decode()
    for place in (
        "claims/",
        "compliance/people/",
        f"sessions/{code}/attendance/",
        f"sessions/{code}/signups/?show=open",
    ):
        text = client.get(f"/learning/office/{place}").content.decode()
        assert cast.sun.name not in text and "旁听" not in text.replace("旁听庭审", ""), place
    claim.refresh_from_db()
    assert claim.state == "submitted"
