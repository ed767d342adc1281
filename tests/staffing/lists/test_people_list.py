"""The people list: who is on it, who may see it, what a search tells, and what it never tells."""

import re
from datetime import date

import pytest

from portal.access import Scope
from staffing.filters import PeopleFilter
from staffing.models import Leave, Membership, Person, PostingKind, QualificationStatus
from staffing.queries import people_list
from staffing.queries.people_list import matching
from tests.cast import NOW, id_number, make_person, make_posting, make_qualification

DAY = date(2026, 11, 2)
EVERYWHERE = Scope(everywhere=True)


def found(data, scope=EVERYWHERE, *, day=DAY, unit=None, private=True):
    people = matching(scope, day, unit=unit, left=data.get("state") == "left")
    chosen = PeopleFilter(data, people, day=day, months=60, private=private)
    assert chosen.form.is_valid(), chosen.form.errors
    return [person.name for person in chosen.ordered(chosen.qs)]


def names(response):
    return re.findall(r'<td class="name[^>]*>\s*<a [^>]*>([^<]+)</a>', response.content.decode())


def test_everybody_in_post_once(cast):
    assert sorted(found({})) == sorted(
        p.name for p in (cast.chen, cast.zhao, cast.zhou, cast.wu, cast.wang, cast.li, cast.sun)
    )


def test_filters(cast):
    make_posting(cast.chen, PostingKind.SECOND, None, date(2026, 3, 1), to_text="县政府办", due=date(2026, 6, 30))
    Leave.objects.create(person=cast.sun, kind="sick", start=date(2026, 10, 1))
    assert found({"category": "auxiliary"}) == ["李春梅"]
    assert found({"state": "away"}) == ["陈思远"]
    assert found({"state": "posted"}) == ["赵立诚"]
    assert found({"state": "leave"}) == ["孙海燕"]
    assert "陈思远" not in found({"state": "base"}) and "孙海燕" not in found({"state": "base"})
    assert found({"kind": "down"}) == ["赵立诚"]
    assert found({"kind": "second"}) == ["陈思远"]
    assert found({"qual": "reviewer"}) == ["周文彬"]
    assert len(found({"qual": "no_legal"})) == 6
    assert found({"law": "1"}) == ["周文彬"]
    assert found({"sex": "女"}) == ["李春梅", "孙海燕"]
    assert found({"est": "contract"}) == ["李春梅"]


def test_age_bands_have_no_hole_and_no_overlap(cast):
    for number, (year, month, day) in enumerate(
        [(1996, 11, 2), (1996, 11, 3), (1995, 11, 2), (1970, 11, 2), (1970, 11, 3)]
    ):
        make_person(f"年{number}", cast.bureau, 101 + 2 * number, birth=date(year, month, day))
    listed = [found({"age": band}) for band in ("30", "35", "40", "45", "50", "55", "56")]
    assert sorted(name for band in listed for name in band) == sorted(found({}))
    assert "年1" in listed[0] and "年0" in listed[0] and "年2" in listed[1]
    assert "年3" in listed[6] and "年4" in listed[5]


def test_certificate_states(cast):
    soon = make_person("将到期", cast.east, 21)
    make_qualification(soon, "enforce", number="S1", valid_until=date(2027, 1, 31))
    late = make_person("已过期", cast.east, 23)
    make_qualification(late, "enforce", number="S2", issued=date(2019, 1, 1), valid_until=date(2023, 12, 31))
    reckoned = make_person("按发证日", cast.east, 25)
    make_qualification(reckoned, "enforce", number="S3", issued=date(2021, 11, 3))
    lapsed = make_person("按发证日过期", cast.east, 27)
    make_qualification(lapsed, "enforce", number="S4", issued=date(2021, 11, 2))
    held = make_person("暂扣", cast.east, 29)
    row = make_qualification(held, "enforce", number="S5", issued=date(2024, 1, 1))
    QualificationStatus.objects.filter(qualification=row).update(end=date(2026, 10, 1))
    QualificationStatus.objects.create(qualification=row, state="suspended", start=date(2026, 10, 1))
    assert set(found({"cert": "expiring"})) == {"将到期", "按发证日"}
    assert set(found({"cert": "expired"})) == {"已过期", "按发证日过期"}
    assert found({"cert": "suspended"}) == ["暂扣"]
    assert set(found({"cert": "in_force"})) >= {"将到期", "按发证日", "王晓东"}
    # Every person is either in force or not: two filters share everybody out.
    assert sorted(found({"cert": "in_force"}) + found({"cert": "none"})) == sorted(found({}))


