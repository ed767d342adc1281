"""Geometry of the drawn figures: pure numbers in, positions out. Templates turn them into SVG.

Across, everything is a percentage of the width (so one drawing serves 1440 and 390 px); down, it is pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from portal.figures import exact

# Four ways to tell lines apart without colour (ux.md §4): dash pattern and marker shape.
DASHES = ("", "8 4", "2 4", "10 4 2 4")
MARKERS = ("circle", "square", "diamond", "ring")
TONES = 5
# Vertical distance two direct labels need to stay readable, in pixels.
LABEL_GAP = 18


def _pc(value: float) -> str:
    """A percentage for an SVG attribute: no float noise, no exponent."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def ratio_bar(ratio, target) -> dict:
    """Positions of a ratio and its target mark on a bar from 0 to 100 %.

    ``at`` is "above", "exact", "below" or "empty" by exact comparison. Labels near an edge are anchored inwards.
    """
    value, goal = exact(ratio), exact(target)
    mark = float(min(max(goal, Fraction(0)), Fraction(1))) * 100 if goal is not None else None
    result = {
        "mark": _pc(mark) if mark is not None else "",
        "mark_anchor": _anchor(mark or 0),
        "at": "empty",
        "fill": "0",
    }
    if value is None:
        return result
    fill = float(min(max(value, Fraction(0)), Fraction(1))) * 100
    at = "above" if goal is None or value > goal else ("exact" if value == goal else "below")
    return result | {"fill": _pc(fill), "fill_anchor": _anchor(fill), "at": at}


def _anchor(x: float) -> str:
    return "start" if x < 12 else ("end" if x > 88 else "middle")


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round axis values that enclose ``low``..``high``, about ``wanted`` of them, at least two."""
    if high <= low:
        high = low + (abs(low) or 1)
    rough = (high - low) / wanted
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(step * i, 10) for i in range(first, last + 1)]


@dataclass(frozen=True)
class Line:
    """One drawn series: ``runs`` are unbroken stretches as polyline points in a 100-wide box, ``dots`` its marks."""

    label: str
    runs: list[str]
    dots: list[dict]
    dash: str
    marker: str
    label_y: float
    last: object = None


def line_chart(labels: Sequence[str], series: Sequence, target=None, height: int = 190, top: int = 22) -> dict:
    """Lines over equal steps. ``series`` is (label, values) pairs, values may be None (a break in the line).

    Returns lines, y ticks, x labels, the target's y, and ``bottom``, in pixels within ``height``. Raises ValueError for
    more than four series: a fifth cannot be told apart.
    """
    if len(series) > len(DASHES):
        raise ValueError("a chart shows at most four series")
    bottom = height - 26
    known = [float(v) for _label, values in series for v in values if v is not None]
    if not known:
        return {"lines": [], "ticks": [], "x_labels": [], "target_y": None, "height": height, "bottom": bottom}
    bounds = [*known, float(target)] if target is not None else known
    axis = ticks(min(bounds), max(bounds))

    def y(value) -> float:
        return round(bottom - (float(value) - axis[0]) / (axis[-1] - axis[0]) * (bottom - top), 1)

    def x(index: int) -> float:
        return 2 + 96 * index / (len(labels) - 1) if len(labels) > 1 else 50

    lines = []
    for order, (label, values) in enumerate(series):
        runs, run, dots = [], [], []
        for index, value in enumerate(values):
            if value is None:
                runs, run = [*runs, run], []
                continue
            run.append(f"{_pc(x(index))},{y(value)}")
            dots.append({"x": _pc(x(index)), "y": y(value), "value": value, "label": labels[index]})
        runs.append(run)
        joined = [" ".join(part) for part in runs if len(part) > 1]
        if dots:
            lines.append(Line(label, joined, dots, DASHES[order], MARKERS[order], dots[-1]["y"], dots[-1]["value"]))
    return {
        "lines": _spread(lines, bottom),
        "ticks": [{"y": y(value), "value": value} for value in axis],
        "x_labels": _x_labels(labels, x),
        "target_y": y(target) if target is not None else None,
        "height": height,
        "bottom": bottom,
    }


def _spread(lines: list[Line], bottom: float) -> list[Line]:
    """Moves the end labels apart so that none covers another; keeps the given order of the lines."""
    placed, floor = {}, -math.inf
    for line in sorted(lines, key=lambda item: item.label_y):
        floor = max(line.label_y, floor + LABEL_GAP)
        placed[line.label] = floor
    over = max((y for y in placed.values()), default=0) - bottom
    shift = max(0, over)
    return [
        Line(item.label, item.runs, item.dots, item.dash, item.marker, round(placed[item.label] - shift, 1), item.last)
        for item in lines
    ]


def _x_labels(labels: Sequence[str], x) -> list[dict]:
    """At most six labels, first and last always; ``key`` marks the three a phone has room for."""
    count = len(labels)
    if not count:
        return []
    step = max(1, math.ceil((count - 1) / 5))
    shown = sorted({*range(0, count - 1, step), count - 1})
    if len(shown) > 2 and shown[-1] - shown[-2] < step:
        del shown[-2]
    keys = {shown[0], shown[len(shown) // 2], shown[-1]}
    anchors = {0: "start", count - 1: "end"} if count > 1 else {}
    return [
        {
            "x": _pc(x(i)),
            "text": labels[i],
            "anchor": anchors.get(i, "middle"),
            "key": i in keys and (i in anchors or count < 9),
        }
        for i in shown
    ]


def bars(labels: Sequence[str], series: Sequence, urls: Sequence[str] = ()) -> list[dict]:
    """Horizontal bars, one row a label: width in percent of the longest bar of all series."""
    if len(series) > TONES - 1:
        raise ValueError("a chart shows at most four series")
    longest = max((float(v) for _label, values in series for v in values if v is not None), default=0)
    return [
        {
            "label": label,
            "url": urls[index] if index < len(urls) else "",
            "bars": [
                {
                    "series": name,
                    "value": values[index],
                    "width": _pc(100 * float(values[index] or 0) / longest if longest else 0),
                    "tone": tone,
                }
                for tone, (name, values) in enumerate(series, start=1)
            ],
        }
        for index, label in enumerate(labels)
    ]


def stack(parts: Sequence) -> list[dict]:
    """A whole cut into (count, tone) parts: x and width in percent, ``room`` when the figure fits inside."""
    total = sum(count for count, _tone in parts)
    result, x = [], 0.0
    for count, tone in parts:
        width = 100 * count / total if total else 0
        room = width >= 3.5
        result.append(
            {"x": _pc(x), "width": _pc(width), "mid": _pc(x + width / 2), "n": count, "tone": tone, "room": room}
        )
        x += width
    return result
