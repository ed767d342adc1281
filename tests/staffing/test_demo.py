"""The demonstration county: possible, the same every time, and worth looking at."""

import io
import itertools
import json
import logging
from datetime import date

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from portal import audit
from portal.access import Scope
from portal.models import Grant, User
from staffing.demo import places
from staffing.demo.builder import ACCOUNTS, PASSWORD, NotEmpty, Summary, build
from staffing.demo.chapters import Chapter
from staffing.demo.story import AWAY, DEPLOYED, Story
from staffing.models import (
    HourCredit,
    Leave,
    Membership,
    Person,
    Posting,
    RosterImport,
    Unit,
)
from staffing.queries.gaps import figures
from staffing.roster.idcard import check_digit

TODAY = date(2026, 11, 22)
SCALE = 0.12


def overlap(ranges):
    ranges = sorted((start, end or date.max) for start, end in ranges)
    return any(later[0] < earlier[1] for earlier, later in itertools.pairwise(ranges))


@pytest.mark.parametrize("seed", [1, 2026])
@pytest.mark.parametrize("today", [TODAY, date(2026, 1, 2), date(2027, 12, 31), date(2028, 2, 29)])
def test_nothing_impossible_is_told(seed, today):
    story = Story(today=today, seed=seed, scale=0.4)
    assert sorted(story.rosters) == story.rosters and story.rosters[-1] < today
    assert len({human.id_number for human in story.people}) == len(story.people)
    cards = [card.number for human in story.people for card in human.cards]
    assert len(cards) == len(set(cards))
    units = {place.name for place in places.places()}
    for human in story.people:
        gone = human.left[0] if human.left else date.max
        assert human.id_number.startswith("99") and check_digit(human.id_number[:17]) == human.id_number[17]
        assert human.id_number[6:14] == f"{human.born:%Y%m%d}"
        assert human.born.year + 18 <= human.entered.year and human.entered <= min(today, human.known_from)
        assert human.home in units and human.known_from <= gone
        for kinds in (DEPLOYED, AWAY):
            held = [post for post in human.posts if post.kind in kinds]
            assert not overlap([(post.start, post.end) for post in held])
            for post in held:
                assert human.entered <= post.start < gone and post.start <= today
                assert post.end is None or post.start < post.end <= min(today, gone)
                assert (post.to in units) != bool(post.to_text)
        for card in human.cards:
            assert human.entered <= card.issued <= min(today, gone) and card.issued < card.until
            assert all(card.issued < stop[1] <= min(today, gone) for stop in card.stops)
        assert human.category == "officer" or not (human.cards or human.posts or human.reviewer)
        if human.reviewer:
            assert human.entered <= human.reviewer[0] <= today
        assert all(human.entered <= start and (end is None or start < end) for _kind, start, end in human.leaves)


@pytest.fixture(scope="module")
def county(django_db_setup, django_db_blocker, tmp_path_factory):
    """The county at a small scale, taken back after this module."""
    private = {**settings.STORAGES["private"], "OPTIONS": {"location": str(tmp_path_factory.mktemp("private"))}}
    elsewhere = override_settings(STORAGES={**settings.STORAGES, "private": private})
    with django_db_blocker.unblock(), elsewhere, transaction.atomic():
        yield build(today=TODAY, scale=SCALE)
        transaction.set_rollback(True)


@pytest.fixture
def story():
    return Story(today=TODAY, seed=2026, scale=SCALE)


def whole(day):
    return figures(None, day, scope=Scope(everywhere=True))


@pytest.mark.parametrize("index", [0, 1, 2, 3, 4])
def test_the_portal_counts_what_the_story_tells(county, db, story, index):
    """Downstream by hand from the story, against the figures from rosters and actions."""
    day = [*story.rosters, TODAY][index]
    departments = {name for name, _short in places.DEPARTMENTS}
    people = [h for h in story.present(day) if h.category == "officer" and h.home not in departments]
    town = [h for h in people if (h.home in places.SQUADS or h.post_on(day, *DEPLOYED)) and not h.post_on(day, *AWAY)]
    found = whole(day).downstream
    assert (found.numerator, found.denominator) == (len(town), len(people))
    assert 0.25 < len(town) / len(people) < 0.9