def test_a_renewed_certificate_is_no_expiry(cast):
    old = cast.wang.qualifications.get()
    old.valid_until = date(2026, 12, 1)
    old.save()
    make_qualification(cast.wang, "enforce", number="N1", issued=date(2026, 10, 1), valid_until=date(2031, 9, 30))
    assert found({"cert": "expiring"}) == []
    line = people_list.page_lines([cast.wang.pk], DAY)[0]
    assert line.held["enforce"].number == "N1"


def test_the_day_asked_about_decides(cast):
    Membership.objects.filter(person=cast.sun).update(end=date(2026, 6, 1), end_reason="transferred")
    assert "孙海燕" not in found({})
    assert "孙海燕" in found({}, day=date(2026, 5, 31))
    assert found({"state": "left"}) == ["孙海燕"]
    assert found({"state": "left"}, day=date(2026, 5, 31)) == []
    assert found({"kind": "down"}, day=date(2024, 12, 31)) == []


def test_scope_is_home_or_posted(cast):
    east = Scope(paths=(cast.east_town.path,))
    assert set(found({}, east)) == {"王晓东", "李春梅", "赵立诚"}
    assert found({}, Scope(paths=(cast.south_town.path,))) == []
    assert set(found({}, unit=cast.east)) == {"王晓东", "李春梅", "赵立诚"}
    assert found({}, Scope(paths=(cast.west_town.path,)), unit=cast.east) == []
    assert found({}, Scope()) == []


def test_who_left_shows_only_inside_the_scope(cast):
    Membership.objects.filter(person=cast.sun).update(end=date(2026, 6, 1), end_reason="retired")
    assert found({"state": "left"}, Scope(paths=(cast.west_town.path,))) == ["孙海燕"]
    assert found({"state": "left"}, Scope(paths=(cast.east_town.path,))) == []


def test_search_by_name_staff_number_and_whole_id(cast):
    assert found({"q": "晓"}) == ["王晓东"]
    assert found({"q": "T0009"}) == ["王晓东"]
    assert found({"q": cast.wang.id_number}) == ["王晓东"]
    assert found({"q": cast.wang.id_number.lower()}) == ["王晓东"]
    assert found({"q": cast.wang.id_number}, Scope(paths=(cast.west_town.path,))) == []


@pytest.mark.parametrize("text", ["9901001982061500", "99010019820615009", "1982061500912345678"])
def test_part_of_an_id_is_never_searched(cast, text):
    chosen = PeopleFilter({"q": text}, matching(EVERYWHERE, DAY), day=DAY, months=60, private=True)
    assert not chosen.form.is_valid()
    assert f"证件号应为18位，现为{len(text)}位。" in chosen.form.errors["q"]


def test_four_digits_of_an_id_find_nobody(cast):
    assert found({"q": cast.wang.id_number[-4:]}) == []


def test_education_is_no_filter_for_who_may_not_see_it(cast):
    open_filter = PeopleFilter({"edu": "大学本科"}, matching(EVERYWHERE, DAY), day=DAY, months=60, private=False)
    assert "edu" not in open_filter.form.fields and open_filter.qs.count() == 7


def test_page(cast):
    response = cast.client("hr").get("/people/")
    assert response.status_code == 200
    body = response.content.decode()
    assert len(names(response)) == 7
    assert cast.wang.id_number not in body and cast.wang.id_masked in body
    for person in (cast.wang, cast.chen, cast.zhao):
        assert person.id_number not in body


def test_town_sees_its_own_people_only(cast):
    assert set(names(cast.client("town").get("/people/"))) == {"王晓东", "李春梅", "赵立诚"}


@pytest.mark.parametrize("role", ["officer", "editor", "system", "security", "auditor"])
def test_others_are_refused(cast, role):
    assert cast.client(role).get("/people/").status_code == 403


def test_stranger_signs_in_first(cast):
    assert cast.client().get("/people/").status_code == 302


@pytest.mark.parametrize("query", ["unit=sl-xl", "unit=nowhere", "as_of=2026-13-01", "as_of=gestern"])
def test_a_unit_outside_is_as_if_it_were_not(cast, query):
    assert cast.client("town").get(f"/people/?{query}").status_code == 404


def test_a_searched_id_never_stands_in_an_address(cast):
    client = cast.client("hr")
    response = client.post("/people/search/?as_of=2026-11-01", {"q": cast.wang.id_number})
    assert response.status_code == 302
    assert cast.wang.id_number not in response["Location"] and "as_of=2026-11-01" in response["Location"]
    page = client.get(response["Location"])
    assert names(page) == ["王晓东"] and cast.wang.id_number not in page.content.decode()
    typed = client.get("/people/", {"q": cast.wang.id_number})
    assert typed.status_code == 302 and cast.wang.id_number not in typed["Location"]


