"""The one-page profile of a unit."""

import io

import pypdf
import pytest
from django.conf import settings
from django.test import Client

from portal.models import AuditEvent
from tests.cast import make_person


def read(response):
    assert response.status_code == 200 and response["Content-Type"] == "application/pdf"
    return pypdf.PdfReader(io.BytesIO(response.content))


def text_of(book):
    return "".join("".join(page.extract_text().split()) for page in book.pages)


def test_one_page_with_people_masked_and_fonts_inside(cast):
    for number in range(40):
        make_person(f"䶮{number:02d}", cast.east, 301 + number)
    book = read(cast.client("hr").get("/units/sl-dj-zfd/profile.pdf"))
    text = text_of(book)
    assert len(book.pages) == 1
    assert "东江镇综合行政执法队" in text and "䶮" in text and "内部资料" in text and "人未列" in text
    fonts = book.pages[0]["/Resources"]["/Font"]
    assert any("/FontFile2" in f.get_object().get("/FontDescriptor", {}) for f in fonts.values())


def test_figures_are_those_of_the_page(cast):
    text = text_of(read(cast.client("hr").get("/units/sl-dj-zfd/profile.pdf?as_of=2026-11-02")))
    assert "王晓东" in text and cast.wang.id_number not in text and cast.wang.id_masked in text
    assert "截至2026-11-02" in text and "法制审核人员（合格／应有）0／1" in text and "缺1人" in text


def test_who_took_it_out_is_on_record(cast):
    read(cast.client("hr").get("/units/sl-dj-zfd/profile.pdf?as_of=2026-11-02"))
    event = AuditEvent.objects.get(action="export.made")
    assert (event.actor, event.unit_code, event.object_id) == (cast.user("hr"), "sl-dj-zfd", str(cast.east.pk))
    assert event.data["what"] == "unit.profile" and event.data["rows"] > 0 and "2026-11-02" in event.data["list"]
    assert cast.client("squad_lead").get("/units/sl-xl-zfd/profile.pdf").status_code == 404
    assert AuditEvent.objects.filter(action="export.made").count() == 1


@pytest.mark.parametrize("code", ["sl-xl-zfd", "sl", "nowhere"])
def test_outside_the_scope_there_is_nothing(cast, code):
    assert cast.client("squad_lead").get(f"/units/{code}/profile.pdf").status_code == 404


def test_an_empty_unit_says_so(cast):
    assert "尚无在册人员" in text_of(read(cast.client("hr").get("/units/sl-nt-zfd/profile.pdf")))


def test_names_cannot_write_markup(cast):
    cast.wang.name = '<img src="file:///etc/passwd">&'
    cast.wang.save()
    client = Client()
    client.force_login(cast.accounts["hr"], backend=settings.AUTHENTICATION_BACKENDS[0])
    assert "<imgsrc=" in text_of(read(client.get("/units/sl-dj-zfd/profile.pdf")))
