"""Steps up from where a system is to the best there is: each begins where the one before ended."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from reports.report.charts.chart import (
    BAND,
    MARK,
    OTHER_MARK,
    OUTLINE,
    TEXT,
    WIDE,
    Chart,
    Spec,
    Value,
    axis_title,
    wrapped,
)

FIRST, STEP, REST = "first", "step", "rest"
OF_NUMBER = 0.2  # of the width: the room that a number takes where there is little
FILLS = {FIRST: MARK, STEP: OTHER_MARK, REST: BAND}


@dataclass(frozen=True, slots=True)
class StepRow:
    """From ``start`` to ``end`` on the scale. ``low`` and ``high``: where it would end, with its interval; if it has one.

    ``kind``: the FIRST has no length, the REST is what no step reaches.
    """

    name: str
    start: float
    end: float
    low: float | None
    high: float | None
    kind: str = STEP

    @property
    def said(self) -> str:
        """The first as a place, the others as lengths."""
        value = self.end if self.kind == FIRST else self.end - self.start
        return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")

    @property
    def table(self) -> list[Value]:
        return [self.name, self.start, self.end, self.low, self.high]


def steps(key: str, title: str, description: str, rows: Sequence[StepRow], axis: str) -> Chart:
    """``axis``: what the scale means. A line marks its 0."""
    return Chart(
        key=key,
        title=title,
        description=description,
        columns=["Step", "From", "To", "Interval from", "Interval to"],
        rows=[row.table for row in rows],
        body=lambda variant: _body(rows, axis, variant),
    )


def _body(rows: Sequence[StepRow], axis: str, variant: str) -> Spec:
    places = [place for row in rows for place in (row.start, row.end, row.low, row.high) if place is not None]
    low, high = min(0.0, *places), max(0.0, *places)
    air = 0.05 * (high - low or 1)
    x = {
        "type": "quantitative",
        "scale": {"domain": [low - air, high + air], "nice": False, "zero": False},
        "axis": {
            "title": axis_title(axis, variant),
            "tickCount": 6 if variant == WIDE else 4,
            "format": "~g",
        },
    }
    y = {
        "field": "name",
        "type": "nominal",
        "sort": [row.name for row in rows],
        "axis": {"title": None, "domain": False, "ticks": False, "labelExpr": _label(rows, variant)},
    }
    return {
        "height": {"step": 40 if variant == WIDE else 46},
        "layer": _layers(rows, x, y),
    }


def _label(rows: Sequence[StepRow], variant: str) -> str:
    """Of a row its name, in lines where there is little room: an expression of the chart engine."""
    lines = [wrapped(row.name, 24 if variant == WIDE else 16) for row in rows]
    return f"{json.dumps(lines)}[indexof({json.dumps([row.name for row in rows])}, datum.value)]"


def _layers(rows: Sequence[StepRow], x: Spec, y: Spec) -> list[Spec]:
    values = [
        {"name": row.name, "start": row.start, "end": row.end, "kind": row.kind, "said": row.said, **_number(row, x)}
        for row in rows
    ]
    of_first, of_rest = ([each for each in values if (each["kind"] == FIRST) is first] for first in (True, False))
    whiskers = [{"name": row.name, "low": row.low, "high": row.high} for row in rows if None not in (row.low, row.high)]
    colour = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": list(FILLS), "range": list(FILLS.values())},
        "legend": None,
    }
    zero = {"mark": {"type": "rule", "color": TEXT, "strokeDash": [4, 3]}, "encoding": {"x": {"field": "at", **x}}}
    bar = {"type": "bar", "stroke": OUTLINE, "strokeWidth": 1, "height": {"band": 0.45}}
    return [
        {"data": {"values": [{"at": 0}]}, **zero},
        {
            "data": {"values": of_rest},
            "mark": bar,
            "encoding": {"x": {"field": "start", **x}, "x2": {"field": "end"}, "y": y, "color": colour},
        },
        {
            "data": {"values": whiskers},
            "mark": {"type": "rule", "strokeWidth": 2, "strokeCap": "round", "color": TEXT},
            "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, "y": y},
        },
        {
            "data": {"values": of_first},
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
            "encoding": {"x": {"field": "end", **x}, "y": y, "color": colour},
        },
        *(
            {
                "data": {"values": [each for each in values if each["align"] == align]},
                "mark": {"type": "text", "fontSize": 12, "fontWeight": 600, "color": TEXT, "align": align, "dx": aside},
                "encoding": {"x": {"field": "at", **x}, "y": y, "text": {"field": "said", "type": "nominal"}},
            }
            for align, aside in (("left", 8), ("center", 0))
        ),
    ]


def _number(row: StepRow, x: Spec) -> Spec:
    """Where its number stands: beside all that is drawn of it, and beyond the line at 0 if it ran through it; in the middle of the rest."""
    if row.kind == REST:
        return {"at": (row.start + row.end) / 2, "align": "center"}
    places = [place for place in (row.start, row.end, row.low, row.high) if place is not None]
    low, high = x["scale"]["domain"]
    crosses = max(places) <= 0 < max(places) + OF_NUMBER * (high - low)
    return {"at": 0.0 if crosses else max(places), "align": "left"}
