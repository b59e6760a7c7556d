"""How the wrong side of a control comes about: properties, not examples, and the cases where no rule applies."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.kinds.controls.rules import AnsweredPrompt, cut_off, damaged, obvious, reversed_fact

_words = st.lists(
    st.sampled_from(["Boil", "the", "water", "with", "salt", "and", "wait", "until", "it", "is", "done"]),
    min_size=3,
    max_size=12,
)
_sentences = st.builds(lambda words, end: " ".join(words) + end, _words, st.sampled_from(".!?"))
_texts = st.lists(_sentences, min_size=1, max_size=12).map(" ".join)
_answers = st.builds(AnsweredPrompt, st.integers(1, 50), st.sampled_from(["Pasta?", "Rice?", "Bread?"]), _texts)


@given(_texts)
def test_cut_text_is_a_beginning_that_ends_with_a_sentence_and_lacks_a_third(text):
    cut = cut_off(text)
    if cut is None:
        return
    assert text.startswith(cut.text)
    assert cut.text[-1] in ".!?"
    assert len(text) / 3 <= len(cut.text) <= 2 * len(text) / 3


@given(st.lists(_sentences, min_size=6, max_size=6))
def test_text_of_even_sentences_can_be_cut(sentences):
    even = [f"{sentence[:-1]:<60}."[-61:] for sentence in sentences]
    assert cut_off(" ".join(even)) is not None


@pytest.mark.parametrize("text", ["", "One sentence alone.", "No end at all", "Yes. " + "Go on and on " * 20])
def test_text_of_which_too_little_would_be_left_is_not_cut(text):
    assert cut_off(text) is None


@given(_answers, st.lists(_answers, max_size=8, unique_by=lambda one: one.key), st.integers(0, 2**31))
def test_obvious_side_answers_another_prompt_at_similar_length_if_there_is_such(own, others, seed):
    wrong = obvious(own, others, seed=seed)
    usable = [one for one in others if one.prompt != own.prompt and one.text != own.text]
    assert (wrong is None) == (not usable)
    if wrong is None:
        return
    assert wrong.text in {one.text for one in usable}
    distances = sorted(abs(len(one.text) - len(own.text)) for one in usable)
    allowed = max(0.25 * len(own.text), distances[min(2, len(distances) - 1)])
    assert abs(len(wrong.text) - len(own.text)) <= allowed
    assert obvious(own, others[::-1], seed=seed) == wrong


@given(_answers, st.integers(0, 2**31))
def test_damaged_side_is_never_the_text_itself(own, seed):
    wrong = damaged(own, seed=seed)
    assert wrong is None or wrong.text.split() != own.text.split()


@pytest.mark.parametrize(
    ("prompt", "text", "expected"),
    [
        ("A cake for 4 people?", "For 4 people take 2 eggs. It serves 4.", "For 40 people take 2 eggs. It serves 40."),
        ("Is rice a vegetable?", "No, it is a grain.", "Yes, it is a grain."),
        ("Can I freeze bread?", "YES! Slice it first.", "NO! Slice it first."),
        ("A sauce without any cream, please", "Without cream it keeps longer.", "With cream it keeps longer."),
    ],
)
def test_fact_of_the_prompt_is_reversed_everywhere(prompt, text, expected):
    wrong = reversed_fact(AnsweredPrompt(1, prompt, text))
    assert wrong is not None
    assert wrong.text == expected


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("A cake for 4 people", "Take 2 eggs."),  # the response does not say it
        ("4 people and 2 days", "For 4 people."),  # two numbers
        ("It costs $4", "For 4 people."),  # an amount of money
        ("In 2024-03-04", "In 2024."),
        ("Take 4.5 l", "Take 4 l."),
        ("Why is rice a grain?", "No, it is not one."),  # no question for yes or no
        ("Is rice a grain?", "Nobody knows."),
        ("Without cream, for 4 people", "Without cream, for 4."),  # two rules apply
        ("Without cream and without nuts", "Without cream."),
    ],
)
def test_nothing_is_reversed_where_it_is_not_plain_what(prompt, text):
    assert reversed_fact(AnsweredPrompt(1, prompt, text)) is None


@given(st.integers(2, 999), st.lists(st.integers(2, 999), max_size=4), _texts)
def test_only_the_number_of_the_prompt_changes(number, others, text):
    said = f"{text} Take {number}. " + " ".join(f"Add {other}." for other in others if other != number)
    wrong = reversed_fact(AnsweredPrompt(1, f"Dinner for {number} people", said))
    assert wrong is not None
    numbers = re.findall(r"\d+", said)
    assert re.findall(r"\d+", wrong.text) == [f"{number}0" if found == str(number) else found for found in numbers]
    assert re.sub(r"\d+", "", wrong.text) == re.sub(r"\d+", "", said)


@given(st.integers(0, 2**31))
def test_both_ways_of_damaging_are_used(seed):
    text = "For 4 people take 2 eggs. Beat them well. Add some flour to them. Bake it all."
    rules = {damaged(AnsweredPrompt(key, "A cake for 4 people", text), seed=seed).rule for key in range(40)}
    assert rules == {"last third cut off", "4 said as 40"}
