"""Template language of the component kit. Builtin in settings: no ``{% load %}`` needed."""

from __future__ import annotations

from urllib.parse import urlsplit

from django import template
from django.http import QueryDict
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import charts, figures

register = template.Library()

SPRITE = "vendor/tabler/sprite.svg"
# What follows the viewer from page to page (ux.md §3).
CARRIED = ("unit", "as_of")
TAG_ICONS = {
    "met": "circle-check",
    "short": "user-minus",
    "overdue": "clock-exclamation",
    "review": "eye-question",
    "info": "info-circle",
    "plain": "",
}
# Action of an import row: colour, word, icon (ux.md §5, import_row).
ACTIONS = {
    "accept": ("met", gettext_lazy("可导入"), "check"),
    "fix": ("info", gettext_lazy("已规范"), "pencil"),
    "merge": ("info", gettext_lazy("合并"), "arrow-merge"),
    "duplicate": ("plain", gettext_lazy("重复"), "copy"),
    "review": ("review", gettext_lazy("待核"), "eye-question"),
    "reject": ("overdue", gettext_lazy("拒收"), "x"),
    "skip": ("plain", gettext_lazy("跳过"), "arrow-right"),
}


def _get(thing, name, default=None):
    """Attribute or key: components take dataclasses, model objects and dicts alike."""
    return thing.get(name, default) if isinstance(thing, dict) else getattr(thing, name, default)


@register.simple_tag
def icon(name, size=16, label=""):
    """An icon of the sprite (names: vendor/tabler/icons.txt). Decoration unless ``label`` says what it means."""
    address = f"{static(SPRITE)}#{name}"
    if label:
        return format_html(
            '<svg class="ico" width="{0}" height="{0}" role="img" aria-label="{1}"><use href="{2}"></use></svg>',
            size,
            label,
            address,
        )
    return format_html(
        '<svg class="ico" width="{0}" height="{0}" aria-hidden="true" focusable="false"><use href="{1}"></use></svg>',
        size,
        address,
    )


@register.simple_tag
def tag(kind, text, icon=None):
    """A status word with its icon. Kinds: met short overdue review info plain; anything else is drawn plain."""
    kind = kind if kind in TAG_ICONS else "plain"
    name = TAG_ICONS[kind] if icon is None else icon
    drawing = globals()["icon"](name, 14) if name else ""
    return format_html('<span class="tag tag-{}">{}{}</span>', kind, drawing, text)


@register.simple_tag
def action_tag(action):
    """The badge of an import row's action."""
    kind, word, name = ACTIONS.get(action, ("plain", action, ""))
    return tag(kind, word, name)


def _write(query, changes):
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        elif isinstance(value, list | tuple):
            query.setlist(name, [str(v) for v in value])
        else:
            query[name] = figures.iso(value) if hasattr(value, "isoformat") else str(value)
    return query


@register.simple_tag
def url_with(request, *address, **changes):
    """An address that keeps ``unit`` and ``as_of``.

    Without ``address``: this page with its whole query, ``page`` dropped, ``changes`` written in (None or "" removes).
    With a path or URL name: that page with its own query, the carried parameters, and ``changes``.
    """
    here = request.GET if request else QueryDict()
    if not address:
        query = _write(here.copy(), {"page": None} | changes)
        return f"{request.path if request else ''}{'?' + query.urlencode() if query else ''}"
    target = str(address[0])
    parts = urlsplit(target if "/" in target or target.startswith(("?", "#")) else reverse(target))
    query = QueryDict(parts.query, mutable=True)
    for name in CARRIED:
        if here.get(name) and name not in query:
            query[name] = here[name]
    _write(query, changes)
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.path}{'?' + query.urlencode() if query else ''}{fragment}"


@register.simple_tag
def hidden_query(request, *without):
    """Hidden inputs for every parameter of this address except those named and ``page``."""
    if not request:
        return ""
    pairs = [(n, v) for n, values in request.GET.lists() for v in values if n not in without and n != "page" and v]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag(name="percent")
def percent_tag(ratio, digits=2, target=None):
    return figures.percent(ratio, digits, target)


@register.filter
def percent(ratio, digits=2):
    return figures.percent(ratio, digits)


@register.filter
def percent_short(ratio):
    return figures.percent_short(ratio)


@register.filter
def num(value):
    return figures.num(value)


@register.filter
def iso(value):
    return figures.iso(value)


@register.filter
def date_zh(value):
    """A day in a sentence, in the language of the page."""
    return figures.date_words(value)


@register.filter
def magnitude(value):
    """Persons without the sign: the words beside it say whether they are missing or spare."""
    return abs(value or 0)


@register.simple_tag
def html_lang():
    """Value of the ``lang`` attribute: zh-Hans or en."""
    return "zh-Hans" if (translation.get_language() or "zh").startswith("zh") else "en"


