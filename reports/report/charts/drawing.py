"""From a specification to SVG that may stand in a page under its content security policy."""

import re
from xml.etree import ElementTree as ET

import vl_convert

from reports.report.charts.chart import NARROW, WIDE, Chart
from reports.report.charts.svg import SVG, written

_TAGS = {"svg", "g", "path", "text", "tspan", "line", "rect", "circle", "defs", "clipPath"}
_ATTRIBUTES = {
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-miterlimit",
    "opacity",
    "fill-opacity",
    "stroke-opacity",
    "transform",
    "d",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "width",
    "height",
    "rx",
    "ry",
    "cx",
    "cy",
    "r",
    "dx",
    "dy",
    "font-size",
    "font-weight",
    "text-anchor",
    "viewBox",
    "clip-path",
    "id",
    "display",
}
_LOCAL = re.compile(r"url\(#(\w+)\)")


def draw(chart: Chart) -> dict[str, str]:
    """The chart for a desk and for a phone. Colours are names that the page's stylesheet knows."""
    return {variant: _inline(chart, variant) for variant in (WIDE, NARROW)}


def _inline(chart: Chart, variant: str) -> str:
    root = ET.fromstring(vl_convert.vegalite_to_svg(chart.spec(variant)))  # noqa: S314 - vl-convert wrote it
    clean = _cleaned(root, f"{chart.key}-{variant}-")
    clean.attrib.pop("width", None)
    clean.attrib.pop("height", None)
    named = {part: f"{chart.key}-{variant}-{part}" for part in ("title", "description")}
    clean.attrib |= {"role": "img", "aria-labelledby": " ".join(named.values()), "class": "chart__svg"}
    clean.insert(0, _words("title", named["title"], chart.title))
    clean.insert(1, _words("desc", named["description"], chart.description))
    return written(clean)


def _words(tag: str, identifier: str, text: str) -> ET.Element:
    element = ET.Element(f"{{{SVG}}}{tag}", {"id": identifier})
    element.text = text
    return element


def _cleaned(element: ET.Element, prefix: str) -> ET.Element:
    """Only what a chart needs: no style, link, script or event, and ids that are unique in the page."""
    kept = {name: _value(name, value, prefix) for name, value in element.attrib.items() if name in _ATTRIBUTES}
    clean = ET.Element(element.tag, kept)
    clean.text, clean.tail = element.text, element.tail
    clean.extend(_cleaned(child, prefix) for child in element if _local_name(child) in _TAGS)
    return clean


def _local_name(element: ET.Element) -> str:
    return element.tag.removeprefix(f"{{{SVG}}}")


def _value(name: str, value: str, prefix: str) -> str:
    if name == "id":
        return prefix + value
    return _LOCAL.sub(lambda found: f"url(#{prefix}{found.group(1)})", value)
