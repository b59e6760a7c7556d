"""Where mathematics stands in a text, as chats write it: found before Markdown takes its marks for its own.

``\\(..\\)``, ``\\[..\\]``, ``$..$``, ``$$..$$`` and ``\\begin{aligned}..\\end{aligned}``. A dollar that is money is none.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

# What closes a formula is looked for so far; those that are longer than people read are not converted (mathml.py).
FURTHEST = 20_000
_ENVIRONMENTS = (
    *("equation", "align", "aligned", "alignat", "alignedat", "gather", "gathered", "multline", "eqnarray", "split"),
    *("cases", "dcases", "rcases", "array", "smallmatrix"),
    *("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix"),
)
_MOST_WITHIN = 10  # environments of one name
_BEGIN = re.compile(rf"\\begin\{{((?:{'|'.join(_ENVIRONMENTS)})\*?)\}}")
_BEGINNING = re.compile(r"[\\$]")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_CLOSING = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
# What tells a formula from two sums of money: a command, a power, an index, an equation.
_TELLING = re.compile(r"[\\^_=<>+]")
# And what is cut off from brackets that are Markdown's.
_TELLING_OF_REST = re.compile(r"\\[A-Za-z]{2}|[\^_=]")
_WORDS = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}")
# Markdown's own way to write brackets that are none of its: "\\[1\\]", "\\(see below\\)".
_NUMBERS = re.compile(r"[\d\s,.-]+")
_WORD = re.compile(r"[^\W\d_]{4}")
# Stands for a bar of a formula while the parser cuts a row of a table at its bars. No text has this character.
BAR = "\ufdd0"


@dataclass(frozen=True, slots=True)
class Formula:
    source: str  # without what encloses it; an environment whole
    written: str  # as it stands in the text
    is_display: bool  # on a line of its own


def formula_at(text: str, position: int, *, over_blank_lines: bool = False) -> Formula | None:
    """The formula that begins exactly here."""
    two = text[position : position + 2]
    if two in _CLOSING:
        return _enclosed(text, position, two, _CLOSING[two], over_blank_lines=over_blank_lines)
    if two.startswith("$"):
        return _between_dollars(text, position)
    if begin := _BEGIN.match(text, position):
        return _environment(text, position, begin.group(1), over_blank_lines=over_blank_lines)
    return None


def unclosed_at(text: str, position: int) -> Formula | None:
    """A formula that is cut off, as answers are that reach their limit: all that is left of the text, for its source."""
    closing, length = closing_of(text, position)
    if not closing or _last_telling(text) < position + length or _last_of(closing, text) >= position + length:
        return None
    return _formula("", text[position:], is_display=False)


# Where the last one stands is asked at every mark of a text: looked for each time it would take the square of its length.
@lru_cache(maxsize=8)
def _last_telling(text: str) -> int:
    return max((found.start() for found in _TELLING_OF_REST.finditer(text)), default=-1)


@lru_cache(maxsize=8)
def _last_of(closing: str, text: str) -> int:
    return text.rfind(closing)


def closing_of(text: str, position: int) -> tuple[str, int]:
    """What ends the formula that begins here, and how long its beginning is. One dollar may be money and begins none."""
    two = text[position : position + 2]
    if closing := _CLOSING.get(two):
        return closing, 2
    begin = _BEGIN.match(text, position)
    return (f"\\end{{{begin[1]}}}", len(begin[0])) if begin else ("", 0)


def _enclosed(text: str, position: int, opening: str, closing: str, *, over_blank_lines: bool) -> Formula | None:
    start = position + 2
    end = find_closing(text, closing, start)
    source = text[start:end] if end >= 0 else ""
    if not source.strip() or (not over_blank_lines and _BLANK_LINE.search(source)):
        return None
    if opening != "$$" and _is_bracketed_text(source, opening):
        return None
    return _formula(source, text[position : end + 2], is_display=opening != "\\(")


def _is_bracketed_text(source: str, opening: str) -> bool:
    if _TELLING.search(source):
        return False
    return bool(_WORD.search(source)) or (opening == "\\[" and bool(_NUMBERS.fullmatch(source)))


def _formula(source: str, written: str, *, is_display: bool) -> Formula:
    return Formula(source.replace(BAR, "|"), written.replace(BAR, "|"), is_display)


def with_bars_hidden(line: str) -> str:
    """A row of a table, in which the bars of formulas are no bars of the table."""
    position = 0
    while (position := _next(line, position)) >= 0:
        formula = formula_at(line, position)
        if formula is None:
            position += 2 if line[position] == "\\" else 1
        else:
            end = position + len(formula.written)
            line = line[:position] + formula.written.replace("|", BAR) + line[end:]
            position = end
    return line


def _next(line: str, position: int) -> int:
    found = _BEGINNING.search(line, position)
    return found.start() if found else -1


def find_closing(text: str, closing: str, start: int) -> int:
    """The next one that no backslash escapes: in ``\\\\)`` the first of both belongs to a line break."""
    if _last_of(closing, text) < start:
        return -1
    limit = min(len(text), start + FURTHEST)
    at = text.find(closing, start, limit)
    while at >= 0 and _is_escaped(text, at, start):
        at = text.find(closing, at + 1, limit)
    return at


def _is_escaped(text: str, at: int, start: int) -> bool:
    before = at
    while before > start and text[before - 1] == "\\":
        before -= 1
    return (at - before) % 2 == 1


def _environment(text: str, position: int, name: str, *, over_blank_lines: bool) -> Formula | None:
    end = _end_of_environment(text, position, name)
    written = text[position:end]
    if not written or (not over_blank_lines and _BLANK_LINE.search(written)):
        return None
    return _formula(written, written, is_display=True)


def _end_of_environment(text: str, position: int, name: str) -> int:
    """Behind the end of this one and not of one of its name within it; where it begins if there is none."""
    depth = 0
    for found in re.compile(rf"\\(begin|end)\{{{re.escape(name)}\}}").finditer(text, position, position + FURTHEST):
        depth += 1 if found[1] == "begin" else -1
        if depth == 0:
            return found.end()
        if depth > _MOST_WITHIN:
            break
    return position


def _between_dollars(text: str, position: int) -> Formula | None:
    end = find_closing(text, "$", position + 1)
    source = text[position + 1 : end] if end >= 0 else ""
    before, after = text[position - 1 : position], text[end + 1 : end + 2]
    if not source.strip() or "\n\n" in source or before.isalnum() or after.isdigit() or after == "$":
        return None
    if source[0].isspace() != source[-1].isspace():
        return None
    return None if _is_money(source) else _formula(source, text[position : end + 1], is_display=False)


def _is_money(source: str) -> bool:
    """Words between two dollars, or a number before them: "$5 for the first and 3$"."""
    if _TELLING.search(source):
        return "`" in source
    return source[0].isspace() or bool(_WORDS.search(source)) or len(source) > 60
