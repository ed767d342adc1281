"""The portal in English: a complete catalogue, and pages on which no Chinese is left but data.

The catalogue is kept up to date with these two commands (gettext must be installed):

    python manage.py makemessages -l en --no-obsolete --no-wrap --no-location --ignore=tests --ignore=.venv
    python manage.py compilemessages -l en
"""

import functools
import io
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.urls import reverse
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField

from portal.access import table
from portal.models import HomePage, Role, User
from staffing.queries.rosters import plan_of
from staffing.wagtail_hooks import PolicyViewSet
from tests import catalogues, po
from tests.staffing.rosters.books import SAMPLES
from tests.staffing.rosters.conftest import post, upload  # noqa: F401 -- fixtures
from tests.test_access import ALL, OPEN, address, samples

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "locale/en/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|\{\w*\}|<[^>]+>")
# Ideographs, and the punctuation that goes with them; not the blank that indents, nor full-width digits of raw cells.
CHINESE = re.compile("[\u3001-\u303f\u3400-\u9fff\uff01-\uff0f\uff1a-\uff20\uff3b-\uffef]+")
# What an English sentence may quote: a language's own name, a heading to look for, the shape of a document number.
QUOTED = {"简体中文", "姓名", "示执法〔2026〕3号"}
# What a reader has to type in Chinese: headings and words of score sheets and lists, a legal basis.
TYPED = {"身份证号", "准考证号", "工号", "单位", "工作单位", "考试结果", "弃考", "缺考", "作弊"}
TYPED |= {"《行政处罚法》第六十三条；《行政强制法》第三十五条", "《行政处罚法》第六十三条", "；"}
TYPED |= {
    "签到时间",
    "签名",
    "队长、法制员",
    "听证",
    "行政处罚",
    "送达",
    "行政处罚法第六十三条",
    "行政处罚法第五十二条",
}
# What stands in a case in the place of what was taken out of it, and the lines to sign on.
TYPED |= {
    "甲公司",
    "浙A×××××",
    "甲车",
    "〔某年〕某号",
    "某路某号",
    "乙镇",
    "某执法队",
    "张某",
    "＿＿＿＿",
    "＿＿＿＿＿＿＿＿",
}
SHOWN_ATTRIBUTES = (
    "title",
    "alt",
    "placeholder",
    "aria-label",
    "aria-description",
    "data-label",
    "data-confirm",
    "content",
)


# --- the catalogue ----------------------------------------------------------------------------------------------------


def entries():
    return po.read(CATALOGUE)


def test_every_message_is_translated():
    assert len(entries()) > 1400
    assert [entry.msgid for entry in entries() if not entry.translated] == []
    assert [entry.msgid for entry in entries() if entry.plural is not None and set(entry.strings) != {0, 1}] == []


def test_placeholders_are_those_of_the_source():
    for entry in entries():
        wanted = set(PLACEHOLDER.findall(entry.msgid))
        for text in entry.strings.values():
            assert set(PLACEHOLDER.findall(text)) == wanted, entry.msgid


def test_no_chinese_and_no_shouting_in_the_translation():
    for entry in entries():
        for text in entry.strings.values():
            assert set(CHINESE.findall(text)) <= {part for word in QUOTED | TYPED for part in CHINESE.findall(word)}, (
                text
            )
            assert "!" not in text, text


def test_catalogue_holds_exactly_the_messages_of_the_source(tmp_path):
    if not shutil.which("xgettext"):
        pytest.skip("gettext is not installed here: messages cannot be collected from the source")
    copy = tmp_path / "source"
    for app in ("portal", "staffing", "exams", "courses"):
        shutil.copytree(ROOT / app, copy / app, ignore=shutil.ignore_patterns("__pycache__", "static", "*.mo"))
    (copy / "locale").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        patch.setattr(settings, "LOCALE_PATHS", [str(copy / "locale")])
        call_command("makemessages", locale=["en"], no_wrap=True, no_location=True, no_obsolete=True, verbosity=0)
    found = {entry.key for entry in po.read(copy / "locale/en/LC_MESSAGES/django.po")}
    held = {entry.key for entry in entries()}
    assert {"new": found - held, "gone": held - found} == {"new": set(), "gone": set()}