def test_there_is_something_to_do(county, db):
    now = whole(TODAY)
    assert whole(date(2023, 12, 31)).downstream.ratio < now.downstream.ratio
    assert {unit.name for unit in now.downstream.departments_without_posting} >= {
        places.DEPARTMENTS[at][0] for at in (2, 6, 7)
    }
    assert now.reviewers.sum_of_unit_gaps > 0 and 0 < now.reviewers.units_covered < now.reviewers.units_in_scope
    # This year's lectures are told by the courses chapter.
    last = whole(date(2025, 12, 31)).hours
    assert 0 < last.met < last.due and now.hours.due
    assert now.certificates.expired and now.postings.overdue
    assert now.headcount.auxiliaries and now.headcount.in_post < now.headcount.officers


def test_rosters_came_through_the_import(county, db):
    batches = list(RosterImport.objects.order_by("uploaded_at"))
    assert [batch.state for batch in batches] == ["committed"] * 4 + ["preview"]
    assert batches[3].totals["fix"] and batches[3].totals["reject"]
    assert batches[4].totals["review"]
    assert all(batch.changes["conflicts"] == 0 for batch in batches[:4])
    assert audit.verify().ok


def test_facts_fit_together(county, db):
    assert not Membership.objects.filter(end__lt=date(2023, 11, 30)).exists()
    for posting in Posting.objects.select_related("person"):
        ranges = posting.person.memberships.all()
        assert any(m.start <= posting.start and (m.end is None or posting.start < m.end) for m in ranges)
    for leave in Leave.objects.select_related("person"):
        assert any(m.covers(leave.start) for m in leave.person.memberships.all())
    assert not HourCredit.objects.filter(earned_on__gt=TODAY).exists()
    assert HourCredit.objects.filter(hours__lt=0).exists()
    assert Unit.objects.count() == len(places.places())


def test_accounts(county, db, client):
    assert set(Grant.objects.values_list("user__username", "role")) == {(name, role) for name, _n, role, _u in ACCOUNTS}
    assert Person.objects.get(user__username="officer").name == User.objects.get(username="officer").name
    for name, _label, _role, _unit in ACCOUNTS:
        user = User.objects.get(username=name)
        assert user.check_password(PASSWORD) and not user.must_change_password
    client.force_login(User.objects.get(username="hr"), backend=settings.AUTHENTICATION_BACKENDS[0])
    for path in ("/people/", "/gaps/", "/postings/", "/rosters/", "/units/", "/"):
        assert client.get(path).status_code == 200, path


def test_a_database_with_people_is_left_alone(county, db):
    before = Person.objects.count()
    with pytest.raises(NotEmpty):
        build(today=TODAY, scale=SCALE)
    with pytest.raises(CommandError) as refused:
        call_command("demo", stdout=io.StringIO())
    assert refused.value.returncode == 1 and Person.objects.count() == before


def test_bureau_and_departments_have_posts_for_their_people(county, db):
    units = Unit.objects.filter(kind__in=["bureau", "department"])
    assert units.count() == 9
    for unit in units:
        held = Membership.objects.filter(unit__path__startswith=unit.path, end=None, category="officer").count()
        assert unit.quota is not None and held <= unit.quota <= held * 1.3 + 10, unit.name


def test_the_command_keeps_the_log_of_the_cms_out_of_its_lines(monkeypatch, caplog):
    def made(**_asked):
        logging.getLogger("wagtail").info("Published")
        return Summary()

    monkeypatch.setattr("staffing.management.commands.demo.build", made)
    monkeypatch.setattr("staffing.management.commands.demo.tell_all", lambda **_asked: [])
    call_command("demo", stdout=io.StringIO())
    assert not caplog.records
    logging.getLogger("wagtail").info("afterwards")
    assert [record.getMessage() for record in caplog.records] == ["afterwards"]


def test_the_command_in_one_document(monkeypatch):
    accounts = [("hr", "沈若兰", "政工（人事）")]
    monkeypatch.setattr(
        "staffing.management.commands.demo.build", lambda **_asked: Summary(people=3, accounts=accounts)
    )
    chapter = Chapter("考试：0道试题。", [("exam", "薛知微", "考务管理员")])
    monkeypatch.setattr("staffing.management.commands.demo.tell_all", lambda **_asked: [chapter])
    out = io.StringIO()
    call_command("demo", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["people"] == 3 and [account["username"] for account in found["accounts"]] == ["hr", "exam"]
