"""Every address × every role, and docs/access.md, against the one table of portal.access.

A view without ``access_action`` fails here: nobody forgets a guard unnoticed.
"""

import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from exams.models import ExamImport
from portal import access, jobs
from portal.law.models import Article, Law
from portal.models import Grant, Role
from staffing.models import HourCredit
from tests import access_doc
from tests.cast import NOW
from tests.courses.attendance_room import Room
from tests.exams.made import ExamCast

# Wagtail's own screens: the door of /cms/ is tested in tests/portal/test_cms.py, and it has its permissions behind it.
LIBRARIES = ("cms/", "documents/", "_util/", "^_util/")
LIBRARY_MODULES = ("wagtail.views", "django.views.static")


def patterns(resolver=None, prefix=""):
    """(route, pattern) of every address that is ours to guard."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith(LIBRARIES):
            continue
        if hasattr(pattern, "url_patterns"):
            yield from patterns(pattern, route)
        elif not pattern.callback.__module__.startswith(LIBRARY_MODULES):
            yield route, pattern


ALL = list(patterns())
OPEN = {"public", "signed_in"}


def ours():
    return [pytest.param(route, pattern, id=route or "/") for route, pattern in ALL]


def samples(cast):
    """Something of each kind to put into an address: beginning of the route → keyword arguments. Inside everybody's scope."""
    job = jobs.start(actor=cast.user("hr"), now=NOW, kind="audit.verify", title="样本")
    credit = HourCredit.objects.create(
        person=cast.wang,
        kind="offline",
        hours=2,
        earned_on=cast.TODAY,
        year=2026,
        title="样本",
        source="s",
        recorded_at=NOW,
    )
    statute = Law.objects.create(code="sample", name="样本条例", short_name="样本条例")
    Article.objects.create(law=statute, number=1)
    exam = ExamCast(cast)
    batch, room, certificate = exam.seat_and_certify(cast.wang)
    hall = Room(cast)
    imported = ExamImport.objects.create(
        kind="questions", bank=exam.bank, file_name="x.csv", sha256="", state="refused", uploaded_at=NOW
    )
    return {
        "exams/sittings/": {
            "code": exam.sitting.code,
            "act": "cancel",
            "pk": 0,
            "position": 1,
            "version": 0,
            "number": batch.number,
            "room": room.pk,
            "imported": uuid.UUID(int=1),
        },
        "exams/sites/": {"pk": room.site_id},
        "exams/rooms/": {"pk": room.pk},
        "exams/printables/": {"pk": uuid.UUID(int=1)},
        "exams/tickets/": {"pk": certificate.registration_id},
        "exams/transcripts/": {"pk": certificate.registration_id},
        "exams/certificates/": {"serial": certificate.serial},
        "verify/": {"code": certificate.serial},
        "exams/papers/": {"code": exam.paper.code, "position": 1, "pk": 0},
        "exams/banks/": {"code": exam.bank.code},
        "exams/bank-imports/": {"pk": imported.pk},
        "exams/questions/": {"pk": exam.questions["单选1"].pk},
        "exams/topics/": {"pk": exam.hearing.pk},
        "exams/pictures/": {"token": "1-1.sample"},
        "exams/enter/": {"code": exam.sitting.code},
        "exams/take/": {"pk": uuid.UUID(int=1), "picture": 0},
        "exams/consoles/": {"code": exam.sitting.code, "pk": 0},
        "exams/marking/": {"code": "NONE2345"},
        "exams/appeals/": {"pk": 0},
        "exams/attempts/": {"pk": uuid.UUID(int=1)},
        "exams/results/": {"code": exam.sitting.code, "paper": 1},
        "exams/scores/": {"pk": uuid.UUID(int=1)},
        "exams/archives/": {"pk": uuid.UUID(int=1)},
        "exams/practice/": {"pk": 0, "n": 1, "code": exam.paper.code},
        "^admin/users/": {"pk": cast.user("leader").pk, "act": "disable"},
        "admin/users/": {"pk": cast.user("leader").pk},
        "admin/grants/": {"pk": Grant.objects.get(role=Role.LEADER).pk},
        "jobs/": {"pk": job.pk},
        "people/": {
            "pk": cast.wang.pk,
            "membership_pk": cast.wang.memberships.get().pk,
            "leave_pk": 0,
        },
        "qualifications/": {"pk": cast.wang.qualifications.first().pk},
        "hours/": {"pk": credit.pk},
        "postings/": {"pk": cast.posting.pk},
        "units/": {"code": cast.east.code, "pk": 0},
        "rosters/": {"pk": uuid.UUID(int=1)},
        "exports/": {"pk": uuid.UUID(int=1)},
        "learning/sign/": {"token": "1i2.sample"},
        "study/": {"below": "courses"},
        "media/": {"name": "images/none.png"},
        "learning/pages/": {"pk": 0},
        "learning/cases/": {"pk": 0},
        "learning/judgements/": {"pk": 0},
        "learning/drills/": {"pk": 0},
        "learning/office/cases/": {"pk": 0},
        "learning/watch/": {"page": 0, "pk": 0},
        "learning/notes/": {"pk": 0},
        "learning/media/": {"pk": 0},
        "learning/comments/": {"pk": 0, "act": "hide"},
        "learning/signed/": {"pk": 0},
        "learning/office/attendance-imports/": {"pk": 0},
        "learning/lectures/": {"code": hall.session.code},
        "learning/calendar/": {"key": "sample"},
        "learning/office/series/": {"code": hall.session.series.code, "pk": 0},
        "learning/office/sessions/": {"code": hall.session.code, "act": "hold", "pk": cast.wang.pk},
        "learning/office/hours-import/": {"pk": 0},
        "learning/office/years/": {"year": 2025},
        "learning/courses/": {"pk": 0},
        "learning/quiz/": {"pk": 0},
        "learning/office/assignments/": {"pk": 0},
        "learning/hours/": {"year": 2026},
        "learning/claims/": {"pk": 0, "file": 0},
        "learning/office/claims/": {"pk": 0, "file": 0},
        "learning/office/people/": {"pk": cast.wang.pk},
        "laws/": {"pk": statute.articles.get().pk, "code": statute.code},
    }


