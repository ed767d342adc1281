"""Template tags, and what holds for all templates, icons and style sheets together."""

import datetime
import re
from pathlib import Path

from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

import portal
from portal.templatetags import portal_ui

PORTAL = Path(portal.__file__).parent
COMPONENTS = PORTAL / "templates" / "components"
DAY = datetime.date(2022, 10, 10)


# --- tags ----------------------------------------------------------------------------------------------------------------
def render(source, path="/gaps/?unit=dj&as_of=2022-10-10&kind=a&page=2", **context):
    return Template(source).render(Context({"request": RequestFactory().get(path), **context}))


def test_url_with_keeps_carried_parameters():
    assert render("{% url_with request kind='b' %}") == "/gaps/?unit=dj&amp;as_of=2022-10-10&amp;kind=b"
    assert render("{% url_with request as_of=None %}") == "/gaps/?unit=dj&amp;kind=a"
    assert (
        render("{% url_with request '/people/?x=1#top' y=2 %}")
        == "/people/?x=1&amp;unit=dj&amp;as_of=2022-10-10&amp;y=2#top"
    )
    assert (
        render("{% url_with request '/gaps/' as_of=day unit='t1' %}", day=DAY) == "/gaps/?unit=t1&amp;as_of=2022-10-10"
    )


def test_text_from_people_is_escaped():
    assert "&lt;b&gt;" in render("{% tag 'met' name %}", name="<b>") and "&quot;" in render(
        "{% icon 'home' label=name %}", name='"x'
    )


def test_dates_follow_the_language():
    with translation.override("zh-hans"):
        assert (
            render("{{ d|date_zh }}{{ '2024-11'|date_zh }}", d=datetime.date(2024, 11, 4)) == "2024年11月4日2024年11月"
        )
    with translation.override("en"):
        assert render("{{ d|date_zh }}", d=datetime.date(2024, 11, 4)) == "4 November 2024"
    assert render("{{ d|iso }}{{ n|iso }}", d=DAY, n=None) == "2022-10-10—"


# --- the kit as a whole --------------------------------------------------------------------------------------------------
ROOT = PORTAL.parent
TEMPLATES = [p for app in ("portal", "staffing", "exams") for p in (ROOT / app).glob("templates/**/*.html")]
ICONS = set((PORTAL / "static/vendor/tabler/icons.txt").read_text().split())


def test_sprite_holds_exactly_the_listed_icons():
    sprite = (PORTAL / "static/vendor/tabler/sprite.svg").read_text()
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == ICONS


def test_every_icon_named_in_a_template_is_in_the_sprite():
    used = {(p.name, n) for p in TEMPLATES for n in re.findall(r'{% icon "([^"]+)"', p.read_text())}
    used |= {("portal_ui", n) for n in portal_ui.TAG_ICONS.values() if n}
    used |= {("portal_ui", str(n)) for _kind, _word, n in portal_ui.ACTIONS.values()}
    assert {pair for pair in used if pair[1] not in ICONS} == set()


def test_no_template_has_inline_style_or_script_or_unsafe_output():
    bad = re.compile(r'\sstyle="|\son[a-z]+="|<script(?![^>]*\ssrc=)|<style|\|\s*safe\b|{%\s*autoescape off|hx-on')
    # Printed pages never reach a browser: their style sheet is theirs.
    pages = [p for p in TEMPLATES if "pdf" not in p.parts]
    assert [p.name for p in pages if bad.search(p.read_text())] == []


def test_every_component_says_what_it_wants():
    silent = {"field_errors.html"}
    assert [
        p.name
        for p in COMPONENTS.glob("*.html")
        if p.name not in silent and not p.read_text().startswith("{% comment %}")
    ] == []


def test_no_stylesheet_uses_what_old_chromium_lacks():
    bad = re.compile(r":has\(|@container|color-mix|url\(http")
    assert [p.name for p in (PORTAL / "static/portal/css").glob("*.css") if bad.search(p.read_text())] == []
