"""The planner's curves: how likely so many subjects, raters or prompts settle the question."""

from collections.abc import Sequence
from typing import Any

from reports.report.charts.chart import MARK, TEXT, WIDE, Chart, Spec

WANTED = 0.8


def chances(key: str, title: str, description: str, curve: Sequence[dict[str, Any]], *, lever: str) -> Chart:
    """``lever``: the key of a point's number, which is the name of the axis too."""
    return Chart(
        key=key,
        title=title,
        description=description,
        columns=[lever.capitalize(), "Chance of a verdict"],
        rows=[[point[lever], point["chance"]] for point in curve],
        body=lambda variant: _body(curve, lever, variant),
    )


def _body(curve: Sequence[dict[str, Any]], lever: str, variant: str) -> Spec:
    axis = {"title": lever.capitalize(), "tickCount": 6 if variant == WIDE else 3}
    x = {"field": lever, "type": "quantitative", "scale": {"zero": True}, "axis": axis}
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
                "data": {"values": [{"chance": WANTED}]},
                "mark": {"type": "rule", "color": TEXT, "strokeDash": [4, 3]},
                "encoding": {"y": y},
            },
            {"data": {"values": list(curve)}, "mark": line, "encoding": {"x": x, "y": y}},
        ],
    }
