"""Who finds the units that matter: raters, any two models together, and who says yes to everything."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from reports.report.figures.samples import Samples
from reports.stats.classification import (
    Scores,
    compare,
    confusion_columns,
    f1_of,
    flipped,
    score_raters,
    score_selection,
)
from reports.stats.crossing import RATERS, SIGNED, estimate
from reports.stats.estimate import Estimate
from reports.stats.ratings import Flags, Floats

ANY_TWO = "Any two models"
EVERYTHING = "Yes to everything"
SHOWN_AT_MOST = 8  # models or systems of which every two are compared


def scores_of_raters(samples: Samples, wanted: Flags) -> list[dict[str, Any]]:
    """Of every rater. ``wanted``: which labels of the scale are the yes; a model faces the consensus, a human the other humans."""
    return [score.as_json() for score in _scores(samples, wanted)]


def _scores(samples: Samples, wanted: Flags) -> list[Scores]:
    frame, scale = samples.frame, np.asarray(samples.frame.scale)
    humans = frame.raters_of("human")
    one = scale[wanted] if wanted.sum() == 1 else scale[~wanted]  # the label that takes a strict majority
    compared = compare(frame.ratings, frame.consensus, humans, positive=float(one[0]))
    if wanted.sum() > 1:
        compared = flipped(compared)
    said = np.isin(frame.ratings.label, scale[wanted])
    return score_raters(frame.ratings, compared, samples.units, samples.swings(wanted), said=said)


def lines_beside(samples: Samples, wanted: Flags) -> list[dict[str, Any]]:
    """What a figure of F1 has to be read beside: yes to everything; and the models together, where two are needed for a yes."""
    everything = np.ones(samples.frame.ratings.units)
    lines = [(EVERYTHING, everything)]
    models = said_by_models(samples, wanted)
    if len(models) > 1:
        lines.append((ANY_TWO, any_two(list(models.values()))))
    return [{"name": name, **scored(samples, said, wanted).as_json()} for name, said in lines]


def scored(samples: Samples, said: Floats, wanted: Flags) -> Scores:
    """Against the consensus, on the units that have one."""
    consensus = samples.frame.consensus
    true = np.isin(consensus.label, np.asarray(samples.frame.scale)[wanted])
    return score_selection(np.where(consensus.known, said, np.nan), true, samples.units, samples.swings(wanted))


def said_by_models(samples: Samples, wanted: Flags) -> dict[str, Floats]:
    """1 or 0 for each unit, NaN where a model has not judged it; by name."""
    frame, rows = samples.frame, samples.frame.ratings
    said = np.isin(rows.label, np.asarray(frame.scale)[wanted])
    found = {}
    for rater in np.flatnonzero(frame.raters_of("model") & (np.bincount(rows.rater, minlength=rows.raters) > 0)):
        of_units = np.full(rows.units, np.nan)
        own = rows.rater == rater
        of_units[rows.unit[own]] = said[own]
        found[str(frame.name[rater])] = of_units
    return dict(sorted(found.items()))


def any_two(said: list[Floats]) -> Floats:
    """Yes where at least two say yes, on the units that two or more have judged."""
    judged = np.sum([np.isfinite(each) for each in said], axis=0)
    return np.where(judged >= 2, np.nansum(said, axis=0) >= 2, np.nan)


def machines_apart(samples: Samples, wanted: Flags) -> list[dict[str, Any]]:
    """Every two models."""
    return two_apart(samples, said_by_models(samples, wanted), wanted)


def two_apart(samples: Samples, said: Mapping[str, Floats], wanted: Flags) -> list[dict[str, Any]]:
    """Of every two: the F1 of one minus that of the other, on the units that both judged and that have a consensus."""
    shown = list(said.items())[:SHOWN_AT_MOST]
    return [
        {"one": one, "other": other, "f1": _f1_apart(samples, first, second, wanted).as_json()}
        for (one, first), (other, second) in combinations(shown, 2)
    ]


def _f1_apart(samples: Samples, first: Floats, second: Floats, wanted: Flags) -> Estimate:
    consensus = samples.frame.consensus
    both = np.isfinite(first) & np.isfinite(second) & consensus.known
    unit = np.flatnonzero(both)
    true = np.isin(consensus.label[unit], np.asarray(samples.frame.scale)[wanted])
    columns = [column for each in (first, second) for column in confusion_columns(each[unit] == 1, true)]
    swings = samples.swings(wanted)
    lost = [swings.of_raters(np.where(both, each, np.nan)) for each in (first, second)]
    sums = samples.units.rows(unit).sums(columns).without_levels(RATERS, np.concatenate(lost, axis=1))
    return estimate(sums, lambda total: f1_of(total[..., :4]) - f1_of(total[..., 4:]), n=len(unit), within=SIGNED)
