"""Printed pages: Chinese and rare characters can be read and searched, fonts are inside, nothing is fetched from outside."""

import datetime
import io
import logging
import threading

import pypdf
import pytest
from django.template import engines
from django.templatetags.static import static

from portal import pdf

PAGE = """{% extends "pdf/base.html" %}{% block title %}云岭镇综合行政执法队{% endblock %}{% block content %}
<p>法制审核人员：聂䶮、<b>㛃若川</b>、<b>𬀩𬭼</b></p>{{ more }}
<table class="list" repeat="1"><thead><tr><th>姓名</th><th>执法证</th></tr></thead>
{% for n in rows %}<tr><td>第{{ n }}人</td><td>2025-03-17</td></tr>{% endfor %}</table>{% endblock %}"""


def made(source=PAGE, **context):
    html = engines["django"].from_string(source).render({"rows": range(3), **context})
    return pypdf.PdfReader(io.BytesIO(pdf.from_html(html)))


def fonts(reader):
    found = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            font = font.get_object()
            found[font["/BaseFont"].split("+")[-1]] = "/FontFile2" in font.get("/FontDescriptor", {})
    return found


def test_text_is_chinese_with_rare_characters_and_can_be_searched():
    text = made().pages[0].extract_text()
    assert "云岭镇综合行政执法队" in text
    assert "聂䶮" in text and "㛃若川" in text
    assert "𬀩𬭼" in text, "a name beyond the basic plane must be found by its own characters"


def test_fonts_are_embedded():
    found = fonts(made())
    assert found["NotoSansSC-Regular"] and found["NotoSansSC-Bold"]


def test_bold_characters_the_bold_lacks_are_drawn_by_the_full_font():
    seen = []
    made().pages[0].extract_text(
        visitor_text=lambda text, _cm, _tm, font, _size: seen.append((text.strip(), font and font["/BaseFont"]))
    )
    assert [str(name).endswith("NotoSansSC-Regular") for text, name in seen if "𬀩" in text] == [True]


def test_every_page_says_unit_day_basis_who_and_number():
    reader = made(
        rows=range(90),
        unit="云岭镇中队",
        as_of=datetime.date(2022, 10, 10),
        basis="政策2022版",
        printed_by="周岚",
        printed_at="2022-10-10 09:40",
    )
    assert len(reader.pages) > 1
    assert "截至 2022-10-10" in reader.pages[0].extract_text() and "口径：政策2022版" in reader.pages[0].extract_text()
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert "云岭镇中队" in text and "内部资料" in text and "打印：周岚 2022-10-10 09:40" in text
        assert f"第 {number} 页，共 {len(reader.pages)} 页" in text
        assert "执法证" in text, "the table head is repeated"


def test_user_text_is_text():
    assert "<b>王</b>" in made(more="<b>王</b>").pages[0].extract_text()


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "/etc/hostname",
        "http://127.0.0.1:9/x.png",
        "https://example.org/x.png",
        "../../settings/base.py",
        "ftp://h/x",
    ],
)
def test_foreign_resources_are_refused(address, caplog):
    caplog.set_level(logging.WARNING)
    assert pdf.own_file(address) == ""
    source = PAGE.replace("{{ more }}", f'<img src="{address}"><link rel="stylesheet" href="{address}">')
    reader = made(source)
    assert "聂䶮" in reader.pages[0].extract_text()
    assert not reader.pages[0].images
    assert "refused a resource" in caplog.text


def test_only_own_static_files_are_found():
    assert pdf.own_file(static("portal/css/tokens.css")).endswith("portal/static/portal/css/tokens.css")
    assert pdf.own_file("/static/../settings/base.py") == ""
    assert pdf.own_file("/static/portal/css/") == ""


def test_a_page_that_cannot_be_set_is_a_pdf_error():
    deep = "<div>" * 400 + "x" + "</div>" * 400
    with pytest.raises(pdf.PdfError):
        pdf.from_html(deep)


def test_fonts_are_registered_once_even_from_threads():
    results = []
    threads = [threading.Thread(target=lambda: results.append(len(made().pages))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [1, 1, 1]
    before = pdf.pdfmetrics.getFont(pdf.FAMILY)
    pdf.register_fonts()
    assert pdf.pdfmetrics.getFont(pdf.FAMILY) is before