def test_compiled_catalogue_is_up_to_date():
    assert [line for line in catalogues.stale() if line.startswith("locale/en/")] == []


# --- the pages --------------------------------------------------------------------------------------------------------


class Shown(HTMLParser):
    """Text a reader sees or hears, without what is marked as Chinese by ``lang``."""

    VOID = {"meta", "link", "input", "br", "img", "hr", "path", "line", "rect", "circle", "use", "wbr", "source", "col"}

    def __init__(self):
        super().__init__()
        self.text, self.stack = [], []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        hidden = tag in ("script", "style") or (found.get("lang") or "").startswith("zh")
        if not self.hidden and not hidden:
            self.text += [found[name] for name in SHOWN_ATTRIBUTES if found.get(name)]
            if tag == "input" and found.get("type") in ("submit", "button"):
                self.text.append(found.get("value") or "")
        if tag not in self.VOID:
            self.stack.append((tag, hidden))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if any(open_tag == tag for open_tag, _ in self.stack):
            while self.stack.pop()[0] != tag:
                pass

    def handle_data(self, data):
        if not self.hidden:
            self.text.append(data)

    @property
    def hidden(self):
        return any(hidden for _, hidden in self.stack)


@functools.cache
def quoting() -> list[str]:
    return [text for entry in entries() for text in entry.strings.values() if CHINESE.search(text)]


def stored() -> set[str]:
    """Every Chinese text in the database that is no choice of ours: names, units, documents, policies, titles, and the
    sentences of ours that quote what is typed in Chinese.
    """
    found = {"王*", *quoting()}

    def take(value):
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, dict):
            take(list(value) + list(value.values()))
        elif isinstance(value, list):
            for item in value:
                take(item)
        elif isinstance(value, StreamValue):
            take([block["value"] for block in value.raw_data])

    for label in ("portal", "staffing", "law", "exams", "courses"):
        for model in apps.get_app_config(label).get_models():
            names = [
                field.attname
                for field in model._meta.concrete_fields
                if isinstance(field, models.CharField | models.TextField | models.JSONField | StreamField)
                and not field.choices
            ]
            for row in model._base_manager.values_list(*names) if names else ():
                take(list(row))
    return {text for text in found if CHINESE.search(text)}


def chinese_in(html: str, data: set[str]) -> list[str]:
    """What is left of Chinese in a page once data is taken out."""
    reader = Shown()
    reader.feed(html)
    left = []
    for text in reader.text:
        for known in sorted((*data, *QUOTED), key=len, reverse=True):
            text = text.replace(known, "")
        if CHINESE.search(text):
            left.append(" ".join(text.split())[:100])
    return left


def english(cast, role):
    User.objects.filter(pk=cast.user(role).pk).update(language="en")
    return cast.client(role)


def is_page(response):
    return response.status_code in (200, 400, 404, 422) and response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("role", Role.values)
def test_pages_of_a_role_hold_no_chinese(cast, role):
    kinds = samples(cast)
    client = english(cast, role)
    data, left, seen = stored(), {}, 0
    for route, pattern in ALL:
        action = pattern.callback.access_action
        if action not in OPEN and role not in table()[action]:
            continue
        for send in (client.get, client.post):
            path = address(route, pattern, kinds)
            if path.startswith(("/sign-out", "/language", "/me/")) and send == client.post:
                continue
            response = send(path)
            if is_page(response):
                seen += 1
                found = chinese_in(response.content.decode(), data | stored())
                if found:
                    left[f"{send.__name__} {path}"] = found
    assert left == {} and seen > 5


def test_pages_before_signing_in_and_errors_hold_no_chinese(client, db):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for response in (
        client.get("/sign-in/"),
        client.post("/sign-in/", {"username": "nobody", "password": "wrong"}),
        client.get("/no/such/page/"),
    ):
        assert chinese_in(response.content.decode(), stored()) == []


