"""Whole studies with arms, controls and a ladder played over HTTP: an upload, all stages, raters of known behaviour, the report.

    YARDSTICK_STATE=FOLDER script/demo --port 8417                                              (an instance to play on)
    python -m benchmarks.played_arms --base http://127.0.0.1:8417 --password PASSWORD --data ../shared/data/conversations --results FOLDER

As benchmarks/played_studies.py, of which this is the second half: several arms on a case, controls made of the study's own material, and
raters who judge facts and relevance before they compare. Of each study FOLDER gets the report's figures, the exported judgments and the whole dataset;
effects, contrasts and sensitivity are computed again from the judgments by numpy (played_arms_check.py), and the script ends with 1 where they differ.
``manage.py replay FOLDER/STUDY --against FOLDER/STUDY.report.json`` computes every figure again from the dataset.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

from benchmarks.played_arms_check import differences
from benchmarks.played_arms_material import FALSE, TRUE, ArmMaterial, PlayedArm, build, matters
from benchmarks.played_arms_pages import ArmRater, FactSheet, Knowledge, ResponseSheet
from benchmarks.played_pages import Admin

NOTICED = 1.6  # points by which a careful reader prefers the right side of a control, before chance


@dataclass(frozen=True, slots=True)
class ArmScenario:
    """Who judges what. Standard deviations in points of the latent score; ``at_random``: without reading."""

    title: str
    arms: tuple[PlayedArm, ...]
    stages: tuple[int, ...] = (3,)
    raters: int = 12
    control_share: int = 20
    at_random: bool = False
    of_rater: float = 0.05
    of_subject: float = 0.1
    of_prompt: float = 0.05
    of_comparison: float = 0.1
    of_chance: float = 0.5


KEEP = "One thing to keep in view with this: {}."
BESIDE = "It may help to think of this beside it: {}."
WORTH = "Worth holding next to that: {}."

SCENARIOS = {
    "random": ArmScenario(
        "Raters who do not read", (PlayedArm("memory assistant", "all", KEEP, (TRUE,), 0.0),), at_random=True
    ),
    "equal": ArmScenario("Careful raters of equal pairs", (PlayedArm("memory assistant", "all", KEEP, (TRUE,), 0.0),)),
    "systems": ArmScenario(
        "Two systems of which one helps",
        (
            PlayedArm("first memory", "all", KEEP, (TRUE,), 0.7),
            PlayedArm("second memory", "all", BESIDE, (TRUE,), 0.0),
        ),
    ),
    "ladder": ArmScenario(
        "A ladder on which extraction breaks",
        (
            PlayedArm("memory assistant", "own", KEEP, (TRUE, FALSE), -0.4),
            PlayedArm("memory assistant", "accepted", BESIDE, (TRUE,), 0.5),
            PlayedArm("memory assistant", "relevant", WORTH, (TRUE,), 0.5, only_relevant=True),
        ),
        stages=(1, 2, 3),
    ),
}


@dataclass(slots=True)
class Readers:
    """What each rater thinks of each thing they are shown: the same whoever is asked first."""

    scenario: ArmScenario
    material: ArmMaterial
    seed: int
    of_pair: dict[tuple[int, ...], float] = field(init=False)
    of_rater: Any = field(init=False)

    def __post_init__(self) -> None:
        chance, pairs = np.random.default_rng([self.seed]), self.material.pairs
        subjects = chance.normal(0, self.scenario.of_subject, max(pair.subject for pair in pairs) + 1)
        prompts = chance.normal(0, self.scenario.of_prompt, max(pair.prompt for pair in pairs) + 1)
        own = chance.normal(0, self.scenario.of_comparison, len(pairs))
        self.of_pair = {
            (pair.subject, pair.prompt, pair.arm): self.scenario.arms[pair.arm].effect
            + float(subjects[pair.subject] + prompts[pair.prompt] + noise)
            for pair, noise in zip(pairs, own, strict=True)
        }
        self.of_rater = chance.normal(0, self.scenario.of_rater, self.scenario.raters)

    def response(self, rater: int, sheet: ResponseSheet) -> int:
        """From 1 to 5; 5 for the personalized response, or for the right side of a control."""
        chance = np.random.default_rng([self.seed, rater, *sheet.place])
        if self.scenario.at_random:
            return int(chance.integers(1, 6))
        score = NOTICED if sheet.pair is None else self.of_pair[sheet.place] + self.of_rater[rater]
        return int(np.clip(np.rint(3 + score + chance.normal(0, self.scenario.of_chance)), 1, 5))

    def facts(self, sheet: FactSheet) -> list[int]:
        """Stage 1: accept what people verified of this subject, reject the rest. Stage 2: yes where it matters."""
        if sheet.prompt is None:
            return [1 if is_true else 3 for is_true in sheet.is_true]
        return [int(is_true and matters(sheet.prompt)) for is_true in sheet.is_true]


@dataclass(slots=True)
class Play:
    admin: Admin
    scenario: ArmScenario
    material: ArmMaterial
    readers: Readers
    threads: int

    def whole(self, k: int) -> str:
        """Every slot of every stage is filled and the stages are closed. The study's slug."""
        slug = self.admin.study(self.scenario.title, k)
        self.admin.upload(slug, self.material.rows)
        for stage in self.scenario.stages:
            if stage == max(self.scenario.stages):
                self._prepare_controls(slug)
            self.admin.act(slug, "open", stage)
            self._fill(slug, stage)
            self.admin.act(slug, "close", stage)
        return slug

    def _prepare_controls(self, slug: str) -> None:
        """Of the study's own generic responses, before the stage is opened; and what is said then of the raters needed."""
        self.admin.change(slug, "stages/3/", control_share=self.scenario.control_share)
        self.admin.make_controls(slug)
        print(f"  {slug}, before opening: {self.admin.read(slug, 'stages/3/filling/')}", flush=True)

    def _fill(self, slug: str, stage: int) -> None:
        address, knowledge = self.admin.entry_link(slug, stage), Knowledge(self.material)
        raters = [
            ArmRater(self.admin.base, address, number, stage, knowledge) for number in range(self.scenario.raters)
        ]
        with ThreadPoolExecutor(self.threads) as pool:
            while left := self.admin.slots_left(slug, stage):
                if not any(list(pool.map(lambda rater: rater.one_page(self.readers), raters))):  # everybody's turn
                    raise SystemExit(f"{slug}: {left} slots of stage {stage} that nobody is given.")


