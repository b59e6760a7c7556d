"""Where mathematics stands in a text, as chats write it: found before Markdown takes its marks for its own.

``\\(..\\)``, ``\\[..\\]``, ``$..$``, ``$$..$$`` and ``\\begin{aligned}..\\end{aligned}``. A dollar that is money is none.
"""

import re
from dataclasses import dataclass

# Longer ones are no formulas that people read.
LONGEST_FORMULA = 3_000
_ENVIRONMENTS = (
    *("equation", "align", "aligned", "alignat", "alignedat", "gather", "gathered", "multline", "eqnarray", "split"),
    *("cases", "dcases", "rcases", "array", "smallmatrix"),
    *("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix"),
)
_BEGIN = re.compile(rf"\\begin\{{((?:{'|'.join(_ENVIRONMENTS)})\*?)\}}")
_BEGINNING = re.compile(r"[\\$]")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_BRACKETS = {"\\(": "\\)", "\\[": "\\]"}
# What tells a formula from two sums of money: a command, a power, an index, an equation.
_TELLING = re.compile(r"[\\^_=<>+]")
_WORDS = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}")
# Markdown's own way to write brackets that are none of its: "\\[1\\]", "\\(see below\\)".
_NO_FORMULA = re.compile(r"\s*(?:[\d\s,.-]+|[^\\^_=<>+]*[^\W\d_]{4}[^\\^_=<>+]*)\s*")
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
    if two in _BRACKETS:
        return _enclosed(text, position, two, _BRACKETS[two], over_blank_lines=over_blank_lines)
    if two == "$$":
        return _enclosed(text, position, "$$", "$$", over_blank_lines=over_blank_lines)
    if two.startswith("$"):
        return _between_dollars(text, position)
    if begin := _BEGIN.match(text, position):
        return _environment(text, position, begin.group(1), over_blank_lines=over_blank_lines)
    return None


def _enclosed(text: str, position: int, opening: str, closing: str, *, over_blank_lines: bool) -> Formula | None:
    start = position + 2
    end = _find(text, closing, start)
    source = text[start:end] if end >= 0 else ""
    if not source.strip() or (not over_blank_lines and _BLANK_LINE.search(source)):
        return None
    if opening != "$$" and _NO_FORMULA.fullmatch(source):
        return None
    return _formula(source, text[position : end + 2], is_display=opening != "\\(")


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


def _find(text: str, closing: str, start: int) -> int:
    """The next one that no backslash escapes: in ``\\\\)`` the first of both belongs to a line break."""
    limit = min(len(text), start + LONGEST_FORMULA)
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
    closing = f"\\end{{{name}}}"
    at = text.find(closing, position, position + LONGEST_FORMULA)
    if at < 0:
        return None
    written = text[position : at + len(closing)]
    if not over_blank_lines and _BLANK_LINE.search(written):
        return None
    return _formula(written, written, is_display=True)


def _between_dollars(text: str, position: int) -> Formula | None:
    end = _find(text, "$", position + 1)
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