@pytest.mark.parametrize("role", [Role.EDITOR, Role.LEGAL])
def test_the_editors_screens_hold_no_chinese(cast, role):
    english(cast, role)
    client = Client()  # signing in through the page brings the CMS groups up to date
    client.post("/sign-in/", {"username": role, "password": "Cast-2026-pass"})
    pages = ["/cms/", "/cms/account/"]
    if role == Role.EDITOR:
        pages.append(f"/cms/pages/{HomePage.objects.get().pk}/edit/")
    else:
        policies = PolicyViewSet()
        pages += [reverse(policies.get_url_name(name)) for name in ("list", "add")]
        pages.append(reverse(policies.get_url_name("edit"), args=[cast.policy.pk]))
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        assert chinese_in(response.content.decode(), stored()) == [], page


def test_past_days_and_filtered_lists_hold_no_chinese(cast):
    client = english(cast, "hr")
    for path in (
        "/gaps/?as_of=2025-06-30",
        "/gaps/?as_of=2019-06-30",
        "/gaps/?unit=sl-dj-zfd",
        "/people/?state=left&cert=expired&edu=大学本科&age=40&sex=男",
        "/people/?cert=in_force&unit=sl-zfj&as_of=2025-06-30",
        "/postings/?state=overdue&as_of=2027-06-30",
        f"/people/{cast.zhao.pk}/?as_of=2025-06-30",
        f"/people/{cast.zhou.pk}/",
        f"/people/{cast.li.pk}/",
        "/units/sl-dj-zfd/",
        "/units/sl-zfj/?as_of=2025-06-30",
        "/units/?closed=1",
    ):
        response = client.get(path)
        assert response.status_code == 200, path
        assert chinese_in(response.content.decode(), stored()) == [], path


def sheet_data(batch) -> set[str]:
    """Every text the import read: cells, headers, names of sheets, and what the cells were made into."""
    plan, found = plan_of(batch).load(), set()

    def take(value):
        if isinstance(value, str):
            found.update({value, *value.split()})
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
            take(part)

    for sheet in plan.sheets:
        take([sheet.name, *(column.header for column in sheet.columns), *(column.samples for column in sheet.columns)])
    for row in plan.rows:
        take([row.sheet, row.raw, row.record, [[issue.raw, issue.fixed] for issue in row.issues]])
    return {text for text in found if CHINESE.search(text)}


def test_the_roster_wizard_holds_no_chinese(cast, upload, post):  # noqa: F811
    english(cast, "hr")
    client, batch, _response = upload((SAMPLES / "roster_dirty.xlsx").read_bytes(), "roster.xlsx")
    data, left = sheet_data(batch), {}

    def look(page):
        response = client.get(page)
        assert is_page(response), (page, response.status_code)
        found = chinese_in(response.content.decode(), data | stored())
        if found:
            left[page] = found

    here = f"/rosters/{batch.pk}/"
    for name in ("mapping/", "preview/", "preview/?show=all", "preview/?action=reject", "changes/", "resolve/"):
        look(here + name)
    for name in ("leavers/", "commit/", "discard/"):
        look(here + name)
    for row in client.get(here + "resolve/").context["page"].object_list:
        look(f"{here}resolve/?sheet={row.sheet}&row={row.row}")
    batch.refresh_from_db()
    post(client, here + "commit/", {"expected": batch.changes["signature"]})
    for page in (here + "result/", here + "undo/", "/rosters/", "/me/", "/notices/", "/jobs/"):
        look(page)
    assert left == {}


def test_a_refused_file_says_why_in_english(cast, upload):  # noqa: F811
    english(cast, "hr")
    client, batch, _ = upload(b"no spreadsheet", "roster.xlsx")
    for page in (f"/rosters/{batch.pk}/", "/rosters/"):
        assert chinese_in(client.get(page, follow=True).content.decode(), stored() - {batch.error}) == []


def test_sheets_that_leave_the_house_are_chinese_whoever_asks(cast):
    """They go back in as rosters; an English page must not make a file no import can read."""
    response = english(cast, "hr").post("/people/export/", {"content": "people", "format": "xlsx"})
    body = response.getvalue()
    book = openpyxl.load_workbook(io.BytesIO(body))
    words = " ".join(str(cell) for row in book.active.iter_rows(values_only=True) for cell in row if cell)
    assert "姓名" in words and "行政编制" in words and "as of" not in words
