"""Stage 3, humans and LLM judges side by side: inflation, correlation, and what each of them falls for."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import compute

from reports.dataset.arms import ComparedArm, arms_of
from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import Frame, overall_units, repeated_judgments
from reports.report.figures.arms import units_of
from reports.report.figures.beside import beside_humans
from reports.report.figures.response import NO_DIFFERENCE, by_subject
from reports.report.figures.samples import Samples
from reports.stats import ranks
from reports.stats.crossing import RATERS, SHARE, SIGNED, Crossing, estimate
from reports.stats.estimate import Estimate
from reports.stats.ranks import spearman, spearman_crossed
from reports.stats.resampling import Resampling, mean_of
from reports.stats.shares import ratio

type Floats = npt.NDArray[np.float64]

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


def judging_figures(dataset: Dataset, frame: Frame, resampling: Resampling) -> dict[str, Any]:
    humans = Voice("humans", np.where(frame.consensus.known, frame.consensus.label, np.nan))
    judges = _judges(dataset, frame)
    length = _length_difference(dataset, frame)
    samples, labels = Samples.of(frame), {judge.name: judge.label for judge in judges}
    beside = {
        kind: beside_humans(samples, labels, units)
        for kind, units in (("overall", overall_units(frame)), ("attribute", ~overall_units(frame)))
    }
    return {
        "humans": {
            "position_bias": _position_bias(dataset, frame, "human", None, resampling).as_json(),
            **_leanings(samples, humans, length, resampling),
        },
        "judges": [
            {
                "name": judge.name,
                **{kind: found[judge.name] for kind, found in beside.items()},
                "position_bias": _position_bias(dataset, frame, "model", judge.name, resampling).as_json(),
                "order_consistency": _order_consistency(dataset, samples, judge.name).as_json(),
                **_leanings(samples, judge, length, resampling),
            }
            for judge in judges
        ],
        "mentions": _mentions(frame, arms_of(dataset), judges, resampling),
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
    return mean_of(sums, np.bincount(unit, minlength=frame.ratings.units).astype(np.float64))


def _leanings(samples: Samples, voice: Voice, length: Floats, resampling: Resampling) -> dict[str, Any]:
    """What moves a rater besides quality: length, and being told that an attribute was used."""
    frame = samples.frame
    overall = overall_units(frame) & np.isfinite(voice.label) & np.isfinite(length)
    by_length = spearman_crossed(voice.label[overall], length[overall], samples.units.rows(overall))
    return {
        "length_bias": by_length.as_json(),
        "mention_sensitivity": _mention_sensitivity(frame, voice, resampling).as_json(),
    }


def _mention_sensitivity(frame: Frame, voice: Voice, resampling: Resampling) -> Estimate:
    """The mean label of attributes that are named in the response, minus that of those that are not."""
    scanned = as_array(compute.is_valid(frame.items.column("attribute_mentioned")))
    named = as_array(compute.fill_null(frame.items.column("attribute_mentioned"), False))
    rows = ~overall_units(frame) & np.isfinite(voice.label) & scanned
    if not (rows & named).any() or not (rows & ~named).any():
        return Estimate.undefined(NOT_SCANNED, int(rows.sum()))
    label, is_named = voice.label[rows], named[rows]
    columns = [label * is_named, is_named, label * ~is_named, ~is_named]
    sums = by_subject(columns, frame.ratings.subject[rows], frame.ratings.subjects)
    return resampling.statistic(
        sums,
        lambda total: mean_of(total[..., 0], total[..., 1]) - mean_of(total[..., 2], total[..., 3]),
        n=int(rows.sum()),
    )


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


def _position_bias(dataset: Dataset, frame: Frame, kind: str, name: str | None, resampling: Resampling) -> Estimate:
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
    unit = np.searchsorted(frame.ratings.unit_keys, as_array(table.column("unit_id")))
    sums = by_subject([took_left[decided]], frame.ratings.subject[unit[decided]], frame.ratings.subjects)
    return resampling.statistic(sums, lambda total: mean_of(total[..., 0], total[..., 1]), n=int(decided.sum()))


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


def _mentions(frame: Frame, arms: list[ComparedArm], judges: list[Voice], resampling: Resampling) -> dict[str, Any]:
    """How often each system (arm, where it has several) names the attributes it was given, and whether those that do also reward it as judges."""
    attribute = ~overall_units(frame)
    scanned = attribute & as_array(compute.is_valid(frame.items.column("attribute_mentioned")))
    named = as_array(compute.fill_null(frame.items.column("attribute_mentioned"), False))
    by_judge = {judge.name: _mention_sensitivity(frame, judge, resampling) for judge in judges}
    rows, pairs = [], []
    for arm in arms:
        units = units_of(arm, frame)
        if not units.any():
            continue
        chosen = units & scanned
        sums = by_subject([named[chosen]], frame.ratings.subject[chosen], frame.ratings.subjects)
        rate = resampling.statistic(sums, lambda total: mean_of(total[..., 0], total[..., 1]), n=int(chosen.sum()))
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
