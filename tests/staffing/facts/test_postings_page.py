"""The register of postings: counts, filters, scope, and the acts on a row."""

from datetime import date

import pytest
from django.urls import reverse

from staffing.models import Posting, PostingKind
from staffing.queries import postings as queries
from tests.cast import make_posting

EVERYWHERE = None


@pytest.fixture
def busy(cast):
    """Overdue 吴清源, due soon 孙海燕, in term 赵立诚, returned 周文彬, withdrawn 陈思远, planned 王晓东."""
    make_posting(
        cast.wu, PostingKind.STATION, cast.west, date(2025, 5, 1), due=date(2026, 10, 31), doc_no="示水〔2025〕1号"
    )
    make_posting(cast.sun, PostingKind.SECOND, cast.bureau, date(2026, 5, 1), due=date(2026, 11, 20))
    make_posting(cast.zhou, PostingKind.DOWN, cast.east, date(2025, 5, 1), due=date(2026, 5, 1), end=date(2026, 5, 2))
    make_posting(cast.chen, PostingKind.DOWN, cast.east, date(2026, 5, 1), end=date(2026, 5, 1))
    make_posting(cast.wang, PostingKind.TEMP, cast.bureau, date(2026, 12, 1))
    return cast


def names(answer):
    return [line.row.person.name for line in answer.context["lines"]]


def get(cast, role="hr", **query):
    return cast.client(role).get(reverse("staffing:postings"), query)


def test_most_urgent_first_and_the_parts_sum(busy):
    answer = get(busy)
    assert names(answer) == ["吴清源", "孙海燕", "赵立诚"]
    totals = answer.context["totals"]
    assert (totals.open, totals.overdue, totals.due, totals.in_term) == (3, 1, 1, 1)
    assert (totals.planned, totals.ended, totals.withdrawn) == (1, 1, 1)
    body = answer.content.decode()
    assert "逾期 2 日" in body and "余 18 日" in body
    assert busy.wu.id_number not in body and busy.wu.id_masked in body


def test_on_time_means_never_overdue(busy):
    totals = get(busy).context["totals"]
    assert (totals.on_time, totals.ordered) == (1, 2)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": "overdue"}, ["吴清源"]),
        ({"state": "due"}, ["孙海燕"]),
        ({"state": "ended"}, ["周文彬"]),
        ({"state": "planned"}, ["王晓东"]),
        ({"state": "withdrawn"}, ["陈思远"]),
        ({"kind": "down"}, ["赵立诚"]),
        ({"q": "孙海"}, ["孙海燕"]),
        ({"q": "T0007"}, ["吴清源"]),
        ({"q": "示水〔2025〕1号"}, ["吴清源"]),
        ({"unit": "sl-dj"}, ["赵立诚"]),
        ({"unit": "sl-xl", "side": "in"}, ["吴清源"]),
        ({"unit": "sl-xl", "side": "out"}, ["孙海燕"]),
    ],
)
def test_filters(busy, query, expected):
    assert names(get(busy, **query)) == expected


def test_as_of_a_past_day(busy):
    answer = get(busy, as_of="2026-04-30")
    assert set(names(answer)) == {"赵立诚", "吴清源", "周文彬"}
    assert answer.context["totals"].overdue == 0


def test_states_agree_with_the_rules(busy):
    """The database's filters and the pure rule put every posting into the same group, on many days."""
    rows = list(Posting.objects.all())
    for day in (
        date(2025, 1, 1),
        date(2026, 5, 1),
        date(2026, 5, 2),
        date(2026, 10, 31),
        date(2026, 11, 1),
        date(2027, 1, 1),
    ):
        for row in rows:
            expected = queries.state_of(row, day, 30)
            name = "in_term" if expected == "open" else expected
            found = Posting.objects.filter(queries._state(name, day, 30), pk=row.pk).exists()
            assert found, (row, day, expected)


def test_scope_hides_other_units_and_strangers_rows(busy):
    assert names(get(busy, "squad_lead")) == ["赵立诚"]
    assert get(busy, "squad_lead", unit="sl-xl").status_code == 404
    assert get(busy, "training").status_code == 403


def test_matrix_names_who_sent_nobody(busy):
    matrix = get(busy).context["matrix"]
    counts = {sender.name: dict(zip((town.name for town in matrix.towns), row)) for sender, row, _ in matrix.rows}
    assert counts["示例县综合行政执法局"]["东江镇"] == 1 and counts["示例县水利局"]["西岭镇"] == 1
    assert matrix.empty == []
    assert [u.name for u in get(busy, as_of="2024-01-01").context["matrix"].empty] == [
        "示例县综合行政执法局",
        "示例县水利局",
    ]


