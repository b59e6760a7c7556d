"""Markdown's parser is told of formulas: in a line, and on lines of their own."""

from collections.abc import Sequence

from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from .formulas import Formula, closing_of, find_closing, formula_at, unclosed_at
from .mathml import as_html, in_a_line, scrolling

_BEGINNINGS = ("$$", "\\[", "\\begin{")
_INTERRUPTS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
_PUNCTUATION = ".,;:"
_MOST_LINES = 300  # of a formula


def with_mathematics(parser: MarkdownIt) -> None:
    parser.inline.ruler.before("escape", "formula", _in_a_line)
    parser.block.ruler.before("fence", "formula", _on_lines, _INTERRUPTS)
    parser.add_render_rule("formula", _formula)
    parser.add_render_rule("formula_block", _formula)


def _in_a_line(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    if state.src[state.pos] not in "$\\":
        return False
    formula = formula_at(state.src, state.pos) or unclosed_at(state.src, state.pos)
    if formula is None:
        return False
    if not silent:
        state.push("formula", "math", 0).meta = {"formula": formula}
    state.pos += len(formula.written)
    return True


def _on_lines(state: StateBlock, first: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    """A formula that begins a line and ends another, in a list or a quotation too."""
    start = state.bMarks[first] + state.tShift[first]
    if state.is_code_block(first) or not state.src.startswith(_BEGINNINGS, start):
        return False
    closing, length = closing_of(state.src, start)
    ends = find_closing(state.src, closing, start + length) if closing else -1
    if ends < 0 or state.src.count("\n", start, ends) >= _MOST_LINES:
        return False
    text, last = _lines(state, first, end, closing, length)
    formula = formula_at(text, 0, over_blank_lines=True)
    if formula is None:
        return False
    lines = formula.written.count("\n") + 1
    behind = text[len(formula.written) :].partition("\n")[0].strip()
    if behind.strip(_PUNCTUATION) or first + lines > last:
        return False
    if not silent:
        token = state.push("formula_block", "math", 0)
        token.meta = {"formula": formula, "behind": behind}
        token.map = [first, first + lines]
        state.line = first + lines
    return True


def _lines(state: StateBlock, first: int, end: int, closing: str, looked_from: int) -> tuple[str, int]:
    """The lines of the block from here to the one that closes the formula, without their indent."""
    lines: list[str] = []
    line = first
    while line < min(end, first + _MOST_LINES):
        if line > first and not state.isEmpty(line) and state.sCount[line] < state.blkIndent:
            break
        lines.append(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])
        line += 1
        if find_closing(lines[-1], closing, looked_from) >= 0:
            break
        looked_from = 0
    return "\n".join(lines), line


def _formula(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    formula: Formula = token.meta["formula"]
    if token.type == "formula":
        return in_a_line(formula)
    return f'<div class="formula"{scrolling(formula)}>{as_html(formula)}{escape(token.meta["behind"])}</div>\n'
