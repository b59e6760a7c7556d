"""What chats have beside plain Markdown: links, boxes, footnotes, code, images; all by words, nothing fetched."""

import re
import time
from html import unescape

import pytest
from django.utils.translation import override

from conversations.markdown import render
from conversations.markdown.code import LONGEST_CODE, highlighted


def test_link_opens_apart_and_knows_nothing_of_the_page():
    assert render("[a](https://example.org)") == (
        '<p><a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">a</a></p>\n'
    )


def test_bare_address_is_a_link_where_it_says_its_scheme():
    html = render("see https://example.org/a_b, example.org, script.py and me@example.org")
    assert html.count("<a ") == 1
    assert 'href="https://example.org/a_b"' in html


def test_only_so_many_bare_addresses_are_looked_for_and_none_is_lost():
    for times in (200, 201):
        html = render("see https://example.org/a " * times)
        assert (html.count("<a "), html.count("https://example.org/a")) == ((200, 400) if times == 200 else (0, 201))


def test_ticked_lists_show_their_boxes():
    assert render("- [ ] a\n- [x] b\n- [y] c") == "<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n<li>[y] c</li>\n</ul>\n"


def test_footnotes_are_numbers_without_targets_that_two_texts_would_share():
    html = render("a[^1] b[^long]\n\n[^1]: one\n[^long]: two")
    assert "<sup>[1]</sup> b<sup>[2]</sup>" in html
    assert "id=" not in html
    assert html.index("<hr>") < html.index("one") < html.index("two")


def test_note_that_nothing_refers_to_is_not_lost():
    assert "one" in render("a\n\n[^1]: one")


def test_code_is_told_apart_by_the_language_its_fence_names_and_stays_as_it_is():
    code = "def f(x):  # <b>\n\treturn 'a' + str(1)\n"
    html = render(f"```python\n{code}```")
    assert '<span class="code-keyword">def</span>' in html
    assert '<span class="code-comment"># &lt;b&gt;</span>' in html
    assert unescape(re.sub(r"<[^>]*>", "", html)) == code + "\n"
    assert "<span" not in render(f"```\n{code}```") + render(f"```nolanguage\n{code}```")


def test_only_so_much_code_is_told_apart():
    block = "```python\n" + "if a:\n" * 400 + "```\n\n"
    assert [len(re.findall("code-keyword", pre)) for pre in render(block * 5).split("</pre>")] == [400] * 3 + [0] * 3
    assert "code-keyword" not in render("```python\n" + "if a:\n" * 600 + "```")


@pytest.mark.parametrize("unit", ["a\n", "\n", "//", "(", "<<"])
def test_hostile_code_takes_bounded_time_in_every_language(unit):
    started = time.process_time()
    for language in (
        "c",
        "c++",
        "java",
        "kotlin",
        "swift",
        "php",
        "rust",
        "sql",
        "html",
        "latex",
        "bash",
        "typescript",
    ):
        highlighted((unit * LONGEST_CODE)[:LONGEST_CODE], language)
    assert time.process_time() - started < 4  # 0.6 s on a quiet machine


def test_image_shows_its_description():
    assert render("![a *cat*](https://example.org/cat.png)") == "<p>[a cat]</p>\n"


@pytest.mark.parametrize(
    "address", ["https://example.org/cat.png", "cat.png", "data:image/png;base64,AAAA", "sandbox:/a"]
)
def test_image_is_named_whatever_its_address_is_and_fetched_from_none(address):
    assert render(f"![]({address})") == "<p>[image]</p>\n"
    assert render(f"![a `b` \\(c_1\\) ![d](e)]({address})") == "<p>[a b \\(c_1\\) d]</p>\n"


def test_names_of_images_and_code_are_in_the_language_of_the_page():
    with override("de"):
        html = render("![](a.png)\n\n    code\n\n$$x_1 + x_2 + x_3 + x_4 + x_5$$")
    assert "[Bild]" in html
    assert re.findall('aria-label="([^"]+)"', html) == ["Code", "Formel"]
