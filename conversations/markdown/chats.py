"""What people know from chats beside plain Markdown: bare addresses, named images, ticked lists, footnotes."""

import re
from collections.abc import Callable, Sequence
from copy import copy

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline, image
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.footnote import footnote_plugin

_MOST_ADDRESSES = 200
_SCHEME = re.compile(r"//|mailto:", re.IGNORECASE)
_NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:", re.MULTILINE)
_NOTE_REFERENCE = re.compile(r"\[\^([^\]\s]+)\](?!:)")
_FOOTNOTES = {
    "footnote_block_open": "<hr>\n<ol>\n",
    "footnote_block_close": "</ol>\n",
    "footnote_open": "<li>",
    "footnote_close": "</li>\n",
    "footnote_anchor": "",
}
_BOX = re.compile(r"\[([ xX])\] ")
_BOXES = {" ": "\N{BALLOT BOX} ", "x": "\N{BALLOT BOX WITH CHECK} "}


def has_few_addresses(text: str) -> bool:
    """What looks for addresses takes a time that grows with the square of what may be one."""
    return len(_SCHEME.findall(text)) <= _MOST_ADDRESSES


def with_bare_addresses(parser: MarkdownIt) -> None:
    """Only those that say their scheme: "e.g." and "file.py" are no addresses."""
    parser.enable("linkify")
    if parser.linkify is not None:
        parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})


def with_named_images(parser: MarkdownIt) -> None:
    """An image is its description whatever its address is, since none is fetched: a file's name, data, a sandbox."""
    anything_goes = copy(parser)
    anything_goes.validateLink = lambda url: True  # type: ignore[method-assign]

    def of_any_address(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
        before, state.md = state.md, anything_goes
        try:
            return image(state, silent)
        finally:
            state.md = before

    parser.inline.ruler.at("image", of_any_address)


def named(shown: Token) -> str:
    """The words of an image's description."""
    if shown.children:
        return "".join(named(child) for child in shown.children)
    if formula := shown.meta.get("formula"):
        return str(formula.written)
    return "\n" if shown.type in {"softbreak", "hardbreak"} else shown.content


def has_footnotes(text: str) -> bool:
    """Whether every note is referred to: the parser leaves out the others, and no word of a text may be lost."""
    notes = set(_NOTE.findall(text))
    return bool(notes) and notes <= set(_NOTE_REFERENCE.findall(text))


def with_footnotes(parser: MarkdownIt) -> None:
    """Footnotes are numbers without links: two texts on one page would share the targets."""
    parser.use(footnote_plugin, inline=False)
    parser.add_render_rule("footnote_ref", _reference)
    for name, html in _FOOTNOTES.items():
        parser.add_render_rule(name, _always(html))


def tick(tokens: Sequence[Token], index: int) -> None:
    """A box at the beginning of a list's item, as a character that is read aloud."""
    inline = tokens[index]
    if index < 2 or tokens[index - 2].type != "list_item_open" or not inline.children:
        return
    first = inline.children[0]
    if first.type == "text" and (found := _BOX.match(first.content)):
        first.content = _BOXES[found[1].lower()] + first.content[found.end() :]


def _reference(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return f"<sup>[{tokens[index].meta['id'] + 1}]</sup>"


def _always(html: str) -> Callable[..., str]:
    def rule(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return html

    return rule