def main(arguments: Sequence[str] | None = None) -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("scenarios", nargs="*", default=list(SCENARIOS), metavar="SCENARIO", help=", ".join(SCENARIOS))
    asked.add_argument("--base", required=True, help="address of a running instance")
    asked.add_argument("--user", default="demo", help="who may create studies")
    asked.add_argument("--password", required=True)
    asked.add_argument("--data", required=True, type=Path, help="folder of the sessions, attributes and requests")
    asked.add_argument("--results", required=True, type=Path)
    for name, value in {"subjects": 60, "prompts": 20, "each": 3, "k": 3, "threads": 4, "seed": 13}.items():
        asked.add_argument(f"--{name}", type=int, default=value)
    options = asked.parse_args(arguments)
    options.results.mkdir(parents=True, exist_ok=True)
    admin, differ = Admin(options.base, options.user, options.password), False
    for name in options.scenarios:
        scenario = SCENARIOS[name]
        sizes = {"subjects": options.subjects, "prompts": options.prompts, "each": options.each}
        material = build(options.data, scenario.arms, **sizes)
        readers = Readers(scenario, material, options.seed)
        slug = Play(admin, scenario, material, readers, options.threads).whole(options.k)
        figures = admin.report(slug)
        (options.results / f"{slug}.report.json").write_text(json.dumps(figures, indent=1))
        judgments = options.results / f"{slug}.judgments.jsonl"
        judgments.write_bytes(admin.export(slug))
        with ZipFile(BytesIO(admin.export(slug, "dataset", "zip"))) as dataset:
            dataset.extractall(options.results / slug)
        print(f"{name} ({slug}): {figures['verdict']['title']}", flush=True)
        for said in (found := differences(figures, judgments, scenario.arms)):
            print(f"  differs: {said}", flush=True)
        differ |= bool(found)
    sys.exit(differ)


if __name__ == "__main__":
    main()
