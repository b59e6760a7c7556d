"""Rendered turns are kept, within bounds of room and time."""

import time

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from conversations.markdown import LONGEST, render, rendered
from conversations.markdown.version import LIBRARIES, renderer_version, version_of
from conversations.rendering import KeptHtml, render_once


def test_a_kept_turn_is_the_same_object_and_what_the_renderer_makes():
    kept = KeptHtml(10_000)
    first = kept.of("**bold**")
    assert first == rendered("**bold**")
    assert kept.of("**bold**") is first
    assert kept.of("<script>") == "<p>&lt;script&gt;</p>\n"


def test_the_longest_unasked_goes_when_there_is_no_room():
    kept = KeptHtml(1_000)
    old, asked = kept.of("a" * 20), kept.of("b" * 20)
    for other in "cdef":
        kept.of(other * 20)
        assert kept.of("a" * 20) is old
    assert kept.of("b" * 20) is not asked
    assert len(kept) <= 4


def test_a_turn_longer_than_all_room_is_still_rendered():
    kept = KeptHtml(10)
    assert "a" * 50 in str(kept.of("a" * 50))
    assert len(kept) == 0


def test_a_text_that_cannot_be_laid_out_is_not_tried_again():
    kept = KeptHtml(1_000)
    assert kept.of("a" * (LONGEST + 1)) is None
    assert kept.of("a" * (LONGEST + 1)) is None
    assert len(kept) == 1


@pytest.mark.parametrize("text", ["# Guidelines\n\n**bold**", "a" * (LONGEST + 1)])
def test_rendering_once_gives_what_rendering_each_time_gives(text):
    assert render_once(text) == render(text)
    assert render_once(text) == render(text)


def test_what_nobody_asks_for_is_gone_by_itself():
    """A study that is erased leaves no text behind, in an idle process neither."""
    kept = KeptHtml(10_000, period=0.05)
    kept.of("my name is Ann")
    until = time.monotonic() + 10
    while len(kept) and time.monotonic() < until:
        time.sleep(0.02)
    assert len(kept) == 0


def test_what_is_asked_for_stays_while_the_rest_ages():
    kept = KeptHtml(10_000)
    first, other = kept.of("first"), kept.of("other")
    for _period in range(3):
        kept.age()
        assert kept.of("first") is first
    assert kept.of("other") is not other


def test_a_text_is_kept_for_each_language_of_the_page():
    kept = KeptHtml(10_000)
    english = kept.of("![](a.png)")
    with override("de"):
        assert kept.of("![](a.png)") == "<p>[Bild]</p>\n"
    assert kept.of("![](a.png)") is english


@given(
    st.lists(st.binary(max_size=9), min_size=1, max_size=4),
    st.dictionaries(st.sampled_from(LIBRARIES), st.sampled_from(["1.0", "1.1"])),
    st.data(),
)
def test_version_changes_with_any_rule_and_any_library(sources, libraries, data):
    before = version_of(sources, libraries)
    place = data.draw(st.integers(0, len(sources) - 1))
    changed = [source + b" " if at == place else source for at, source in enumerate(sources)]
    assert version_of(changed, libraries) != before
    for name in libraries:
        assert version_of(sources, libraries | {name: "2.0"}) != before
    assert version_of(sources, libraries) == before


def test_version_of_this_renderer_is_one_of_its_files_and_installed_libraries():
    assert renderer_version() == renderer_version()
    assert renderer_version() != version_of([], dict.fromkeys(LIBRARIES, "0"))
