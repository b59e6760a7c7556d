"""Stage 3, humans and LLM judges side by side: inflation, correlation, and what each of them falls for."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute

from reports.dataset.arms import ComparedArm, arms_of
from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import Frame, coded, overall_units, repeated_judgments
from reports.report.figures.arms import units_of
from reports.report.figures.beside import beside_humans
from reports.report.figures.outcomes import NO_DIFFERENCE, Outcomes, means_apart
from reports.report.figures.samples import Samples
from reports.stats import ranks
from reports.stats.crossing import RATERS, SHARE, SIGNED, Crossing, estimate
from reports.stats.estimate import Estimate
from reports.stats.ranks import spearman, spearman_crossed
from reports.stats.ratings import Flags, Floats
from reports.stats.shares import ratio

NEVER_DECIDED = "No answer with known sides prefers one of them."
NOT_SCANNED = "No attribute unit says whether the attribute is mentioned, or all say the same."
TOO_FEW_SYSTEMS = "Fewer than three systems are judges as well."
ONE_ORDER = "This judge saw no unit in both orders."
NOBODY_ASKED = "No rater was asked which response they took for the personalized one."


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """A judge, or the humans together: one label for each unit, NaN where there is none."""

    name: str
    label: Floats
    outcomes: Outcomes | None = None  # of the humans, of whom each has a part in the labels


def judging_figures(dataset: Dataset, frame: Frame) -> dict[str, Any]:
    samples = Samples.of(frame)
    humans = Voice("humans", np.where(frame.consensus.known, frame.consensus.label, np.nan), Outcomes(samples))
    judges = _judges(dataset, frame)
    length = _length_difference(dataset, frame)
    labels = {judge.name: judge.label for judge in judges}
    beside = {
        kind: beside_humans(samples, labels, units)
        for kind, units in (("overall", overall_units(frame)), ("attribute", ~overall_units(frame)))
    }
    return {
        "humans": {
            "position_bias": _position_bias(dataset, samples, "human").as_json(),
            **_leanings(samples, humans, length),
        },
        "judges": [
            {
                "name": judge.name,
                **{kind: found[judge.name] for kind, found in beside.items()},
                "position_bias": _position_bias(dataset, samples, "model", judge.name).as_json(),
                "order_consistency": _order_consistency(dataset, samples, judge.name).as_json(),
                **_leanings(samples, judge, length),
            }
            for judge in judges
        ],
        "mentions": _mentions(samples, arms_of(dataset), judges),
        "blinding": _blinding(dataset),
    }


def _judges(dataset: Dataset, frame: Frame) -> list[Voice]:
    """Each model's label of a unit: the mean over the orders it saw."""
    table = repeated_judgments(dataset, 3, "model")
    names = sorted(compute.unique(table.column("rater_name")).to_pylist())
    return [
        Voice(name, _label_of(table.filter(compute.equal(table.column("rater_name"), name)), frame)) for name in names
    ]


def _label_of(rows: pa.Table, frame: Frame) -> Floats:
    unit = np.searchsorted(frame.ratings.unit_keys, as_array(rows.column("unit_id")))
    sums = np.bincount(unit, weights=as_array(rows.column("answer_recoded")), minlength=frame.ratings.units)
    times = np.bincount(unit, minlength=frame.ratings.units)
    return np.where(times > 0, sums / np.maximum(times, 1), np.nan)


def _leanings(samples: Samples, voice: Voice, length: Floats) -> dict[str, Any]:
    """What moves a rater besides quality: length, and being told that an attribute was used."""
    frame = samples.frame
    overall = overall_units(frame) & np.isfinite(voice.label) & np.isfinite(length)
    by_length = spearman_crossed(voice.label[overall], length[overall], samples.units.rows(overall))
    return {
        "length_bias": by_length.as_json(),
        "mention_sensitivity": _mention_sensitivity(samples, voice).as_json(),
    }


def _mention_sensitivity(samples: Samples, voice: Voice) -> Estimate:
    """The mean label of attributes that are named in the response, minus that of those that are not."""
    frame = samples.frame
    scanned, named = _scanned(frame), _named(frame)
    rows = scanned & np.isfinite(voice.label)
    groups = (rows & named, rows & ~named)
    if not all(group.any() for group in groups):
        return Estimate.undefined(NOT_SCANNED, int(rows.sum()))
    if voice.outcomes is not None:
        return voice.outcomes.between(*groups)
    columns = [column[rows] for group in groups for column in (np.nan_to_num(voice.label) * group, group)]
    return means_apart(samples.units.rows(rows).sums(columns), n=int(rows.sum()))


def _scanned(frame: Frame) -> Flags:
    """Attribute units of which it is known whether the response names the attribute."""
    return ~overall_units(frame) & as_array(compute.is_valid(frame.items.column("attribute_mentioned")))


def _named(frame: Frame) -> Flags:
    return as_array(compute.fill_null(frame.items.column("attribute_mentioned"), False))


