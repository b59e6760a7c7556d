import re
import time
from html.parser import HTMLParser

import pytest
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from conversations.markdown import (
    ATTRIBUTES,
    CLASSES,
    FIXED_ATTRIBUTES,
    LONGEST,
    LONGEST_HTML,
    MOST_CELLS,
    TAGS,
    render,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<style>* { display: none }</style>",
    "<p style='position: fixed' id=main class=page onclick=alert(1)>x</p>",
    "<iframe src='https://example.org'></iframe>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form action='https://example.org'><input name=q><button>go</button></form>",
    "<base href='https://example.org'><meta http-equiv=refresh content='0;url=https://example.org'>",
    "<!-- comment --> text <!-- <script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](//example.org/without-scheme)",
    "[x](/accounts/logout/)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "[x]\n\n[x]: javascript:alert(1)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    '[x](https://example.org "quote&quot; onmouseover=alert(1)")',
    '[x](https://example.org/"onmouseover="alert(1))',
    '``` "><script>alert(1)</script>\ncode\n```',
    '```js" onclick="alert(1)\ncode\n```',
    "| a |\n| - |\n| <script>alert(1)</script> |",
    "# <img src=x onerror=alert(1)>",
    "`<script>alert(1)</script>`",
    "\x00<script\x00>alert(1)</script>",
]


# What a text that can't be laid out stands in.
OURS = [("p", {"class": "plain-note"}), ("div", {"class": "as-written"})]