def address(route, pattern, kinds):
    """The path of a pattern with sample arguments; fails when a new kind of address has no sample yet."""
    names = list(pattern.pattern.regex.groupindex)
    if not names:
        return "/" + route
    begin = max((key for key in kinds if route.startswith(key)), key=len, default=None)
    assert begin is not None and set(names) <= set(kinds[begin]), f"give {route} a sample in tests/test_access.py"
    kwargs = {name: kinds[begin][name] for name in names}
    path = route.removeprefix("^").removesuffix("$")
    for name, value in kwargs.items():
        start = path.index(f"{name}>")
        if "(?P<" in path:
            begins = path.index(f"(?P<{name}>")
            path = path[:begins] + str(value) + path[path.index(")", begins) + 1 :]
        else:
            begins = path.rindex("<", 0, start)
            path = path[:begins] + str(value) + path[start + len(name) + 1 :]
    return "/" + path


@pytest.mark.parametrize(("route", "pattern"), ours())
def test_every_view_says_who_may_open_it(route, pattern):
    action = getattr(pattern.callback, "access_action", None)
    assert action in OPEN or action in access.table(), f"{route} has no guard of portal.access"


@pytest.fixture
def county(cast):
    cast.kinds = samples(cast)
    return cast


@pytest.mark.parametrize(("route", "pattern"), ours())
def test_every_role_at_every_address(county, route, pattern):
    path, action = address(route, pattern, county.kinds), pattern.callback.access_action
    stranger = Client()
    for method in (stranger.get, stranger.post):
        answer = method(path)
        if action == "public":
            assert answer.status_code < 500 and not answer.headers.get("Location", "").startswith("/sign-in/?next=")
        else:
            assert answer.status_code == 302 and answer.url.startswith("/sign-in/?next="), path
    if action in OPEN:
        return
    allowed = access.table()[action]
    for role in Role.values:
        client = county.client(role)
        answer = client.get(path)
        if role in allowed:
            sent_away = answer.status_code == 302 and answer.url.startswith("/sign-in/")
            assert answer.status_code < 500 and answer.status_code != 403 and not sent_away, (role, path)
        else:
            assert answer.status_code == 403, (role, path, answer.status_code)
            assert client.post(path).status_code == 403, (role, path)


def far_away(cast):
    """The same kinds outside the scope of the east squad."""
    return {
        "people/": {"pk": cast.sun.pk, "membership_pk": cast.sun.memberships.get().pk, "leave_pk": 0},
        "learning/office/people/": {"pk": cast.sun.pk},
        "qualifications/": {"pk": cast.sun.qualifications.first().pk},
        "units/": {"code": cast.west.code, "pk": 0},
    }


@pytest.mark.parametrize("role", [Role.SQUAD_LEAD, Role.CLERK, Role.TOWN])
def test_what_lies_outside_the_scope_does_not_exist(cast, role):
    client, kinds = cast.client(role), far_away(cast)
    seen = 0
    for route, pattern in ALL:
        names = set(pattern.pattern.regex.groupindex)
        if not names or not route.startswith(tuple(kinds)) or pattern.callback.access_action in OPEN:
            continue
        path = address(route, pattern, kinds)
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code in (403, 404, 405), (path, answer.status_code)
            assert cast.sun.name not in answer.content.decode(), path
        seen += 1
    assert seen > 10


def test_hr_of_one_town_changes_nobody_elsewhere(cast):
    """The same role with a narrower grant: every page that changes a person or a unit elsewhere is not there."""
    user = cast.account("hr_east")
    Grant.objects.create(user=user, role=Role.HR, unit=cast.east_town, starts=NOW.replace(year=2021))
    client, kinds = Client(), far_away(cast)
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    for route, pattern in ALL:
        if pattern.pattern.regex.groupindex and route.startswith(tuple(kinds)):
            path = address(route, pattern, kinds)
            for answer in (client.get(path), client.post(path)):
                assert answer.status_code in (403, 404, 405), (path, answer.status_code)


def test_the_document_holds_the_table_as_it_is():
    document = (Path(settings.BASE_DIR) / "docs/access.md").read_text(encoding="utf-8")
    assert access_doc.table() in document, "run: python -m tests.access_doc"
