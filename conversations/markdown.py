"""The one way in which Markdown that people or models wrote becomes HTML: guidelines, assistants' turns, responses."""

import re
from collections.abc import Sequence
from functools import cache

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# Longer texts, and those made of little but marks, would take the parser too long; they are shown as they are.
LONGEST = 60_000
MOST_MARKS = 4_000
MOST_LINES = 5_000
MARKS = re.compile(r"[*_~`\[\]<&\\|]")
NESTING = 20
HEADINGS_LOWERED_BY = 2
LOWEST_HEADING = 6

LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
# Overrides can make a text read differently from what it says; isolates and embeddings are honest use.
BIDI_OVERRIDES = str.maketrans("", "", "\u202d\u202e")

TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li"),
    *("strong", "em", "s", "code", "pre", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES: dict[str, set[str]] = {"a": {"href"}, "ol": {"start"}, "*": set()}
# What scrolls sideways can be reached by keyboard.
FIXED_ATTRIBUTES = {
    "pre": {"tabindex": {"0"}, "role": {"region"}, "aria-label": {"Code"}},
    "table": {"tabindex": {"0"}},
}
CODE = '<pre tabindex="0" role="region" aria-label="Code"><code>{}</code></pre>\n'


def render(text: str) -> SafeString:
    """Safe HTML of a Markdown text. Raw HTML shows as text, images as their description, nothing is loaded."""
    text = text.translate(BIDI_OVERRIDES)
    html = plain(text) if is_costly(text) else _parser().render(text)
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        tag_attribute_values=FIXED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(cleaned)  # noqa: S308 - nh3 has just left nothing but the tags above


def is_costly(text: str) -> bool:
    if len(text) > LONGEST or text.count("\n") + text.count("\r") > MOST_LINES:
        return True
    return sum(1 for _ in MARKS.finditer(text)) > MOST_MARKS


def plain(text: str) -> str:
    """The text without any Markdown, its paragraphs and lines kept."""
    paragraphs = re.split(r"\n[ \t\r]*\n\s*", text.strip())
    return "".join(f"<p>{escape(paragraph).replace('\n', '<br>')}</p>" for paragraph in paragraphs)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": NESTING})
    parser.enable(["table", "strikethrough"])
    parser.validateLink = lambda url: bool(LINK.match(url))  # type: ignore[method-assign]
    parser.core.ruler.push("adapt_blocks", _adapt_blocks)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("code_block", _code)
    return parser


def _adapt_blocks(state: StateCore) -> None:
    """A text can't outrank the headings of the page it stands on, and its tables can be scrolled by keyboard."""
    for token in state.tokens:
        if token.type == "table_open":
            token.attrSet("tabindex", "0")
        elif token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + HEADINGS_LOWERED_BY, LOWEST_HEADING)}"


def _image(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    description = renderer.renderInlineAsText(tokens[index].children, options, env)
    return f"[{escape(description or 'image')}]"


def _code(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return CODE.format(escape(tokens[index].content))
