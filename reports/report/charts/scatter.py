"""Precision against recall, a point for each rater or system."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.report.charts.chart import MARK, OTHER_MARK, TEXT, WIDE, Chart, Spec

KINDS = {"human": "circle", "model": "diamond", "system": "square"}
COLOURS = {"human": MARK, "model": OTHER_MARK, "system": TEXT}

LINE = 0.055  # a line of text, in parts of the chart's height
NARROW_NAME = 110  # pixels that a name may take on a phone


@dataclass(frozen=True, slots=True)
class Point:
    name: str
    kind: str
    precision: float | None
    recall: float | None
    f1: float | None


def precision_and_recall(key: str, title: str, description: str, points: Sequence[Point]) -> Chart:
    return Chart(
        key=key,
        title=title,
        description=description,
        columns=["Name", "Kind", "Precision", "Recall", "F1"],
        rows=[[point.name, point.kind, point.precision, point.recall, point.f1] for point in points],
        body=lambda variant: _body(points, variant),
    )


def _body(points: Sequence[Point], variant: str) -> Spec:
    values = [
        {
            "name": point.name,
            "kind": point.kind,
            "precision": point.precision,
            "recall": point.recall,
        }
        for point in points
        if point.precision is not None and point.recall is not None
    ]
    named = _placed([each for each in values if each["kind"] != "human"], sides_meet=variant != WIDE)
    x = {"field": "recall", "type": "quantitative", "scale": {"domain": [0, 1.02], "nice": False}}
    y = {"field": "precision", "type": "quantitative", "scale": {"domain": [0, 1.02], "nice": False}}
    labels = [
        {
            "transform": [{"filter": f"datum.side == '{side}'"}],
            "data": {"values": named},
            "mark": {
                "type": "text",
                "align": "right" if side == "left" else "left",
                "dx": shift,
                "color": TEXT,
                **({} if variant == WIDE else {"limit": NARROW_NAME}),
            },
            "encoding": {"x": x, "y": {**y, "field": "height"}, "text": {"field": "name"}},
        }
        for side, shift in (("left", -10), ("right", 10))
    ]
    kinds = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": list(KINDS), "range": list(KINDS.values())},
        "legend": {},
    }
    colours = {**kinds, "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())}}
    return {
        "height": 340 if variant == WIDE else 280,
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 0.9},
                "encoding": {
                    "x": {
                        **x,
                        "axis": {"title": "Recall: share of the yes-units found", "format": "%", "tickCount": 5},
                    },
                    "y": {**y, "axis": {"title": "Precision", "format": "%", "tickCount": 5}},
                    "shape": kinds,
                    "color": colours,
                },
            },
            *(labels if len(named) <= 12 else []),
        ],
    }


def _placed(points: list[dict[str, Any]], *, sides_meet: bool) -> list[dict[str, Any]]:
    """Names beside their points, on the side with more room, pushed down where they would lie over another.

    On a narrow chart names to the left of one point reach those to the right of another: no two share a line.
    """
    placed: list[dict[str, Any]] = []
    lowest = {"left": 2.0, "right": 2.0}
    for point in sorted(points, key=lambda each: -each["precision"]):
        free = max(lowest, key=lambda side: lowest[side])
        crowded = abs(lowest["left"] - lowest["right"]) > LINE
        side = free if crowded else ("left" if point["recall"] > 0.6 else "right")
        lowest[side] = min(point["precision"], lowest[side] - LINE)
        if sides_meet:
            lowest = dict.fromkeys(lowest, lowest[side])
        placed.append({**point, "side": side, "height": max(lowest[side], 0.0)})
    return placed
