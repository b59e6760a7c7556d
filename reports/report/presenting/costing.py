"""What personalizing adds to one response: seconds, tokens and money, as far as the responses came with them."""

from functools import partial
from typing import Any

from django.utils.text import get_text_list

from reports.report.presenting import wording
from reports.report.presenting.blocks import Cell, Stat, stat

SECONDS = 1000
NOT_STATED = "The responses came without this."
DIGITS = {"seconds": 2, "tokens": 0, "money": 4}


def cost_stats(cost: dict[str, Any] | None) -> list[Stat]:
    """What is known, and in one line what is not."""
    extra = extras(cost)
    known = {unit: figure for unit, figure in extra.items() if figure["value"] is not None}
    unknown = [unit for unit in DIGITS if unit not in known]
    stats = [
        stat(f"Extra {unit} for a response", figure, partial(wording.signed, digits=DIGITS[unit]), digits=DIGITS[unit])
        for unit, figure in known.items()
    ]
    if unknown:
        stats.append(Stat(f"Extra {get_text_list(unknown, 'and')} for a response", wording.NO_FIGURE, NOT_STATED))
    return stats


def cost_words(cost: dict[str, Any] | None) -> list[str]:
    """One sentence of what is known."""
    known = [
        f"{wording.signed(figure, digits=DIGITS[unit])} {unit}"
        for unit, figure in extras(cost).items()
        if figure["value"] is not None
    ]
    return [f"Personalizing adds to a response: {', '.join(known)}."] if known else []


def cost_cell(cost: dict[str, Any] | None, unit: str) -> Cell:
    figure, digits = extras(cost).get(unit), DIGITS[unit]
    return Cell(wording.signed(figure, digits=digits), wording.interval(figure, digits=digits), is_number=True)


def extras(cost: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """By unit; nothing where no response was compared."""
    if cost is None:
        return {}
    return {
        "seconds": _seconds(cost["latency_ms"]["extra"]),
        "tokens": cost["tokens"]["extra"],
        "money": cost["money"]["extra"],
    }


def _seconds(estimate: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value / SECONDS if name in {"value", "low", "high"} and value is not None else value
        for name, value in estimate.items()
    }
