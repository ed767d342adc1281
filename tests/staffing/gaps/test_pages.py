from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from import_export.resources import Resource

from portal import audit
from portal.models import AuditEvent
from staffing import resources_gaps
from staffing.models import PostingKind
from staffing.queries import facts
from tests.cast import make_person, make_posting
from tests.staffing.gaps.scenarios import SNAPSHOT, scenario_a

VIEWERS = ["squad_lead", "clerk", "town", "hr", "legal", "leader", "training"]


@pytest.mark.parametrize("role", VIEWERS)
def test_pages_render_for_every_role_that_may_see_them(cast, role):
    client = cast.client(role)
    for url in (
        "/gaps/",
        "/gaps/trend/",
        f"/units/{cast.east.code}/",
        "/gaps/people/?figure=officers",
        "/gaps/people/?figure=postings_open",
        "/gaps/?as_of=2020-01-01",
        f"/units/{cast.east.code}/?as_of=2020-01-01",
        "/",
    ):
        response = client.get(url)
        assert response.status_code == 200, (role, url)


def test_others_do_not(cast):
    for role in ("officer", "editor", "system", "security", "auditor"):
        for url in ("/gaps/", "/gaps/people/?figure=officers", f"/units/{cast.east.code}/"):
            assert cast.client(role).get(url).status_code == 403
    assert cast.client().get("/gaps/").status_code == 302


def test_a_unit_outside_the_scope_is_as_if_it_were_not_there(cast):
    client = cast.client("town")
    for code in (cast.west.code, cast.county.code, "nowhere"):
        assert client.get("/gaps/", {"unit": code}).status_code == 404
        assert client.get(reverse("staffing:unit", args=[code])).status_code == 404
        assert client.get("/gaps/people/", {"unit": code, "figure": "officers"}).status_code == 404
        assert client.get("/gaps/people/export/", {"unit": code, "figure": "officers"}).status_code == 404
    page = client.get("/gaps/").content.decode()
    for hidden in ("西岭镇", "南塘街道", "孙海燕", "陈思远", "水利局"):
        assert hidden not in page
    people = client.get("/gaps/people/?figure=officers").content.decode()
    assert "王晓东" in people and "赵立诚" in people and "孙海燕" not in people


@pytest.mark.parametrize("query", ["figure=nothing", "figure=officers&side=missing", "as_of=2026-13-40", "as_of=x", ""])
def test_nonsense_is_not_found(cast, query):
    assert cast.client("legal").get(f"/gaps/people/?{query}").status_code == 404


def test_the_page_says_the_figure_with_people_target_and_day(cast):
    page = cast.client("legal").get("/gaps/?as_of=2026-11-02").content.decode()
    for words in ("60.00", "3/5", "刚好达标", "截至", "2026-11-02", "测试口径", "《测试办法》第一条", "示例县水利局"):
        assert words in page, words
    assert "合计缺1人，逐单位相加缺2人：一单位富余不能抵另一单位缺额。" in page
    assert "本年度还没有学时记录" in page and "0.00%" not in page.split("近十二个月")[0].split("学时达标")[1][:200]


def test_before_any_data_the_page_does_not_pretend_zero(cast):
    page = cast.client("legal").get("/gaps/?as_of=2021-02-28").content.decode()
    assert "2021年2月28日没有人员数据，请先导入花名册。" in page and "不按零计算" in page


def test_scenario_a_on_the_page(cast_free_legal):
    client = cast_free_legal
    scenario_a()
    page = client.get("/gaps/", {"as_of": SNAPSHOT.isoformat()}).content.decode()
    assert "65.38" in page and "355/543" in page and "余29人" in page
    assert page.count("没有合格审核人员</p>") == 6
    listed = client.get("/gaps/people/", {"as_of": SNAPSHOT.isoformat(), "figure": "downstream"}).content.decode()
    assert "共 355 条" in listed


@pytest.fixture
def cast_free_legal(db):
    from django.conf import settings
    from django.test import Client

    from portal.models import Grant, User
    from tests.cast import NOW

    user = User.objects.create_user(username="legal", password="x")
    Grant.objects.create(user=user, role="legal", starts=NOW.replace(year=2020))
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_export_is_the_list_masked_and_audited(cast):
    import python_calamine

    response = cast.client("legal").get("/gaps/people/export/?figure=certificates&side=missing&as_of=2026-11-02")
    assert response.status_code == 200 and "no-store" in response["Cache-Control"]
    sheet = python_calamine.CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content)))
    rows = sheet.get_sheet_by_index(0).to_python()
    assert "测试口径" in rows[0][0] and "2026-11-02" in rows[0][0] and "共2人" in rows[0][0]
    people = [dict(zip(rows[1], row, strict=True)) for row in rows[2:]]
    assert [row["姓名"] for row in people] == ["陈思远", "吴清源"]
    assert all("*" in row["身份证号"] for row in people)
    event = AuditEvent.objects.get(action="export.made")
    assert event.data["figure"] == "certificates" and event.data["side"] == "missing" and event.data["rows"] == 2
    assert audit.verify().ok


