"""Formulas as MathML: what can't be converted is shown as it was written, never a part of it.

The converter is a native one, so it gets nothing that is nested deeply or endlessly long.
"""

import re
from functools import cache

from django.utils.html import escape
from django.utils.translation import gettext as _
from math_core import LatexError, LatexToMathML

from .formulas import Formula

# Longer ones are no formulas that people read.
_LONGEST = 3_000
# Characters that fit on a phone, however wide they are.
_NARROW = 24
_MOST_DEPTH = 40
_MOST_COMMANDS = 400
_OPENS = re.compile(r"\\\\|\\[{}]|[{}]|\\left\b|\\right\b|\\begin\b|\\end\b")
_COMMAND = re.compile(r"\\[A-Za-z]+")
# Nothing is numbered, since nothing refers to it: what spans a line with its number becomes what stands in a line.
_RENAMED = {
    **dict.fromkeys(("align", "alignat", "eqnarray", "split", "alignedat"), "aligned"),
    **dict.fromkeys(("gather", "multline"), "gathered"),
    "smallmatrix": "matrix",
}
_ENVIRONMENT = re.compile(
    r"\\(begin|end)\{(align|alignat|alignedat|eqnarray|split|gather|multline|smallmatrix|equation)\*?\}"
)
_COLUMNS = re.compile(r"(\\begin\{aligned\})\{\d+\}")
_TAG = re.compile(r"\\tag\*?\{([^{}]*)\}")
_UNNUMBERED = re.compile(r"\\(?:nonumber|notag|label\{[^{}]*\})")
# What refers to other places, makes commands of its own, or has a blank line, where TeX ends a formula.
_REFUSED = re.compile(r"\\(?:(?:eq)?ref|(?:re)?newcommand|def|hspace|vspace)\b|\n[ \t]*\n")
_STYLE = re.compile(r' style="([^"]*)"')
# The policy forbids style attributes. What they say is said by classes (static/css/prose.css); a colour, or a width, is not.
_CLASSES = {
    "text-align: right": "math-end",
    "text-align: left": "math-start",
    "padding-right: 0": "math-close-end",
    "padding-left: 0": "math-close-start",
    "border-right: 0.05em solid currentcolor": "math-line-end",
    "border-left: 0.05em solid currentcolor": "math-line-start",
    "border-top: 0.05em solid currentcolor": "math-line-above",
    "border-bottom: 0.05em solid currentcolor": "math-line-below",
}
# What the converter writes, for the sanitizer that everything passes: nothing that links, loads or is styled.
ELEMENTS: dict[str, set[str]] = {
    "math": {"display"},
    "menclose": {"notation"},
    "mfrac": {"displaystyle", "linethickness", "scriptlevel"},
    "mi": {"mathvariant"},
    "mo": {"form", "lspace", "maxsize", "minsize", "movablelimits", "rspace", "stretchy", "symmetric"},
    "mover": {"accent"},
    "mrow": {"displaystyle", "scriptlevel"},
    "mspace": {"width"},
    "mtable": {"displaystyle", "scriptlevel"},
    "munder": {"accentunder"},
    "annotation": {"encoding"},
    **{
        name: set()
        for name in (
            *("semantics", "mn", "mtext", "msub", "msup", "msubsup", "munderover", "msqrt", "mroot", "mtr", "mtd"),
            *("mphantom", "mpadded", "mmultiscripts", "mprescripts"),
        )
    },
}
_FRAMED = {"math-line-end", "math-line-start", "math-line-above", "math-line-below"}
CLASSES: dict[str, set[str]] = {
    "mtd": set(_CLASSES.values()),
    "mtable": _FRAMED,
    "mrow": {"menclose-updiagonalstrike", "menclose-downdiagonalstrike"},
    "span": {"formula-source", "formula", "formula-in-line"},
    "div": {"formula"},
}


def as_html(formula: Formula) -> str:
    """MathML, or the source as it was written where that can't be."""
    mathml = to_mathml(formula)
    if mathml is not None:
        return mathml
    written = escape(formula.written)
    return f'<span class="formula-source">{written}</span>'


def in_a_line(formula: Formula) -> str:
    """The formula among words; one that may be wider than a phone scrolls in itself."""
    html = as_html(formula)
    if formula.is_display:
        return f'<span class="formula"{scrolling(formula)}>{html}</span>'
    if is_wide(formula):
        return f'<span class="formula-in-line"{scrolling(formula)}>{html}</span>'
    return html


def scrolling(formula: Formula) -> str:
    """What lets a keyboard scroll it, if it may have to."""
    return f' tabindex="0" role="group" aria-label="{escape(_("Formula"))}"' if is_wide(formula) else ""


def is_wide(formula: Formula) -> bool:
    return len(formula.source) > _NARROW


def to_mathml(formula: Formula) -> str | None:
    """The formula with its source beside it, for who copies it; None where it can't be converted whole."""
    source = formula.source
    if not source or len(source) > _LONGEST or _is_intricate(source) or _REFUSED.search(source):
        return None
    try:
        html = _converter().convert_with_local_state(_adapted(source), displaystyle=formula.is_display)
    except LatexError:
        return None
    return _with_source(_STYLE.sub(_classes, html), formula.written)


def _is_intricate(source: str) -> bool:
    if len(_COMMAND.findall(source)) > _MOST_COMMANDS:
        return True
    depth = deepest = 0
    for found in _OPENS.finditer(source):
        mark = found.group()
        if mark in {"{", "\\left", "\\begin"}:
            depth += 1
        elif mark in {"}", "\\right", "\\end"}:
            depth -= 1
        deepest = max(deepest, depth)
    return deepest > _MOST_DEPTH


def _adapted(source: str) -> str:
    """Environments that the converter knows; line breaks outside of one get one."""
    source = _ENVIRONMENT.sub(_renamed, _UNNUMBERED.sub("", source.strip()))
    source = _TAG.sub(r"\\qquad\\text{(\1)}", _COLUMNS.sub(r"\1", source)).strip()
    if "\\\\" in source and "\\begin" not in source:
        name = "aligned" if "&" in source else "gathered"
        return f"\\begin{{{name}}}{source}\\end{{{name}}}"
    return source


def _renamed(found: re.Match[str]) -> str:
    name = _RENAMED.get(found[2])
    return f"\\{found[1]}{{{name}}}" if name else ""


def _classes(found: re.Match[str]) -> str:
    said = {declaration.strip() for declaration in found[1].split(";")}
    names = [name for declaration, name in _CLASSES.items() if declaration in said]
    return f' class="{" ".join(names)}"' if names else ""


def _with_source(html: str, written: str) -> str:
    opening, _, rest = html.partition(">")
    inner = rest.removesuffix("</math>")
    note = f'<annotation encoding="application/x-tex">{escape(written)}</annotation>'
    return f"{opening}><semantics><mrow>{inner}</mrow>{note}</semantics></math>"


@cache
def _converter() -> LatexToMathML:
    return LatexToMathML(fancy_error=False)