def _length_difference(dataset: Dataset, frame: Frame) -> Floats:
    """Of each unit's comparison: the logarithm of how many times as long the personalized response is."""
    table = dataset.tables["comparisons"]
    ratio = np.log(
        np.maximum(as_array(table.column("personalized_characters")), 1)
        / np.maximum(as_array(table.column("generic_characters")), 1)
    )
    known = dict(zip(as_array(table.column("comparison_id")).tolist(), ratio.tolist(), strict=True))
    of_units = frame.of_unit("comparison_id")
    return np.fromiter((known.get(each, np.nan) for each in of_units.tolist()), np.float64, len(of_units))


def _position_bias(dataset: Dataset, samples: Samples, kind: str, name: str | None = None) -> Estimate:
    """The share of answers that prefer the left side, of those that prefer a side: 0.5 is fair."""
    table = repeated_judgments(dataset, 3, kind)
    if name is not None:
        table = table.filter(compute.equal(table.column("rater_name"), name))
    table = table.filter(compute.is_valid(table.column("shown_left")))
    label = as_array(table.column("answer_recoded"))
    left_is_personalized = as_array(compute.equal(table.column("shown_left"), "personalized"))
    decided = label != NO_DIFFERENCE
    if not decided.any():
        return Estimate.undefined(NEVER_DECIDED, len(label))
    took_left = (label > NO_DIFFERENCE) == left_is_personalized
    unit = np.searchsorted(samples.frame.ratings.unit_keys, as_array(table.column("unit_id")))
    crossing = samples.units.rows(unit)
    if name is None:
        crossing = crossing.and_raters(coded(table.column("rater_key"))[0])
    sums = crossing.rows(decided).sums([took_left[decided], np.ones(int(decided.sum()))])
    return estimate(sums, ratio, n=int(decided.sum()), within=SHARE)


def _order_consistency(dataset: Dataset, samples: Samples, name: str) -> Estimate:
    """How often a judge prefers the same response in both orders."""
    table = repeated_judgments(dataset, 3, "model")
    table = table.filter(compute.equal(table.column("rater_name"), name))
    keys = samples.frame.ratings.unit_keys
    unit = np.searchsorted(keys, as_array(table.column("unit_id")))
    side = np.sign(as_array(table.column("answer_recoded")) - NO_DIFFERENCE)
    seen = np.bincount(unit, minlength=len(keys))
    each = [np.bincount(unit[side == one], minlength=len(keys)) for one in (-1, 0, 1)]
    both = np.flatnonzero(seen > 1)
    if not len(both):
        return Estimate.undefined(ONE_ORDER)
    same = np.max(each, axis=0)[both] == seen[both]
    sums = samples.units.rows(both).sums([same, np.ones(len(both))])
    return estimate(sums, ratio, n=len(both), within=SHARE)


def _mentions(samples: Samples, arms: list[ComparedArm], judges: list[Voice]) -> dict[str, Any]:
    """How often each system (arm, where it has several) names the attributes it was given, and whether those that do also reward it as judges."""
    scanned, named = _scanned(samples.frame), _named(samples.frame)
    by_judge = {judge.name: _mention_sensitivity(samples, judge) for judge in judges}
    rows, pairs = [], []
    for arm in arms:
        units = units_of(arm, samples.frame)
        if not units.any():
            continue
        chosen = units & scanned
        sums = samples.units.rows(chosen).sums([named[chosen], np.ones(int(chosen.sum()))])
        rate = estimate(sums, ratio, n=int(chosen.sum()), within=SHARE)
        reward = by_judge.get(arm.system)
        rows.append(
            {
                "system": arm.name,
                "mention_rate": rate.as_json(),
                "reward_as_judge": None if reward is None else reward.as_json(),
            }
        )
        if rate.value is not None and reward is not None and reward.value is not None:
            pairs.append((rate.value, reward.value))
    rho = (
        spearman(np.array([one for one, _ in pairs]), np.array([other for _, other in pairs]))
        if len(pairs) >= ranks.ENOUGH
        else Estimate.undefined(TOO_FEW_SYSTEMS, len(pairs))
    )
    return {"systems": rows, "rho": rho.as_json()}


def _blinding(dataset: Dataset) -> dict[str, Any]:
    """Whether raters could tell. Bang's index, (right - wrong) / asked: 0 is chance, 1 is unblinded.

    Bang, Ni and Davis (2004), Controlled Clinical Trials 25:143-156; who can't tell counts as neither.
    """
    table = dataset.tables["blinding_answers"]
    guesses = table.column("guess").to_pylist()
    if not guesses:
        return {
            "asked": 0,
            "index": Estimate.undefined(NOBODY_ASKED).as_json(),
            "right": 0,
            "wrong": 0,
            "cannot_tell": 0,
        }
    right = np.array([guess == "personalized" for guess in guesses])
    wrong = np.array([guess == "generic" for guess in guesses])
    # By the pseudonyms' own order: answers have no ids, so their order may be another one after an import.
    _keys, rater = np.unique(np.array(table.column("rater_key").to_pylist()), return_inverse=True)
    sums = Crossing({RATERS: rater.astype(np.int64)}).sums([right.astype(float) - wrong, np.ones(len(guesses))])
    index = estimate(sums, ratio, n=len(guesses), within=SIGNED)
    return {
        "asked": len(guesses),
        "index": index.as_json(),
        "right": int(right.sum()),
        "wrong": int(wrong.sum()),
        "cannot_tell": int((~right & ~wrong).sum()),
    }
