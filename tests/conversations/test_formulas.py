"""Mathematics as chats write it is MathML or its exact source, never a mutilated text."""

import re
import threading
import time
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conversations.markdown import rendered
from conversations.markdown.formulas import BAR, Formula
from conversations.markdown.mathml import ELEMENTS, to_mathml

WRITTEN = [line.replace("¶", "\n") for line in (Path(__file__).parent / "formulas.txt").read_text().splitlines()]
CUT_OFF = [
    r"\(x_1 + \frac{1}{2",
    "\\[\n\\begin{aligned}\na_1 &= b * c * d \\\\",
    "$$\n\\sum_{i=1}",
    "\\begin{align}\na &= *b* \\\\\nc",
    r"\(" + "x_1 + " * 2_000 + r"1\)",
    r"\[" + r"\frac{1}{" * 60 + "x" + "}" * 60 + r"\]",
]
COSTLY = {
    "brackets": "\\[\n" * 1_999,
    "brackets that close badly": "\\[\n" * 1_900 + "\\]x",
    "brackets that never close": "\\(abcdefghijk " * 3_900,
    "dollars": "$$\n" * 4_999,
    "dollars in a line": "$a " * 19_000,
    "environments": "\\begin{align}\n" * 3_900,
    "environments and ends": "\\begin{align}\n" * 1_900 + "\\end{align}" * 1_900,
    "words": "\\(aaaa bbbb " * 1_900 + "^",
    "rows": ("| $a|b$ " * 20 + "|\n" + "|-" * 20 + "|\n" + "| $a " * 20 + "|\n") * 40,
}


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.sources: list[str] = []
        self.formulas = 0
        self._in_source = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.formulas += tag == "math"
        if tag == "annotation" or ("class", "formula-source") in attrs:
            self._in_source = 1
            self.sources.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"annotation", "span"}:
            self._in_source = 0

    def handle_data(self, data: str) -> None:
        if self._in_source:
            self.sources[-1] += data
        else:
            self.text += data


def page(text: str) -> Page:
    html = rendered(text)
    assert html is not None
    return Page(html)


@pytest.mark.parametrize("written", WRITTEN)
def test_every_formula_is_mathml_or_its_exact_source(written: str) -> None:
    seen = page(f"Before {written} after" if "\n" not in written else f"Before\n\n{written}\n\nafter")
    assert seen.sources, seen.text
    assert all(source in written for source in seen.sources)
    assert "\\" not in seen.text


def test_most_of_what_chats_write_is_laid_out() -> None:
    shown = [written for written in WRITTEN if page(written).formulas]
    assert len(WRITTEN) >= 150
    assert len(WRITTEN) - len(shown) <= 12


def test_sanitizer_takes_nothing_from_what_the_converter_writes() -> None:
    for written in WRITTEN:
        mathml = to_mathml(Formula(written.strip("$\\()[] \n"), written, is_display=True))
        assert set(re.findall(r"<([a-z]+)", mathml or "")) <= {*ELEMENTS, "b", "i"}


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10.",
        "$1,000 to $2,000",
        "US$5 or 5$",
        "It is $20/hour for one, or $30 an hour for two children$",
        "$15\N{EN DASH}$20 and $17\N{EN DASH}$19",
        "see \\[1\\] and \\(as said before\\)",
        "`\\(x\\)` and `$x$`",
        "```\n$$x$$\n\\[y\\]\n```",
        "\\$5 and $6",
        "set $HOME and $PATH",
    ],
)
def test_money_brackets_and_code_are_no_formulas(text: str) -> None:
    assert page(text).formulas == 0


def test_formulas_stand_in_lists_quotations_and_tables() -> None:
    text = "1. first \\(a_1\\)\n\n   \\[\n   b_2\n   \\]\n2. then\n\n> $$c$$\n\n| size | power |\n| - | - |\n| \\(|x|\\) | $|y|^2$ |"
    seen = page(text)
    assert seen.formulas == 5
    assert seen.sources[3:] == ["\\(|x|\\)", "$|y|^2$"]


def test_marks_of_markdown_in_a_formula_are_its_own() -> None:
    html = rendered("**Let \\(a_1 * b_1\\)** and _then_ \\(c_1 * d_1\\)") or ""
    assert html.count("<em>") == 1
    assert html.count("<math>") == 2


@pytest.mark.parametrize(
    "unit", ["{", "\\frac{1}{", "x^{", "\\left(", "\\sqrt{", "\\hat ", "\\begin{matrix}", "\\text{", "\\not"]
)
def test_no_nesting_ends_the_process_on_a_small_stack(unit: str) -> None:
    """The converter is native and calls itself; what is nested too deeply never reaches it."""
    done: list[bool] = []

    def convert() -> None:
        for times in (10, 39, 300, 1_000):
            for closing in ("", "}" * times):
                to_mathml(Formula(unit * times + "x" + closing, "x", is_display=True))
        done.append(True)

    before = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=convert)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert done


@pytest.mark.parametrize("text", CUT_OFF)
def test_formula_that_is_cut_off_or_overlong_is_its_exact_source(text: str) -> None:
    seen = page(f"Therefore\n{text}")
    assert (seen.formulas, seen.sources) == (0, [text])
    assert seen.text.strip() == "Therefore"


def test_numbers_in_brackets_are_formulas_only_between_parentheses() -> None:
    """Chats write every number of a solution so; square brackets that Markdown escapes are notes."""
    seen = page("So \\(32\\), see \\[1\\]")
    assert (seen.sources, seen.text.split()) == (["\\(32\\)"], ["So", "32,", "see", "[1]"])


def test_environment_ends_where_it_ends_not_where_one_within_does() -> None:
    inner = r"\begin{pmatrix} 1 \end{pmatrix}"
    whole = rf"\begin{{pmatrix}} {inner} & {inner} \end{{pmatrix}}"
    assert page(f"Let {whole} be").sources == [whole]


def test_wide_formulas_can_be_scrolled_by_keyboard_and_narrow_ones_are_no_stop() -> None:
    wide = "a + b + c + d + e + f + g + h"
    for text, stops in ((rf"\({wide}\) \(a\)", 1), (rf"so \[{wide}\] or \[a\]", 1), (f"$${wide}$$\n\n$$a$$", 1)):
        assert (rendered(text) or "").count('tabindex="0" role="group" aria-label="Formula"') == stops


@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY)
def test_marks_of_formulas_take_bounded_time(text: str) -> None:
    started = time.process_time()
    rendered(text)
    assert time.process_time() - started < 1  # at most 0.4 s on a shared machine


@given(st.text(alphabet="\\()[]$|{}&_^ \nabx%begin", max_size=80))
@example("1)\\(a\n\n$$b$$")
def test_any_marks_lose_no_letter_and_leave_no_stand_in(text: str) -> None:
    html = rendered(text)
    assert html is not None
    assert BAR not in html
    sources = re.sub(r"<math.*?<annotation[^>]*>(.*?)</annotation></semantics></math>", r"\1", html, flags=re.DOTALL)
    words = unescape(re.sub(r"<[^>]*>", "", sources))
    assert re.findall("[a-z]", words) == re.findall("[a-z]", text)
