"""A drawing as a file of its own, which no stylesheet reaches."""

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from reports.report.charts.svg import SVG, written

_NAMED = re.compile(r"var\((--[a-z0-9-]+)\)")
# As static/css/report.css has them in light: for a file that no stylesheet reaches.
STANDALONE: Mapping[str, str] = {
    "--chart-1": "#9dc1e6",
    "--chart-2": "#dcdcd6",
    "--chart-3": "#e8c27a",
    "--chart-4": "#d3e3f3",
    "--chart-5": "#f5e4c3",
    "--heat-1": "#f3f3ef",
    "--heat-2": "#dbe7f3",
    "--heat-3": "#bdd5ec",
    "--heat-4": "#9dc1e6",
    "--heat-5": "#7aaad8",
    "--chart-mark": "#1f5a96",
    "--chart-other": "#a3610f",
    "--chart-grid": "#dcdcd6",
    "--chart-band": "#eeeeea",
    "--chart-line": "#6d7580",
}
INK, PAPER = "#1b1f24", "#ffffff"


def standalone(drawn: str, *, font: str = "sans-serif") -> str:
    """A drawing with colours of its own, as a file."""
    coloured = _NAMED.sub(lambda found: STANDALONE[found.group(1)], drawn).replace("currentColor", INK)
    root = ET.fromstring(coloured)  # noqa: S314 - drawn by ourselves, cleaned by _inline
    _left, _top, width, height = root.attrib["viewBox"].split()
    root.attrib.update({"width": width, "height": height, "font-family": font})
    root.insert(2, ET.Element(f"{{{SVG}}}rect", {"width": width, "height": height, "fill": PAPER}))
    return written(root)