def test_figures_of_the_units_can_be_taken_out(cast):
    import python_calamine

    response = cast.client("legal").get("/gaps/people/export/?as_of=2026-11-02")
    sheet = python_calamine.CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content)))
    rows = sheet.get_sheet_by_index(0).to_python()
    assert rows[2][0] == "示例县" and rows[2][5:8] == [3, 5, "60.00%"] and len(rows) == 3 + 5


@pytest.mark.parametrize(
    ("query", "resource"),
    [
        ("figure=officers", resources_gaps.GapPeopleResource),
        ("figure=postings_open", resources_gaps.GapPostingResource),
        ("", resources_gaps.GapResource),
    ],
)
def test_what_leaves_is_an_import_export_resource(cast, query, resource):
    import python_calamine

    response = cast.client("hr").get(f"/gaps/people/export/?as_of=2026-11-02&{query}")
    sheet = python_calamine.CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content)))
    rows = sheet.get_sheet_by_index(0).to_python()
    assert issubclass(resource, Resource)
    assert rows[1] == resource().get_export_headers() and len(rows) > 2


def test_a_formula_in_a_name_stays_text(cast):
    import openpyxl

    make_person("=1+1", cast.east, 21)
    facts.forget()
    response = cast.client("legal").get(f"/gaps/people/export/?figure=officers&unit={cast.east.code}")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_search_within_a_list(cast):
    page = cast.client("hr").get("/gaps/people/?figure=officers&q=王").content.decode()
    assert "王晓东" in page and "赵立诚" not in page
    assert "没有符合条件的人员" in cast.client("hr").get("/gaps/people/?figure=officers&q=无此人").content.decode()


def test_lists_are_paged(cast):
    for number in range(60):
        make_person(f"员{number}", cast.west, 100 + number)
    facts.forget()
    client = cast.client("hr")
    assert client.get("/gaps/people/?figure=officers").content.decode().count('<td class="idno"') == 50
    assert client.get("/gaps/people/?figure=officers&page=2").content.decode().count('<td class="idno"') == 16


def test_unit_page_answers_whether_the_squad_can_handle_a_case(cast):
    page = cast.client("squad_lead").get(reverse("staffing:unit", args=[cast.east.code])).content.decode()
    assert "没有合格的法制审核人员" in page and "可以办案" in page
    west = cast.client("hr").get(reverse("staffing:unit", args=[cast.west.code])).content.decode()
    assert "在岗有效持证1人，不足2人，不能独立办案" in west and "按口径不须配备" in west
    south = cast.client("hr").get(reverse("staffing:unit", args=[cast.south.code])).content.decode()
    assert "尚无在册人员" in south


def test_unit_page_lists_those_who_need_attention_first(cast):
    make_posting(
        cast.wang, PostingKind.SECOND, cast.water, date(2026, 1, 1), due=date(2026, 3, 1), doc_no="示函〔2026〕1号"
    )
    facts.forget()
    page = cast.client("hr").get(f"/units/{cast.east.code}/?as_of=2026-11-02").content.decode()
    assert "逾期246天未归位" in page and "示函〔2026〕1号" in page
    assert page.index("王晓东") < page.index("李春梅")


def test_nothing_secret_in_the_pages(cast):
    for url in ("/gaps/", f"/units/{cast.east.code}/", "/gaps/people/?figure=officers"):
        page = cast.client("hr").get(url).content.decode()
        for person in (cast.wang, cast.zhao, cast.chen):
            assert person.id_number not in page
        assert "style=" not in page and "onclick" not in page


QUERIES = {"/gaps/": 7, "/gaps/people/?figure=officers": 9, "/gaps/trend/": 7}


@pytest.mark.parametrize("url", list(QUERIES))
def test_queries_do_not_grow_with_the_people(cast, django_assert_max_num_queries, url):
    client = cast.client("legal")
    client.get(url)
    with django_assert_max_num_queries(QUERIES[url]):
        client.get(url)
    for number in range(40):
        make_person(f"员{number}", cast.west, 100 + number)
    facts.forget()
    client.get(url)
    with django_assert_max_num_queries(QUERIES[url]):
        client.get(url)


def test_unit_page_queries(cast, django_assert_max_num_queries):
    client, url = cast.client("legal"), reverse("staffing:unit", args=[cast.east.code])
    client.get(url)
    with django_assert_max_num_queries(11):
        client.get(url)


def test_home_shows_the_figures_and_what_is_missing(cast):
    page = cast.client("legal").get("/").content.decode()
    assert "执法力量下沉" in page and "缺法制审核人员" in page and "缺口看板" in page
    lead = cast.client("squad_lead").get("/").content.decode()
    assert "东江镇综合行政执法队" in lead and "西岭镇" not in lead
    assert "执法力量下沉" not in cast.client("training").get("/").content.decode()
