"""Values with their intervals, one row each, against a reference."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.report.charts.chart import BAND, MARK, NARROW, OTHER_MARK, TEXT, WIDE, Chart, Spec, axis_title, wrapped

HUMANS, MODELS = "humans", "models"
ARMS, CONTRASTS = "arm", "arm minus arm"
NEAR, ASIDE = 0.035, 22
SHAPES = {HUMANS: "circle", MODELS: "diamond", ARMS: "circle", CONTRASTS: "diamond"}
COLOURS = {HUMANS: MARK, MODELS: OTHER_MARK, ARMS: MARK, CONTRASTS: OTHER_MARK}
LABEL_WIDTHS = {WIDE: 34, NARROW: 15}  # characters of a name on one line
LINE, ROW = 15, {WIDE: 34, NARROW: 44}  # pixels


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """``thick`` is a narrower interval drawn over the first (90 % over 95 %)."""

    name: str
    estimate: dict[str, Any]
    series: str = HUMANS
    thick: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """``band``: from, to. ``reference``: where a line says "nothing" or "fair"."""

    title: str
    domain: tuple[float, float] | None = None
    reference: float | None = None
    band: tuple[float, float] | None = None
    is_share: bool = False

    @property
    def number_format(self) -> str:
        return ".0%" if self.is_share else ".2f"


def intervals(key: str, title: str, description: str, rows: Sequence[IntervalRow], scale: Scale) -> Chart:
    """Rows that are undefined stay in the table and are left out of the drawing."""
    table = [
        [row.name, row.estimate["value"], row.estimate["low"], row.estimate["high"], row.estimate["n"]] for row in rows
    ]
    drawn = [row for row in rows if row.estimate["value"] is not None]
    return Chart(
        key=key,
        title=title,
        description=description,
        columns=["Name", "Value", "From", "To", "n"],
        rows=table,
        body=lambda variant: _body(drawn, scale, variant),
    )


def _body(rows: Sequence[IntervalRow], scale: Scale, variant: str) -> Spec:
    low, high = domain(rows, scale)
    x = {
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {
            "title": axis_title(scale.title, variant),
            "tickCount": 6 if variant == WIDE else 4,
            "format": "%" if scale.is_share else "~g",
        },
    }
    lines = {row.name: wrapped(row.name, LABEL_WIDTHS[variant]) for row in rows}
    y = {
        "field": "name",
        "type": "nominal",
        "sort": [row.name for row in rows],
        "axis": {"title": None, "domain": False, "ticks": False, **_wrapped_labels(lines)},
    }
    highest = max((len(each) for each in lines.values()), default=1)
    return {
        "height": {"step": max(ROW[variant], LINE * highest + 10)},
        "layer": [*_background(scale, x), *_lines(rows, x, y), *_points(rows, scale, x, y, variant)],
    }


def _wrapped_labels(lines: dict[str, list[str]]) -> Spec:
    """By name, in lines of which the middle stands beside the mark: the first one would."""
    higher = {name: LINE * (len(each) - 1) / 2 for name, each in lines.items() if len(each) > 1}
    offset = {
        "condition": [
            {"test": f"datum.value === {json.dumps(name)}", "value": -height} for name, height in higher.items()
        ],
        "value": 0,
    }
    labels: Spec = {"labelExpr": f"{json.dumps(lines)}[datum.label]"}
    return labels | ({"labelOffset": offset} if higher else {})


def domain(rows: Sequence[IntervalRow], scale: Scale) -> tuple[float, float]:
    """Everything fits, the reference and the band too, with a little air."""
    if scale.domain is not None:
        return scale.domain
    values = [
        value
        for row in rows
        for value in (row.estimate["value"], row.estimate["low"], row.estimate["high"])
        if value is not None
    ]
    values += [value for value in (scale.reference, *(scale.band or ())) if value is not None]
    if not values:
        return 0.0, 1.0
    air = 0.12 * (max(values) - min(values)) or 0.5
    return min(values) - air, max(values) + air


def _background(scale: Scale, x: Spec) -> list[Spec]:
    layers: list[Spec] = []
    if scale.band is not None:
        layers.append(
            {
                "data": {"values": [{"from": scale.band[0], "to": scale.band[1]}]},
                "mark": {"type": "rect", "fill": BAND},
                "encoding": {"x": {"field": "from", **x}, "x2": {"field": "to"}},
            }
        )
    if scale.reference is not None:
        layers.append(
            {
                "data": {"values": [{"at": scale.reference}]},
                "mark": {"type": "rule", "color": TEXT, "strokeDash": [4, 3]},
                "encoding": {"x": {"field": "at", **x}},
            }
        )
    return layers


def _lines(rows: Sequence[IntervalRow], x: Spec, y: Spec) -> list[Spec]:
    thin = [_ends(row, row.estimate) for row in rows if row.estimate["low"] is not None]
    thick = [_ends(row, row.thick) for row in rows if row.thick and row.thick["low"] is not None]
    return [
        {
            "data": {"values": values},
            "mark": {"type": "rule", "strokeWidth": width, "strokeCap": "round"},
            "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, "y": y, "color": _colour(rows)},
        }
        for values, width in ((thin, 2), (thick, 5))
        if values
    ]


def _ends(row: IntervalRow, estimate: dict[str, Any]) -> dict[str, Any]:
    return {"name": row.name, "series": row.series, "low": estimate["low"], "high": estimate["high"]}


def _points(rows: Sequence[IntervalRow], scale: Scale, x: Spec, y: Spec, variant: str) -> list[Spec]:
    values = [
        {
            "name": row.name,
            "series": row.series,
            "value": row.estimate["value"],
            "aside": _aside(row.estimate["value"], rows, scale),
        }
        for row in rows
    ]
    series = _series(rows)
    shape = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": series, "range": [SHAPES[each] for each in series]},
        "legend": {} if len(series) > 1 else None,
    }
    return [
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
            "encoding": {"x": {"field": "value", **x}, "y": y, "color": _colour(rows), "shape": shape},
        },
        {
            "data": {"values": values},
            "mark": {
                "type": "text",
                "dx": {"expr": "datum.aside"},
                "dy": -11 if variant == WIDE else -13,
                "fontSize": 12,
            },
            "encoding": {
                "x": {"field": "value", **x},
                "y": y,
                "text": {"field": "value", "type": "quantitative", "format": scale.number_format},
            },
        },
    ]


def _aside(value: float, rows: Sequence[IntervalRow], scale: Scale) -> int:
    """How far a number steps aside, in pixels, so that the reference line does not run through it."""
    low, high = domain(rows, scale)
    if scale.reference is None or abs(value - scale.reference) > NEAR * (high - low):
        return 0
    return ASIDE if value >= scale.reference else -ASIDE


def _series(rows: Sequence[IntervalRow]) -> list[str]:
    """Those that are there, in one order."""
    present = {row.series for row in rows}
    return [each for each in SHAPES if each in present]


def _colour(rows: Sequence[IntervalRow]) -> Spec:
    series = _series(rows)
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": series, "range": [COLOURS[each] for each in series]},
        "legend": {} if len(series) > 1 else None,
    }