@register.simple_tag
def once(owner, what):
    """True the first time ``what`` is asked of ``owner`` (the request, a form): frame and page may both say a thing."""
    if not hasattr(owner, "__dict__"):
        return True
    said = owner.__dict__.setdefault("_said", set())
    first = what not in said
    said.add(what)
    return first


@register.simple_tag
def ratio_geometry(bar):
    return charts.ratio_bar(_get(bar, "ratio"), _get(bar, "target"))


@register.simple_tag
def chart_geometry(chart):
    """Positions for components/chart.html, with every value also as text."""
    pairs = [(_get(s, "label"), list(_get(s, "values"))) for s in _get(chart, "series", ())]
    labels = [str(label) for label in _get(chart, "labels", ())]
    target = _get(chart, "target")
    urls = list(_get(chart, "urls", ()) or ())
    unit = _get(chart, "unit", "") or ""

    def words(value):
        if _get(chart, "percent"):
            return figures.percent(value, _get(chart, "decimals", 2), target)
        return figures.num(value)

    table = [
        {
            "label": label,
            "url": urls[i] if i < len(urls) else "",
            "cells": [words(values[i]) if i < len(values) else figures.EMPTY for _name, values in pairs],
        }
        for i, label in enumerate(labels)
    ]
    result = {"heads": [name for name, _values in pairs], "table": table, "unit": unit}
    if _get(chart, "kind") == "bar":
        rows = charts.bars(labels, pairs, urls)
        for row in rows:
            for bar in row["bars"]:
                bar["text"] = words(bar["value"])
        return result | {"rows": rows, "many": len(pairs) > 1}
    drawn = charts.line_chart(labels, pairs, target)
    axis = [
        {"y": t["y"], "text": figures.percent_short(t["value"]) if _get(chart, "percent") else figures.num(t["value"])}
        for t in drawn["ticks"]
    ]
    ends = [{"line": line, "text": words(line.last)} for line in drawn["lines"]]
    return result | drawn | {"axis": axis, "ends": ends, "many": len(drawn["lines"]) > 1}


@register.simple_tag
def stack_geometry(parts):
    parts = list(parts)
    drawn = charts.stack([(_get(p, "n"), _get(p, "tone", 1)) for p in parts])
    return [{"part": part, "at": at} for part, at in zip(parts, drawn)]


@register.simple_tag
def day_words(event):
    """A timeline event's date at its own precision (day, month or year)."""
    value, precision = _get(event, "date"), _get(event, "precision", "day")
    text = figures.iso(value)
    return {"month": text[:7], "year": text[:4]}.get(precision, text)


@register.simple_tag
def step_at(steps):
    """Where a stepper stands: number and label of the current (or blocked, or last) step, and how many there are."""
    steps = list(steps)
    for number, step in enumerate(steps, start=1):
        if _get(step, "state") in ("now", "blocked"):
            return {"number": number, "total": len(steps), "label": _get(step, "label")}
    return {"number": len(steps), "total": len(steps), "label": _get(steps[-1], "label") if steps else ""}


@register.simple_tag
def preset_words(key):
    return {"today": _("今天"), "month": _("上月末"), "year": _("去年末")}[key]


@register.simple_tag
def filter_chips(request, form):
    """Filters in force as (label, address without it), read from the address; the search box is not a chip."""
    chips = []
    for name, field in form.fields.items():
        if name == "q" or field.widget.is_hidden or not request:
            continue
        for value in request.GET.getlist(form.add_prefix(name)):
            if not value:
                continue
            words = _choice_words(form, name, field, value)
            rest = [v for v in request.GET.getlist(form.add_prefix(name)) if v != value]
            chips.append({"label": words, "url": url_with(request, **{form.add_prefix(name): rest or None})})
    return chips


def _choice_words(form, name, field, value):
    label = field.label or name
    if hasattr(field, "queryset"):
        chosen = getattr(form, "cleaned_data", {}).get(name)
        return _pair(label, chosen if chosen is not None and not hasattr(chosen, "__iter__") else value)
    for key, words in getattr(field, "choices", ()):
        for inner, inner_words in words if isinstance(words, list | tuple) else ((key, words),):
            if str(inner) == value:
                return _pair(label, inner_words)
    return str(label) if value in ("on", "true", "True", "1") else _pair(label, value)


def _pair(label, words) -> str:
    return _("%(label)s：%(words)s") % {"label": label, "words": words}


@register.simple_tag
def page_numbers(page):
    """Page numbers to offer: ``n`` (None for a gap) and ``near``, those a phone has room for."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [
        {"n": n if isinstance(n, int) else None, "near": isinstance(n, int) and abs(n - page.number) <= 1}
        for n in numbers
    ]
