"""The planner's curve: how likely so many subjects settle the question."""

from collections.abc import Sequence
from typing import Any

from reports.charts.chart import MARK, TEXT, WIDE, Chart, Spec


def chances(key: str, title: str, description: str, curve: Sequence[dict[str, Any]], wanted: float = 0.8) -> Chart:
    return Chart(
        key=key,
        title=title,
        description=description,
        columns=["Subjects", "Chance of a verdict"],
        rows=[[point["subjects"], point["chance"]] for point in curve],
        body=lambda variant: _body(curve, wanted, variant),
    )


def _body(curve: Sequence[dict[str, Any]], wanted: float, variant: str) -> Spec:
    x = {"field": "subjects", "type": "quantitative", "axis": {"title": "Subjects", "tickCount": 6}}
    y = {
        "field": "chance",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"title": "Chance of a verdict", "format": "%", "tickCount": 5},
    }
    line = {"type": "line", "color": MARK, "strokeWidth": 2.5, "point": {"size": 60, "filled": True, "fill": MARK}}
    return {
        "height": 260 if variant == WIDE else 220,
        "layer": [
            {
                "data": {"values": [{"chance": wanted}]},
                "mark": {"type": "rule", "color": TEXT, "strokeDash": [4, 3]},
                "encoding": {"y": y},
            },
            {"data": {"values": list(curve)}, "mark": line, "encoding": {"x": x, "y": y}},
        ],
    }
