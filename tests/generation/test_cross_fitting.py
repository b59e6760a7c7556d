"""Scores and thresholds, as pure functions."""

import math
import random

import pytest

from conversations.meaning.lexical import words
from generation.kinds.scores.cross_fitting import NoThreshold, Scored, best_threshold, cross_fit, f1_of_all, folds_of
from generation.retrieval import bm25_scores, cosines


def f1(scores, wanted, threshold):
    said = [score >= threshold for score in scores]
    true = sum(one and other for one, other in zip(said, wanted, strict=True))
    return 2 * true / (sum(said) + sum(wanted))


def world(seed, subjects=12, units=15):
    chance = random.Random(seed)
    return [
        Scored(subject, score := chance.choice([0.0, chance.random()]), chance.random() < 0.1 + score / 2)
        for subject in range(subjects)
        for _ in range(units)
    ]


def test_bm25_ranks_the_attribute_that_shares_words_first():
    scores = bm25_scores("Plan my trains to Leeds", ["Likes tea", "Takes early trains", "Trains dogs in Leeds"])
    assert scores[0] == 0
    assert scores[2] > scores[1] > 0


def test_bm25_without_a_common_word_scores_nothing():
    assert bm25_scores("the of and", ["Likes tea", "of the"]) == [0.0, 0.0]
    assert bm25_scores("Tea?", ["", "the"]) == [0.0, 0.0]
    assert bm25_scores("Tea?", []) == []


def test_bm25_reads_scripts_without_spaces():
    assert words("Likes 紅茶") == ["lik", "紅", "茶"]
    assert bm25_scores("紅茶をください", ["紅茶が好き", "Likes coffee"])[0] > 0


def test_cosine_is_the_angle_and_never_the_length():
    scores = cosines([1.0, 1.0], [[2.0, 2.0], [1.0, 0.0], [-3.0, -3.0], [0.0, 0.0]])
    assert scores == pytest.approx([1.0, math.sqrt(0.5), -1.0, 0.0])


def test_best_threshold_is_the_best_of_all_that_part_the_scores():
    for seed in range(20):
        units = world(seed, subjects=1, units=30)
        scores, wanted = [unit.score for unit in units], [unit.consensus for unit in units]
        if not any(wanted):
            continue
        best = best_threshold(scores, wanted)
        assert best is not None
        value, reached = best
        assert reached == pytest.approx(f1(scores, wanted, value))
        assert reached == pytest.approx(max(f1(scores, wanted, score) for score in sorted({*scores})[1:]))
        assert min(scores) < value < max(scores)


def test_best_threshold_never_says_yes_to_all():
    wanted = [True, True, True, False]
    assert best_threshold([0.0, 0.0, 0.5, 1.0], wanted) == (0.25, 0.4)
    assert f1_of_all(wanted) > 0.4
    assert best_threshold([0.5, 0.5], [True, False]) is None


def test_folds_are_even_seeded_and_blind_to_labels():
    folds = folds_of(range(23), folds=5, seed=7)
    sizes = [list(folds.values()).count(fold) for fold in range(5)]
    assert sorted(sizes) == [4, 4, 5, 5, 5]
    assert folds == folds_of(list(reversed(range(23))), folds=5, seed=7)
    assert folds != folds_of(range(23), folds=5, seed=8)
    assert set(folds_of(range(3), folds=5, seed=7).values()) == {0, 1, 2}


def test_threshold_of_a_subject_does_not_depend_on_its_own_labels():
    units = world(3)
    folds = folds_of({unit.subject for unit in units}, folds=4, seed=1)
    before = {threshold.fold: threshold for threshold in cross_fit(units, folds)}
    for subject in folds:
        for own in (True, False, None):
            changed = [unit._replace(consensus=own) if unit.subject == subject else unit for unit in units]
            after = {threshold.fold: threshold for threshold in cross_fit(changed, folds)}
            assert after[folds[subject]] == before[folds[subject]]
    flipped = [unit._replace(consensus=not unit.consensus) if folds[unit.subject] else unit for unit in units]
    assert {threshold.fold: threshold for threshold in cross_fit(flipped, folds)}[0].value != before[0].value


def test_there_is_no_threshold_without_a_yes_of_others():
    folds = {1: 0, 2: 1}
    units = [Scored(1, 0.1, True), Scored(1, 0.9, False), Scored(2, 0.5, None), Scored(2, 0.6, False)]
    with pytest.raises(NoThreshold) as refused:
        cross_fit(units, folds)
    assert refused.value.fold == 0
