"""The one way in which Markdown that people or models wrote becomes HTML: guidelines, assistants' turns, responses."""

import re
from collections.abc import Sequence
from functools import cache

import nh3
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from .chats import has_few_addresses, has_footnotes, named, tick, with_bare_addresses, with_footnotes, with_named_images
from .code import CLASSES as CODE_CLASSES
from .code import highlighted
from .formulas import BAR, with_bars_hidden
from .mathml import CLASSES as FORMULA_CLASSES
from .mathml import ELEMENTS
from .rules import with_mathematics

# Longer texts, and those made of little but marks, would take the parser too long; they are shown as they are. The
# costliest text within these bounds takes 0.2 s.
LONGEST = 60_000
MOST_MARKS = 4_000
MOST_LINES = 5_000
MARKS = re.compile(r"[*_~`\[\]<>&\\|]")
# A row of a table gets all the cells of its header, so that 4 kB may say 100,000 of them.
MOST_CELLS = 2_000
NESTING = 20
# What comes out may be many times as long as what went in.
LONGEST_HTML = 200_000
# Texts stand under headings of the second level.
HIGHEST_HEADING = 3
LOWEST_HEADING = 6

LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
# Overrides can make a text read differently from what it says; isolates and embeddings are honest use.
UNSHOWN = str.maketrans("", "", f"\u202d\u202e{BAR}")

TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li"),
    *("strong", "em", "s", "code", "pre", "a", "table", "thead", "tbody", "tr", "th", "td"),
    *("sup", "div", "span", *ELEMENTS),
}
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href"},
    "ol": {"start"},
    "*": set(),
    **{name: {"aria-label"} for name in ("pre", "div", "span")},
    **ELEMENTS,
}
CLASSES: dict[str, set[str]] = {**FORMULA_CLASSES, "span": FORMULA_CLASSES["span"] | CODE_CLASSES}
# What scrolls sideways can be reached by keyboard.
FIXED_ATTRIBUTES = {
    **{name: {"tabindex": {"0"}, "role": {"group"}} for name in ("pre", "div", "span")},
    "table": {"tabindex": {"0"}},
}
CODE = '<pre tabindex="0" role="group" aria-label="{}"><code>{}</code></pre>\n'


class _TooIntricate(Exception):
    """Laid out it would be too much for a page, or the parser would leave some of it out."""


def render(text: str) -> SafeString:
    """Safe HTML of a Markdown text; one that can't be laid out as it was written, under a note that says so."""
    html = rendered(text)
    return note_of_plain_text() + plain(text) if html is None else html


def rendered(text: str) -> SafeString | None:
    """Safe HTML of a Markdown text, or None where it is too long or too intricate to be laid out.

    Raw HTML shows as text, images as their description, nothing is loaded.
    """
    if is_costly(text):
        return None
    try:
        written = text.translate(UNSHOWN)
        html = _parser(notes=has_footnotes(written), links=has_few_addresses(written)).render(written).replace(BAR, "|")
    except _TooIntricate:
        return None
    if len(html) > LONGEST_HTML:
        return None
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        tag_attribute_values=FIXED_ATTRIBUTES,
        allowed_classes=CLASSES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(cleaned)  # noqa: S308 - nh3 has just left nothing but the tags above


def note_of_plain_text() -> SafeString:
    return format_html(
        '<p class="plain-note">{}</p>',
        _("This text is too long or too intricate to be laid out. It is shown as it was written."),
    )


def is_costly(text: str) -> bool:
    if len(text) > LONGEST or text.count("\n") + text.count("\r") > MOST_LINES:
        return True
    return sum(1 for _ in MARKS.finditer(text)) > MOST_MARKS


def plain(text: str) -> SafeString:
    """The text as it was written, every space and line of it."""
    return format_html('<div class="as-written">{}</div>', text.translate(UNSHOWN))


@cache
def _parser(*, notes: bool, links: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "maxNesting": NESTING})
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.enable(["table", "strikethrough"])
    parser.validateLink = lambda url: bool(LINK.match(url))  # type: ignore[method-assign]
    with_mathematics(parser)
    if links:
        with_bare_addresses(parser)
    with_named_images(parser)
    if notes:
        with_footnotes(parser)
    parser.core.ruler.push("adapt_blocks", _adapt_blocks)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _code)
    return parser


def _table(state: StateBlock, first: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    """Count the cells of all tables of the text before any is made."""
    is_table = table(state, first, end, True)
    if silent or not is_table:
        return is_table
    last = first + 2
    while last < end and not state.isEmpty(last):
        last += 1
    columns = 1 + state.src.count("|", state.bMarks[first + 1], state.eMarks[first + 1])
    state.env["cells"] = state.env.get("cells", 0) + columns * (last - first - 1)
    if state.env["cells"] > MOST_CELLS:
        raise _TooIntricate
    _hide_bars_of_formulas(state, first, last)
    return table(state, first, end, silent)


def _hide_bars_of_formulas(state: StateBlock, first: int, last: int) -> None:
    for line in range(first, min(last, len(state.bMarks) - 1)):
        start, end = state.bMarks[line], state.eMarks[line]
        hidden = with_bars_hidden(state.src[start:end])
        state.src = state.src[:start] + hidden + state.src[end:]


def _adapt_blocks(state: StateCore) -> None:
    """A text can't outrank the headings of the page it stands on nor leave out a level, and its tables scroll by keyboard."""
    above: list[str] = []
    for index, token in enumerate(state.tokens):
        if token.type == "inline":
            tick(state.tokens, index)
        if token.nesting == 1 and token.level >= NESTING - 1:
            raise _TooIntricate  # what is nested deeper is left out by the parser
        if token.type == "table_open":
            token.attrSet("tabindex", "0")
        elif token.type == "heading_open":
            above = [*(tag for tag in above if tag < token.tag), token.tag]
            token.tag = f"h{min(HIGHEST_HEADING - 1 + len(above), LOWEST_HEADING)}"
            state.tokens[index + 2].tag = token.tag


def _image(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return f"[{escape(named(tokens[index]) or _('image'))}]"


def _code(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return CODE.format(escape(_("Code")), escape(tokens[index].content))


def _fence(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    language, code = tokens[index].info.strip().partition(" ")[0], tokens[index].content
    before = env.get("code", 0)
    env["code"] = before + len(code)
    return CODE.format(escape(_("Code")), highlighted(code, language, before=before))
