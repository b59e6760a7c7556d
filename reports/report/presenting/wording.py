"""Figures in words and digits. What is undefined says why and never shows a number."""

from typing import Any

type Figure = dict[str, Any]

NO_FIGURE = "\u2013"  # a dash
NOTHING: Figure = {"value": None, "n": 0, "low": None, "high": None, "reason": "Not computed."}


def share(estimate: Figure | None, *, digits: int = 1) -> str:
    return _written(estimate, lambda value: f"{_digits(100 * value, digits)} %")


def number(estimate: Figure | None, *, digits: int = 2) -> str:
    return _written(estimate, lambda value: _digits(value, digits))


def signed(estimate: Figure | None, *, digits: int = 2) -> str:
    return _written(estimate, lambda value: _signed(value, digits))


def percent_points(estimate: Figure | None) -> str:
    return _written(estimate, lambda value: f"{_signed(100 * value, 1)} points")


def interval(
    estimate: Figure | None, *, is_share: bool = False, digits: int | None = None, unit: str | None = None
) -> str:
    """'35.1 to 49.0 %', or nothing where there is none."""
    if estimate is None or estimate.get("low") is None or estimate.get("high") is None:
        return ""
    factor, usual, places = (100, " %", 1) if is_share else (1, "", 2)
    places = places if digits is None else digits
    low, high = (_digits(factor * estimate[end], places) for end in ("low", "high"))
    return f"{low} to {high}{usual if unit is None else unit}"


def reason(estimate: Figure | None) -> str:
    return NOTHING["reason"] if estimate is None else str(estimate.get("reason") or "")


def count(value: int | None) -> str:
    return NO_FIGURE if value is None else f"{value:,}".replace(",", "\u202f")


def many(value: int, noun: str, plural: str = "") -> str:
    return f"{count(value)} {noun if value == 1 else plural or noun + 's'}"


def _written(estimate: Figure | None, write: Any) -> str:
    if estimate is None or estimate.get("value") is None:
        return NO_FIGURE
    return str(write(estimate["value"]))


def _digits(value: float, digits: int) -> str:
    """With a minus of its own, and no minus before a zero."""
    written = f"{value:.{digits}f}"
    if float(written) == 0:
        written = written.removeprefix("-")
    return written.replace("-", "−")  # noqa: RUF001 - the minus sign is meant


def _signed(value: float, digits: int) -> str:
    written = _digits(value, digits)
    return written if written.startswith("−") or float(written) == 0 else f"+{written}"  # noqa: RUF001
