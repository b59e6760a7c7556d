"""The release's real votes and human majority: our figures, a plain loop's and scikit-learn's are the same numbers.

The figures are printed, whatever pytest captures. Nothing of the release is copied here.
"""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score, precision_score, recall_score

from reports.stats import consensus
from reports.stats.agreement import AgreementFigure, agreement
from reports.stats.classification import compare, score_raters, score_selection
from reports.stats.crossing import Crossing
from reports.stats.explaining import explain
from reports.stats.pairs import pair_kappa
from reports.stats.ratings import Ratings
from tests.reports.release import DATA, EXACT, MODELS, labels, lines

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")
PANEL = "panel"


@pytest.fixture(scope="module")
def votes():
    return {PANEL: labels("human_majority_stage2.jsonl")} | {model: labels(name) for model, name in MODELS.items()}


@pytest.fixture(scope="module")
def ratings(votes):
    subject = {case: row["user_id"] for case, row in enumerate(lines("task5_items.jsonl"))}
    rows = [(unit, rater, label, subject[unit[0]]) for rater, given in votes.items() for unit, label in given.items()]
    units, raters, values, subjects = zip(*rows, strict=True)
    return Ratings.from_rows(units=units, raters=raters, labels=values, subjects=subjects)


@pytest.fixture
def say(capsys):
    def out_loud(text):
        with capsys.disabled():
            print(f"\n  {text}", end="")  # noqa: T201 - the figures are to be read, not only compared

    return out_loud


def test_items_of_votes_and_majority_are_those_of_the_cases():
    cases = [[one["attribute"] for one in row["profile_attributes"]] for row in lines("task5_items.jsonl")]
    for name in (*MODELS.values(), "human_majority_stage2.jsonl"):
        for case in lines(name):
            assert [one["attribute"] for one in case["items"]] == cases[case["sample_index"]]


def test_ratings_have_the_counts_of_the_readme(ratings, votes):
    assert (ratings.units, ratings.subjects) == (3_973, 47)
    assert [len(given) for given in votes.values()][1:] == [3_973, 3_973]
    assert len({case for case, _ in votes[PANEL]}) == 84


def kappa(ratings, one, other):
    said = ratings.matrix()
    index = list(ratings.rater_keys)
    return pair_kappa(said[index.index(one)], said[index.index(other)], Crossing.of(ratings.subject))


def test_kappa_between_the_models_is_the_independent_one(ratings, votes, say):
    first, second = (votes[model] for model in MODELS)
    n = len(first)
    agreed = sum(first[unit] == second[unit] for unit in first) / n
    yes = [sum(given.values()) / n for given in (first, second)]
    chance = yes[0] * yes[1] + (1 - yes[0]) * (1 - yes[1])
    found = kappa(ratings, "gemma", "gpt")
    shared = sorted(first)
    by_library = cohen_kappa_score([first[unit] for unit in shared], [second[unit] for unit in shared])
    assert found.n == n
    assert found.value == pytest.approx((agreed - chance) / (1 - chance), abs=EXACT)
    assert found.value == pytest.approx(by_library, abs=EXACT)
    say(f"kappa between the two models {found.value:.10f} on {n} units, agreement {agreed:.10f}")
    for model in MODELS:
        pair = kappa(ratings, PANEL, model)
        both = sorted(votes[PANEL].keys() & votes[model].keys())
        expected = cohen_kappa_score([votes[PANEL][unit] for unit in both], [votes[model][unit] for unit in both])
        assert pair.value == pytest.approx(expected, abs=EXACT)
        say(f"kappa between {model} and the human majority {pair.value:.10f} on {pair.n} units")