def test_empty_state(cast):
    assert "没有逾期未归位人员。" in get(cast, state="overdue").content.decode()


def test_register_new_return_extend_by_form(cast):
    hr = cast.client("hr")
    new = {
        "person": "T0007",
        "kind": "station",
        "to_unit": cast.west.pk,
        "start": "2026-11-01",
        "due": "2027-10-31",
        "doc_no": "示水〔2026〕5号",
        "full_time": "on",
        "approved": "on",
    }
    answer = hr.post(reverse("staffing:posting_new"), new)
    assert answer.status_code == 302
    row = cast.wu.postings.get()
    assert (row.from_unit, row.to_unit, row.full_time) == (cast.water, cast.west, True)
    hr.post(reverse("staffing:posting_extend", args=[row.pk]), {"due": "2028-10-31", "doc_no": "示水〔2027〕5号"})
    hr.post(reverse("staffing:posting_return", args=[row.pk]), {"end": "2026-11-02"})
    row.refresh_from_db()
    assert (row.due, row.end) == (date(2028, 10, 31), date(2026, 11, 2))
    hr.post(reverse("staffing:posting_reopen", args=[row.pk]), {"reason": "登记错误"})
    row.refresh_from_db()
    assert row.end is None
    answer = hr.post(reverse("staffing:posting_withdraw", args=[row.pk]), {"reason": ""})
    assert answer.status_code == 422 and "请写明原因" in answer.content.decode()
    hr.post(reverse("staffing:posting_withdraw", args=[row.pk]), {"reason": "登记错误"})
    row.refresh_from_db()
    assert row.end == row.start


def test_refusal_stands_beside_its_field(cast):
    answer = cast.client("hr").post(
        reverse("staffing:posting_new"),
        {
            "person": "赵立诚",
            "kind": "station",
            "to_unit": cast.west.pk,
            "start": "2026-03-01",
            "doc_no": "示〔2026〕1号",
        },
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["start"] == [
        "与2025-01-01起的下沉（东江镇综合行政执法队）重叠，请先登记归位。"
    ]


def test_unknown_person_and_namesakes(cast):
    from tests.cast import make_person

    make_person("王晓东", cast.west, 31)
    for who, words in (("没有这人", "没有找到此人"), ("王晓东", "同名2人，请改填工号：T0009、T0031")):
        answer = cast.client("hr").post(
            reverse("staffing:posting_new"),
            {"person": who, "kind": "station", "to_unit": cast.west.pk, "start": "2026-03-01", "doc_no": "1"},
        )
        assert words in answer.content.decode()


def test_correction_page_shows_and_saves(cast):
    hr = cast.client("hr")
    address = reverse("staffing:posting_edit", args=[cast.posting.pk])
    form = hr.get(address).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {key: value for key, value in data.items() if value not in (None, False, "")}
    data |= {"post_locked": "on", "reason": "补录锁编", "from_unit": cast.bureau.pk, "to_unit": cast.east.pk}
    assert hr.post(address, data).status_code == 302
    cast.posting.refresh_from_db()
    assert cast.posting.post_locked and cast.posting.due == date(2026, 12, 31)


@pytest.mark.parametrize(
    "name", ["posting_edit", "posting_extend", "posting_return", "posting_reopen", "posting_withdraw"]
)
def test_acts_need_the_right_and_the_reach(cast, name):
    address = reverse(f"staffing:{name}", args=[cast.posting.pk])
    assert cast.client("leader").get(address).status_code == 403
    assert cast.client().get(address).status_code == 302
    scoped = cast.account("hr-west", "hr", cast.west_town)
    cast.accounts["hr-west"] = scoped
    assert cast.client("hr-west").get(address).status_code == 404
    assert cast.client("hr").get(address).status_code == 200


def test_query_budget_is_constant(busy, django_assert_max_num_queries):
    for number in range(40, 70):
        from tests.cast import make_person

        person = make_person(f"测试{number}", busy.water, number)
        make_posting(person, PostingKind.STATION, busy.west, date(2026, 1, 1), due=date(2026, 11, 10))
    client = busy.client("hr")
    with django_assert_max_num_queries(15):
        assert len(client.get(reverse("staffing:postings")).context["lines"]) == 33
