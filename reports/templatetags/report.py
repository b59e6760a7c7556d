"""Looking things up in the templates of the report."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """None for what is not there."""
    return mapping.get(key)


@register.filter
def svg(drawing: str | None) -> SafeString:
    """A chart that ``reports.report.charts.drawing`` has drawn and cleaned."""
    return mark_safe(drawing or "")  # noqa: S308 - our own drawing; texts in it were escaped by the XML writer


@register.filter
def block_template(kind: str) -> str:
    return f"reports/blocks/{kind}.html"
