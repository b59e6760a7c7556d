"""The charts of a report, drawn."""

from collections.abc import Mapping
from typing import Any

from reports.report.charts.drawing import draw
from reports.report.presenting.document import document


def drawings(figures: dict[str, Any]) -> Mapping[str, dict[str, str]]:
    return {key: draw(chart) for key, chart in document(figures).charts.items()}
