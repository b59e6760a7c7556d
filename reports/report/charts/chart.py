"""What a chart is: its data, what it says in words, and its specification at a width."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

type Spec = dict[str, Any]
type Value = str | float | int | None

WIDE, NARROW = "wide", "narrow"  # on a desk and on paper; on a phone
WIDTHS = {WIDE: 720, NARROW: 330}
LEFT = {WIDE: 36, NARROW: 22}  # pixels: browsers' fonts are wider than those that labels are measured by

# Names of colours in static/css/report.css. None praises an end of a scale: blue, grey, ochre.
SIDES = ["var(--chart-1)", "var(--chart-2)", "var(--chart-3)"]
SIDES_OF_FIVE = ["var(--chart-1)", "var(--chart-4)", "var(--chart-2)", "var(--chart-5)", "var(--chart-3)"]
HEAT = [f"var(--heat-{number})" for number in range(1, 6)]
MARK, OTHER_MARK, GRID, BAND, OUTLINE = (
    "var(--chart-mark)",
    "var(--chart-other)",
    "var(--chart-grid)",
    "var(--chart-band)",
    "var(--chart-line)",
)
TEXT = "currentColor"


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """``columns`` and ``rows`` are all it shows, for the table below it and the CSV."""

    key: str
    title: str
    description: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    body: Callable[[str], Spec]

    def spec(self, variant: str) -> Spec:
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "width": WIDTHS[variant],
            "autosize": {"type": "fit-x", "contains": "padding"},
            "padding": {"left": LEFT[variant], "right": 12, "top": 2, "bottom": 2},
            "background": None,
            "config": _config(variant),
            **self.body(variant),
        }


def wrapped(text: str, most: int) -> list[str]:
    """An axis' title in lines."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def axis_title(text: str, variant: str) -> list[str]:
    return wrapped(text, 76 if variant == WIDE else 32)


def _config(variant: str) -> Spec:
    return {
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {
            "labelColor": TEXT,
            "titleColor": TEXT,
            "titleFontWeight": "normal",
            "labelFontSize": 13,
            "titleFontSize": 13,
            "gridColor": GRID,
            "domainColor": GRID,
            "tickColor": GRID,
            "labelLimit": 230 if variant == WIDE else 110,
            "labelPadding": 6,
            "titlePadding": 8,
        },
        "legend": {
            "labelColor": TEXT,
            "titleColor": TEXT,
            "labelFontSize": 13,
            "symbolStrokeColor": OUTLINE,
            "orient": "top",
            "title": None,
            "labelLimit": 240,
        },
        "text": {"color": TEXT, "fontSize": 13},
    }
