"""Shares that add up to one, as stacked bars with their numbers."""

from collections.abc import Mapping, Sequence

from reports.report.charts.chart import OUTLINE, SIDES, SIDES_OF_FIVE, TEXT, WIDE, Chart, Spec

ROOM_FOR_NUMBER = {"wide": 0.045, "narrow": 0.1}


def stacked(key: str, title: str, description: str, bars: Mapping[str, Mapping[str, float | None]]) -> Chart:
    """``bars``: name of the bar, then share by label. Bars without any share are left out of the drawing."""
    labels = list(next(iter(bars.values()))) if bars else []
    rows = [[name, *(shares.get(label) for label in labels)] for name, shares in bars.items()]
    return Chart(
        key=key,
        title=title,
        description=description,
        columns=["Group", *labels],
        rows=rows,
        body=lambda variant: _body(bars, labels, variant),
    )


def _body(bars: Mapping[str, Mapping[str, float | None]], labels: Sequence[str], variant: str) -> Spec:
    values = []
    for name, shares in bars.items():
        start = 0.0
        for place, label in enumerate(labels):
            share = shares.get(label) or 0.0
            values.append(
                {"bar": name, "label": label, "place": place, "start": start, "end": start + share, "share": share}
            )
            start += share
    axis = {"title": None, "domain": False, "ticks": False}
    shown = {"filter": f"datum.share >= {ROOM_FOR_NUMBER[variant]}"}
    return {
        "data": {"values": values},
        "height": {"step": 38 if variant == WIDE else 42},
        "encoding": {"y": {"field": "bar", "type": "nominal", "sort": list(bars), "axis": axis}},
        "layer": [
            {
                "mark": {"type": "bar", "stroke": OUTLINE, "strokeWidth": 1, "height": {"band": 0.72}},
                "encoding": {
                    "x": {
                        "field": "start",
                        "type": "quantitative",
                        "axis": {"title": None, "format": "%", "tickCount": 5},
                        "scale": {"domain": [0, 1], "nice": False},
                    },
                    "x2": {"field": "end"},
                    "color": {
                        "field": "label",
                        "type": "nominal",
                        "sort": list(labels),
                        "scale": {"domain": list(labels), "range": _colours(labels)},
                        "legend": {"columns": _legend_columns(labels, variant)},
                    },
                },
            },
            {
                "transform": [shown, {"calculate": "(datum.start + datum.end) / 2", "as": "middle"}],
                "mark": {"type": "text", "fontWeight": 600, "color": TEXT},
                "encoding": {
                    "x": {"field": "middle", "type": "quantitative"},
                    "text": {"field": "share", "type": "quantitative", "format": ".0%"},
                },
            },
        ],
    }


def _colours(labels: Sequence[str]) -> list[str]:
    return SIDES_OF_FIVE if len(labels) == len(SIDES_OF_FIVE) else SIDES[: len(labels)]


def _legend_columns(labels: Sequence[str], variant: str) -> int:
    """As many as have room: a legend is not broken into lines by itself."""
    longest = max((len(label) for label in labels), default=1)
    return max(1, min(len(labels), (84 if variant == WIDE else 34) // (longest + 4)))
