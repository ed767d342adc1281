"""Wagtail's screens, and those of its media library, are wholly in Chinese; every compiled catalogue is up to date."""

import re
from pathlib import Path

import pytest
import wagtail
import wagtailmedia
from django.conf import settings
from django.utils import translation

from tests import catalogues, po

PACKAGES = [Path(package.__file__).parent for package in (wagtail, wagtailmedia)]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def messages(domain):
    """Every message that Wagtail and its media library have, once."""
    found = {}
    for path in sources(f"**/locale/en/LC_MESSAGES/{domain}.po"):
        found.update({entry.key: entry for entry in po.read(path)})
    return list(found.values())


def sources(pattern):
    return sorted(path for package in PACKAGES for path in package.glob(pattern))


def chinese(domain):
    """Every translated message of Wagtail's own catalogue and of ours, ours winning."""
    paths = [
        *sources(f"**/locale/zh_Hans/LC_MESSAGES/{domain}.po"),
        Path(settings.BASE_DIR) / f"locale/zh_Hans/LC_MESSAGES/{domain}.po",
    ]
    return {entry.key: entry for path in paths for entry in po.read(path) if entry.translated}


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_no_message_of_wagtail_is_untranslated(domain):
    held = chinese(domain)
    missing = [entry.msgid for entry in messages(domain) if entry.key not in held]
    assert len(messages(domain)) > 80 and missing == []


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_our_part_uses_only_the_placeholders_of_the_source_and_no_stale_entry(domain):
    known = {entry.key for entry in messages(domain)}
    for entry in po.read(Path(settings.BASE_DIR) / f"locale/zh_Hans/LC_MESSAGES/{domain}.po"):
        allowed = set(PLACEHOLDER.findall(entry.msgid + (entry.plural or "")))
        assert set(PLACEHOLDER.findall("".join(entry.strings.values()))) <= allowed, entry.msgid
        assert entry.key in known, entry.msgid


def test_compiled_catalogues_say_what_their_sources_say():
    assert catalogues.stale() == []


def test_django_finds_them():
    with translation.override("zh-hans"):
        assert translation.gettext("Autosave is paused") == "自动保存已暂停"
        assert translation.gettext("Choose another video") == "换一个视频"
        assert translation.ngettext("%(num_pages)d page", "%(num_pages)d pages", 3) == "%(num_pages)d 个页面"