def test_a_short_id_is_said_to_be_short(cast):
    response = cast.client("hr").post("/people/search/", {"q": "99010019820615009"})
    assert response.status_code == 422
    assert "证件号应为18位，现为17位。" in response.content.decode()


def test_filters_unit_and_day_survive_every_link(cast):
    Membership.objects.filter(person=cast.sun).update(end=date(2026, 12, 1))
    body = cast.client("hr").get("/people/?as_of=2026-11-01&unit=sl&category=officer&sort=name").content.decode()
    export = re.search(r'href="(/people/export/[^"]+)"', body).group(1)
    for part in ("as_of=2026-11-01", "unit=sl", "category=officer"):
        assert part in export
    person = re.search(rf'href="(/people/{cast.wang.pk}/[^"]*)"', body).group(1)
    assert "as_of=2026-11-01" in person


def test_nobody_found_says_what_to_take_off(cast):
    body = cast.client("hr").get("/people/?category=auxiliary&kind=down").content.decode()
    assert "没有符合条件的人员" in body and "去掉“下沉”有1人" in body


def test_pages(cast, monkeypatch):
    monkeypatch.setattr(people_list, "PAGE", 3)
    client = cast.client("hr")
    seen = [name for page in (1, 2, 3) for name in names(client.get(f"/people/?page={page}"))]
    assert len(seen) == len(set(seen)) == 7


def test_query_count_does_not_grow_with_people(cast, django_assert_max_num_queries):
    client = cast.client("hr")
    client.get("/people/")
    for number in range(30):
        person = make_person(f"多{number}", cast.east, 201 + number)
        make_qualification(person, "enforce", number=f"Q{number}")
    with django_assert_max_num_queries(18):
        assert len(names(client.get("/people/"))) == 37


def test_a_large_county_keeps_its_rolls_until_a_fact_changes(cast, monkeypatch, django_assert_num_queries):
    from django.db import transaction

    from portal import audit

    monkeypatch.setattr(people_list, "LARGE", 1)
    people_list.forget()
    first = list(people_list.roll(matching(EVERYWHERE, DAY).order_by("staff_no")))
    with django_assert_num_queries(2):
        assert list(people_list.roll(matching(EVERYWHERE, DAY).order_by("staff_no"))) == first
    Membership.objects.filter(person=cast.sun).update(end=date(2026, 6, 1))
    with transaction.atomic():
        audit.bump("figures")
    assert len(people_list.roll(matching(EVERYWHERE, DAY).order_by("staff_no"))) == len(first) - 1


def test_id_numbers_of_the_cast_are_valid():
    assert id_number(date(1982, 6, 15), 9)[-1] in "0123456789X"


def test_the_list_agrees_with_the_figure(cast):
    """The same people hold a certificate in force on the board and in the list, on several days."""
    from staffing.queries.people_of import people_of

    for number, (issued, until) in enumerate(
        [(date(2021, 11, 3), None), (date(2021, 11, 2), None), (date(2026, 12, 1), None), (None, date(2026, 11, 2))]
    ):
        row = make_qualification(
            make_person(f"证{number}", cast.east, 401 + 2 * number), "enforce", number=f"F{number}"
        )
        row.issued, row.valid_until = issued, until
        row.save()
    for day in (DAY, date(2026, 11, 3), date(2027, 1, 1)):
        board = people_of("certificates", None, day, scope=EVERYWHERE).ids
        listed = {"category": "officer", "cert": "in_force"}
        assert sorted(person.name for person in Person.objects.filter(pk__in=board)) == sorted(found(listed, day=day))


def test_hours_met_and_short_share_out_who_must_learn(cast):
    from staffing.filters import people_asked
    from staffing.models import HourCredit
    from staffing.queries.gaps import figures

    HourCredit.objects.bulk_create(
        HourCredit(
            person=cast.wang,
            hours=8,
            kind="lecture",
            earned_on=date(2026, month, 1),
            year=2026,
            source=f"lecture:{month}",
            recorded_at=NOW,
        )
        for month in range(1, 9)
    )

    def listed(hours, scope=EVERYWHERE):
        asked = people_asked(scope, day=DAY, today=DAY, unit=None, data={"hours": hours}, private=True)
        return set(Person.objects.filter(pk__in=list(asked.roll())).values_list("name", flat=True))

    due = figures(None, DAY, scope=EVERYWHERE).hours
    assert listed("met") == {"王晓东"} and len(listed("short")) == due.short == due.due - 1
    assert "李春梅" not in listed("short")  # an auxiliary need not
    assert listed("short", Scope(paths=(cast.east_town.path,))) == {"赵立诚"}
    page = cast.client("hr").get(f"/people/?as_of={DAY}&hours=met")
    assert names(page) == ["王晓东"] and "学时达标" in page.content.decode()
