import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.formats.html_texts import is_html, text_of_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three"),
        ("<div><ol><li><p>Apple</p></li><li><p>Pear</p></li></ol></div>", "1. Apple\n2. Pear"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<p>Use <code>x</code> and <strong>this</strong>:</p><pre><code>a\n  b\n</code></pre>", "Use `x` and **this**:\n\n```\na\n  b\n```"),
        ("<p>Line<br>break</p>", "Line\nbreak"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a | b"),
        ("<div><button>Copy code</button><style>p{}</style><p>Seen</p></div>", "Seen"),
    ],
)  # fmt: skip
def test_words_are_kept_and_markup_is_gone(html: str, text: str) -> None:
    assert is_html(html)
    assert text_of_html(html) == text


@pytest.mark.parametrize(
    "text", ["Use <div> for a block.", "a < b > c", "<b>", "```html\n<p>x</p>\n```", "<p>x</p> is a paragraph"]
)
def test_text_that_speaks_of_tags_is_no_html(text: str) -> None:
    assert not is_html(text)


@given(st.text(alphabet="<>/ &abpdivolre\n", max_size=80))
def test_any_markup_gives_a_text(html: str) -> None:
    assert "</p>" not in text_of_html(f"<p>{html}</p>")