def test_scores_against_the_majority_are_the_independent_ones(ratings, votes, say):
    index = {key: place for place, key in enumerate(ratings.rater_keys)}
    nobody = np.zeros(ratings.raters, dtype=np.bool_)
    panel = np.array([key == PANEL for key in ratings.rater_keys])
    reference = consensus.majority(ratings.of_raters(panel), [0, 1], otherwise=0)  # of one rater: what it said
    compared = compare(ratings, reference, nobody)
    scores = score_raters(ratings, compared, Crossing.of(ratings.subject), said=ratings.label == 1)
    say(f"yes-rate of the human majority {scores[index[PANEL]].yes_rate.value:.10f} on {len(votes[PANEL])} units")
    assert scores[index[PANEL]].f1.value == 1
    for model in MODELS:
        found = scores[index[model]]
        pairs = [(votes[model][unit], truth) for unit, truth in votes[PANEL].items()]
        hits = sum(said and truth for said, truth in pairs)
        said, true, n = sum(one for one, _ in pairs), sum(truth for _, truth in pairs), len(pairs)
        loop = {
            "yes_rate": sum(votes[model].values()) / len(votes[model]),
            "reference_yes_rate": true / n,
            "over_selection": said / n - true / n,
            "over_selection_ratio": said / true,
            "precision": hits / said,
            "recall": hits / true,
            "f1": 2 * (hits / said) * (hits / true) / (hits / said + hits / true),
            "accuracy": sum(one == truth for one, truth in pairs) / n,
        }
        column, truth = zip(*pairs, strict=True)
        library = {
            "precision": precision_score(truth, column),
            "recall": recall_score(truth, column),
            "f1": f1_score(truth, column),
            "accuracy": accuracy_score(truth, column),
        }
        for name, expected in [*loop.items(), *library.items()]:
            assert getattr(found, name).value == pytest.approx(expected, abs=EXACT), name
        say(f"{model} on {n} units: " + ", ".join(f"{name} {getattr(found, name).value:.10f}" for name in loop))


def test_agreement_of_the_models_is_explained(ratings, say):
    models = np.array([key != PANEL for key in ratings.rater_keys])
    found = agreement(ratings.of_raters(models), [0, 1])
    for figure, estimate in found.figures.items():
        say(
            explain(
                figure,
                estimate,
                percent=found.figures[AgreementFigure.PERCENT],
                ac1=found.figures[AgreementFigure.AC1],
                dominant=found.dominant,
            )
        )
    assert all(estimate.clusters == 47 and estimate.n == 3_973 for estimate in found.figures.values())


def references():
    """The majority's labels, and where it is silent those that the response stage's attributes carry: 160 of 164 cases."""
    found = labels("human_majority_stage2.jsonl")
    cases = lines("task5_items.jsonl")
    texts = [[one["attribute"] for one in case["profile_attributes"]] for case in cases]
    number = {f"{case['user_id']}_{case['prompt_index']}": place for place, case in enumerate(cases)}
    for pair in lines("task6_items.jsonl"):
        place = number[pair["prompt_id"]]
        for one in pair["attributes"]:
            if texts[place].count(one["attribute"]) == 1:
                unit = place, texts[place].index(one["attribute"])
                assert found.setdefault(unit, int(one["is_relevant"])) == one["is_relevant"]
    return found


def test_prompts_make_an_interval_wider_than_users_alone(votes, say):
    """A plain bootstrap gives 0.472 to 0.566 over users and, drawing prompts as well, 0.445 to 0.599: what users and prompts
    have in common counts twice there (Owen 2007), once here.
    """
    known = references()
    units = sorted(known)
    cases = lines("task5_items.jsonl")
    user = np.unique([cases[case]["user_id"] for case, _ in units], return_inverse=True)[1]
    prompt = np.unique([cases[case]["prompt_index"] for case, _ in units], return_inverse=True)[1]
    said = np.array([votes["gemma"][unit] for unit in units], dtype=np.float64)
    true = np.array([known[unit] == 1 for unit in units])
    of_users, of_both = (
        score_selection(said, true, crossing).f1 for crossing in (Crossing.of(user), Crossing.of(user, prompt))
    )
    say(f"gemma's F1 on {len(units)} units: over users {of_users}, over users and prompts {of_both}")
    assert of_users.value == pytest.approx(f1_score(true, said), abs=EXACT)
    assert (of_users.low, of_users.high) == pytest.approx((0.472, 0.566), abs=0.01)
    assert (of_both.low, of_both.high) == pytest.approx((0.445, 0.599), abs=0.02)
