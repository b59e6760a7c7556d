"""The agreement of every two raters, as a heat map with its numbers."""

from typing import Any

from reports.report.charts.chart import HEAT, NARROW, OUTLINE, TEXT, WIDE, Chart, Spec

STEPS = [0.2, 0.4, 0.6, 0.8]  # between the colours; below 0 is the first
ON_A_PHONE = 6  # raters; the table has all of them
ROOM = {WIDE: 60, NARROW: 18}  # letters above the columns; where names don't fit, columns are numbered


def heat_map(key: str, title: str, description: str, matrix: dict[str, Any]) -> Chart:
    names = unique_names([rater["name"] for rater in matrix["raters"]])
    values = [
        {"one": one, "other": other, "kappa": cell["value"]}
        for one, row in zip(names, matrix["cells"], strict=True)
        for other, cell in zip(names, row, strict=True)
        if cell is not None
    ]
    rows = [
        [name, *(None if cell is None else cell["value"] for cell in row)]
        for name, row in zip(names, matrix["cells"], strict=True)
    ]
    return Chart(
        key=key,
        title=title,
        description=description,
        columns=["Rater", *names],
        rows=rows,
        body=lambda variant: _body(names, values, variant),
    )


def unique_names(names: list[str]) -> list[str]:
    """Two raters of one name would share a row."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _body(names: list[str], values: list[dict[str, Any]], variant: str) -> Spec:
    chosen = names[:ON_A_PHONE] if variant == NARROW else names
    longest = max((len(name) for name in chosen), default=0)
    numbered = longest * len(chosen) > ROOM[variant]
    places = {name: str(place) for place, name in enumerate(chosen, start=1)}
    rows = {name: f"{places[name]}  {name}" if numbered else name for name in chosen}
    columns = {name: places[name] if numbered else name for name in chosen}
    shown = [
        {"row": rows[each["one"]], "column": columns[each["other"]], "kappa": each["kappa"]}
        for each in values
        if each["one"] in rows and each["other"] in columns and each["kappa"] is not None
    ]
    axis: Spec = {"title": None, "domain": False, "ticks": False, "labelAngle": 0}
    beside = axis if variant == WIDE else {**axis, "labelLimit": 84}
    below, above = list(rows.values()), list(columns.values())
    small = len(chosen) > 10 or (variant == NARROW and len(chosen) > 4)
    return {
        "data": {"values": shown},
        "height": {"step": 30 if small else 40},
        "encoding": {
            "x": {
                "field": "column",
                "type": "nominal",
                "sort": above,
                "scale": {"domain": above},
                "axis": {**axis, "orient": "top"},
            },
            "y": {"field": "row", "type": "nominal", "sort": below, "scale": {"domain": below}, "axis": beside},
        },
        "layer": [
            {
                "mark": {"type": "rect", "stroke": OUTLINE, "strokeWidth": 0.5},
                "encoding": {
                    "color": {
                        "field": "kappa",
                        "type": "quantitative",
                        "scale": {"type": "threshold", "domain": STEPS, "range": HEAT},
                        "legend": None,
                    }
                },
            },
            {
                "mark": {"type": "text", "fontSize": (11 if variant == WIDE else 10) if small else 13, "color": TEXT},
                "encoding": {"text": {"field": "kappa", "type": "quantitative", "format": ".2f"}},
            },
        ],
    }
