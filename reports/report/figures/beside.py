"""Each LLM judge of responses beside the humans: how high it rates, in which order, and how often it says the same."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from reports.report.figures.samples import Samples
from reports.stats.attenuation import beside_one_human
from reports.stats.crossing import estimates
from reports.stats.estimate import Estimate
from reports.stats.pairs import mean_kappas
from reports.stats.ranks import spearman_crossed
from reports.stats.ratings import Flags, Floats

NO_COMMON = "This judge and the humans have no unit in common."
CORRECTED = ("judge", "judge_corrected", "human", "human_corrected")


def beside_humans(samples: Samples, judges: Mapping[str, Floats], units: Flags) -> dict[str, dict[str, Any]]:
    """Of each judge, by name, on the units both judged. ``judges``: a label for each unit, NaN where there is none."""
    kappas = _kappas(samples, list(judges), units)
    return {name: {**_one(samples, label, units), "kappa": kappas[name].as_json()} for name, label in judges.items()}


def _one(samples: Samples, label: Floats, units: Flags) -> dict[str, Any]:
    consensus = samples.frame.consensus
    unit = np.flatnonzero(units & np.isfinite(label) & consensus.known)
    n = len(unit)
    if not n:
        nothing = Estimate.undefined(NO_COMMON).as_json()
        names = ("mean", "human_mean", "inflation", "rho", *(f"rho_{name}" for name in CORRECTED))
        return {"units": 0, **dict.fromkeys(names, nothing)}
    given, human = label[unit], consensus.label[unit]
    own = samples.units.rows(unit)
    scale = (float(samples.frame.scale[0]), float(samples.frame.scale[-1]))
    width = scale[1] - scale[0]
    mean, human_mean, inflation = estimates(
        own.sums([given, human, given - human, np.ones(n)]),
        lambda total: total[..., :-1] / np.maximum(total[..., -1:], 1),
        n=n,
        within=(scale, scale, (-width, width)),
    )
    corrected = beside_one_human(np.where(units, label, np.nan), samples.human, samples.units)
    return {
        "units": n,
        "mean": mean.as_json(),
        "human_mean": human_mean.as_json(),
        "inflation": inflation.as_json(),
        "rho": spearman_crossed(given, human, own).as_json(),
        **{f"rho_{name}": each for name, each in asdict(corrected).items()},
    }


def _kappas(samples: Samples, names: list[str], units: Flags) -> dict[str, Estimate]:
    """The weighted kappa of a judge and a human, the mean over humans; of the order that the judge saw first."""
    frame = samples.frame
    humans, models = frame.raters_of("human"), frame.raters_of("model")
    groups = [(models & (frame.name == name), humans) for name in names]
    found = mean_kappas(frame.ratings.of_units(units), frame.scale, samples.units, humans, groups)
    return dict(zip(names, found, strict=True))
