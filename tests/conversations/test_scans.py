import pytest

from conversations.scans import is_identical, leak_reasons, mentions, pair_leak_reasons


@pytest.mark.parametrize(
    "text",
    [
        "As a nurse like you, night shifts matter.",
        "Based on your profile, I suggest tea.",
        "As you told me, you hate onions.",
        "You mentioned earlier that you hike.",
        "I remember you have a dog.",
        "Since you're a teacher, you could grade faster.",
        "Here is an answer tailored to you.",
        "Given your preferences, try jazz.",
        "I am ChatGPT, and I can help.",
    ],
)
def test_leak_scan_holds_text_that_unblinds(text):
    assert leak_reasons(text)


@pytest.mark.parametrize(
    "text",
    [
        "Boil the pasta for nine minutes. Add salt.",
        "You could try a shorter sentence here.",
        "If you are a beginner, start slowly.",
        "The llamas of Peru carry loads.",
        "Many people like you to call first.",
    ],
)
def test_leak_scan_passes_ordinary_text(text):
    assert leak_reasons(text) == []


def test_leak_scan_names_the_systems_own_name():
    assert leak_reasons("This is Acme Helper speaking.", names=["Acme Helper"]) == ["names a model: “acme helper”"]


def test_pair_scan_says_which_text():
    reasons = pair_leak_reasons(generic="I am Claude.", personalized="Fine.")
    assert reasons == ["Generic text names a model: “claude”"]


def test_identical_texts_ignore_white_space():
    assert is_identical("a  b\n", "a b")
    assert not is_identical("a b", "a c")


@pytest.mark.parametrize(
    ("attribute", "response", "expected"),
    [
        ("Prefers metric units", "All figures are in metric units.", True),
        ("Works as a nurse on night shifts", "Working night shifts as a nurse is hard.", True),
        ("Works as a nurse on night shifts", "Drink water and sleep well.", False),
        ("Likes hiking", "Go for a hike. Bring shoes.", True),
        ("Likes it", "You will like it.", False),
        ("Is learning Spanish for a trip to Peru", "Learn Spanish.\n\nPeru is worth the trip.", True),
    ],
)
def test_mention_rule(attribute, response, expected):
    assert mentions(attribute, response) is expected
