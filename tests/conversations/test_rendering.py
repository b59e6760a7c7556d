"""Rendered turns are kept, within bounds."""

from conversations.markdown import LONGEST, rendered
from conversations.rendering import KeptHtml


def test_a_kept_turn_is_the_same_object_and_what_the_renderer_makes():
    kept = KeptHtml(1000)
    first = kept.of("**bold**")
    assert first == rendered("**bold**")
    assert kept.of("**bold**") is first
    assert kept.of("<script>") == "<p>&lt;script&gt;</p>\n"


def test_the_longest_unasked_goes_when_there_is_no_room():
    kept = KeptHtml(500)
    old, asked = kept.of("a" * 20), kept.of("b" * 20)
    assert kept.of("a" * 20) is old
    kept.of("c" * 20)
    assert kept.of("a" * 20) is old
    assert kept.of("b" * 20) is not asked
    assert kept.characters <= kept.most_characters


def test_a_turn_longer_than_all_room_is_still_rendered():
    kept = KeptHtml(10)
    assert "a" * 50 in str(kept.of("a" * 50))
    assert len(kept) == 0


def test_a_text_that_cannot_be_laid_out_is_not_tried_again():
    kept = KeptHtml(1000)
    assert kept.of("a" * (LONGEST + 1)) is None
    assert kept.of("a" * (LONGEST + 1)) is None
    assert len(kept) == 1
