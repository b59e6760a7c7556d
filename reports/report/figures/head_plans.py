"""How much more each arm and each contrast takes, and whether it may stop: each is a question of its own."""

from collections.abc import Sequence
from typing import Any

from reports.dataset.dataset import Dataset
from reports.dataset.frames import Frame
from reports.report.figures.planning import plan_figures
from reports.report.figures.stopping import RULE, stopping
from reports.report.figures.weighing import Weighed

type Json = dict[str, Any]


def head_plans(
    dataset: Dataset, frame: Frame, arms: Sequence[Weighed], contrasts: Sequence[Weighed], seed: int
) -> Json:
    """Where there are several arms, the plans of each are all there is: of all together there is no word."""
    each, between = (
        [{"name": one.name, **plan_figures(dataset, frame, one, seed=seed)} for one in several]
        for several in (arms, contrasts)
    )
    looks = [_stopping(dataset, frame, one) for one in arms]
    looks_between = [_stopping(dataset, frame, one) for one in contrasts]
    if len(arms) == 1:
        alone = {**looks[0], "arms": [], "contrasts": []}
        return {**each[0], "arms": [], "contrasts": [], "stopping": alone}
    stop = {"method": RULE, "word": None, "sentence": _said(looks), "arms": looks, "contrasts": looks_between}
    return {"sentence": _said(each), "arms": each, "contrasts": between, "stopping": stop}


def sentences_of(plan: Json) -> dict[str, str]:
    """By the name of each arm and contrast."""
    each = [*plan["arms"], *plan["contrasts"]] or [plan]
    return {one["name"]: one["sentence"] for one in each}


def _stopping(dataset: Dataset, frame: Frame, weighed: Weighed) -> Json:
    found = weighed.found
    said = stopping(
        dataset,
        frame,
        weighed.units,
        weighed.looked,
        real_conversations=found.real_conversations,
        controls=found.controls,
        at_once=found.effect.at_once,
    )
    return {"name": weighed.name, **said}


def _said(several: Sequence[Json]) -> str:
    return " ".join(f"{one['name']}: {one['sentence']}" for one in several)