class Elements(HTMLParser):
    """Every element and attribute a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.comments: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def assert_harmless(html: str) -> None:
    seen = Elements(html)
    assert seen.comments == []
    for tag, attributes in seen.found:
        if (tag, attributes) in OURS:
            continue
        assert tag in TAGS
        allowed = {"rel", "target", "class"} | ATTRIBUTES.get(tag, set()) | set(FIXED_ATTRIBUTES.get(tag, {}))
        assert set(attributes) <= allowed
        assert attributes.get("target", "_blank") == "_blank"
        assert set((attributes.get("class") or "").split()) <= CLASSES.get(tag, set())
        if "href" in attributes:
            assert re.match(r"(https?://|mailto:)", attributes["href"] or "", re.IGNORECASE)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_becomes_harmless(text):
    assert_harmless(render(text))


@given(st.lists(st.sampled_from([*HOSTILE, "\n", "\n\n", "> ", "- ", "*", "`", "](", "<", "\\", "| "]), max_size=6))
def test_hostile_texts_in_any_mixture_become_harmless(parts):
    assert_harmless(render("".join(parts)))


@given(st.text(max_size=200))
def test_any_text_becomes_harmless(text):
    assert_harmless(render(text))


def test_raw_html_shows_as_text():
    assert render("<b>bold</b>") == "<p>&lt;b&gt;bold&lt;/b&gt;</p>\n"


def test_usual_markdown_is_rendered():
    assert render("**a** *b* ~~c~~ `d`") == ("<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>\n")


@pytest.mark.parametrize(
    ("marks", "levels"),
    [
        ("#", "3"),
        ("##", "3"),
        ("# ##", "34"),
        ("# ### ##", "344"),
        ("## # ###", "334"),
        ("# ## ### #### ##### #", "345663"),
    ],
)
def test_headings_stand_below_those_of_the_page_and_leave_no_level_out(marks, levels):
    html = render("\n\n".join(f"{mark} Title" for mark in marks.split()))
    assert re.findall(r"<h(\d)>Title</h\1>", html) == list(levels)


def test_code_can_be_scrolled_by_keyboard():
    assert render("```python\na < b\n```") == (
        '<pre tabindex="0" role="group" aria-label="Code"><code>a &lt; b\n</code></pre>\n'
    )


def test_table_can_be_scrolled_by_keyboard():
    assert render("|a|\n|:-:|\n|b|").startswith('<table tabindex="0">\n<thead>\n<tr>\n<th>a</th>')


def test_same_text_gives_same_bytes():
    text = "```\na\n```\n\n|a|\n|-|\n\n[a](http://b)"
    assert len({render(text) for _ in range(20)}) == 1


def test_override_of_direction_is_dropped():
    assert render("pay \u202e001$\u202c now") == "<p>pay 001$\u202c now</p>\n"


def test_right_to_left_text_is_kept():
    assert render("\u2067\u05e9\u05dc\u05d5\u05dd\u2069") == "<p>\u2067\u05e9\u05dc\u05d5\u05dd\u2069</p>\n"


def test_long_text_is_shown_as_it_is_and_says_so():
    text = "**a** <b>\n\n" * LONGEST
    note, rest = render(text).split("</p>", 1)
    assert "shown as it was written" in note
    assert rest == f'<div class="as-written">{escape(text)}</div>'


def table(columns: int, rows: int) -> str:
    return "|" * (columns + 1) + "\n" + "|-" * columns + "|\n" + "|\n" * rows


# Few characters that would make many elements, or that the parser would drop.
INTRICATE = {
    "a table whose rows are filled up": table(60, 1900),
    "a short one": table(45, 50),
    "many small ones": (table(10, 12) + "\n") * 20,
    "tables in quotes": "".join(f"> {line}\n" for line in table(60, 200).splitlines()),
    "tables in a list": "".join(f"- {table(1, 2)}\n" for _ in range(800)),
    "one column": "|a|\n|-|\n" + "a\n" * 4_000,
    "quotes in quotes": ("> " * 18 + "a\n\n") * 1_200,
    "characters that are escaped": '"' * 59_000,
    "nested deeper than the parser goes": "> " * 30 + "the end",
}


@pytest.mark.parametrize("text", INTRICATE.values(), ids=INTRICATE)
def test_what_would_make_many_elements_of_few_characters_is_shown_as_it_is(text):
    html = render(text)
    assert html.endswith(f'<div class="as-written">{escape(text)}</div>')
    assert len(Elements(html).found) == 2


def test_usual_table_is_laid_out():
    html = render("|a|b|\n|-|-|\n" + "|1|2|\n" * 300)
    assert html.count("<td>") == 600


@given(st.lists(st.sampled_from(["|", "a", "-", "\n", "\n|-|-|\n", "> ", "- ", "`", "\\|"]), max_size=60))
def test_no_table_has_more_cells_than_are_counted(parts):
    """Of many copies, so that what is counted too low in one would show."""
    html = render(("".join(parts) + "\n\n") * 40)
    assert html.count("<td>") + html.count("<th>") <= MOST_CELLS


@given(st.lists(st.sampled_from([*HOSTILE, *INTRICATE.values()]), max_size=4))
def test_html_is_bounded(parts):
    text = "\n\n".join(parts)
    assert len(render(text)) <= max(LONGEST_HTML, 6 * len(text)) + 1_000


@pytest.mark.parametrize(
    "text",
    [
        "![" * 100_000,
        "[a](" * 900,
        "*a" * 100_000,
        "**a" * 600 + "b**" * 600,
        "> " * 100_000,
        "\n".join("  " * depth + "- a" for depth in range(240)),
        "1. a\n" * 40_000,
        "a " * 100_000,
        "".join("`" * width + " " for width in range(85)),
        "<" * 200_000,
        "://" * 19_000,
        "http://a" * 7_000,
        "http://" + "http:// " * 198 + "://a" * 10_000,
        "http://a.b/(" * 199 + "(" * 50_000,
        "| a" * 1_900 + "|\n" + "|-" * 1_900 + "|\n",
    ],
    ids=lambda text: f"{text[:8]!r}x{len(text)}",
)
def test_hostile_length_and_depth_take_bounded_time(text):
    started = time.process_time()  # of this process alone, however busy the machine is
    html = render(text)
    assert time.process_time() - started < 2  # some tens of milliseconds on a quiet machine
    assert_harmless(html)
