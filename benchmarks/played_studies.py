"""Whole studies played over HTTP: an upload, stage 3, raters who arrive by an open link, and the verdict in the report.

    YARDSTICK_STATE=FOLDER script/demo --port 8417                                              (an instance to play on)
    python -m benchmarks.played_studies --base http://127.0.0.1:8417 --password PASSWORD --data ../shared/data/conversations --results FOLDER

Scripted raters send what a browser sends, read what the page holds, and know the side from the texts alone. Their labels are
rounded latent scores as in benchmarks/verdict_studies.py. Of each study FOLDER gets the report's figures and the exported judgments;
the effect is computed again from these by numpy (played_check.py), and the script ends with 1 where it differs. Figures: docs/statistics.md, Played studies.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.played_check import Checked, check
from benchmarks.played_material import Material, build
from benchmarks.played_pages import Admin, PlayedRater, Sheet

SAME = 1e-9  # points


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who judges what. Standard deviations and ``effect`` in points of the latent score."""

    title: str
    raters: int
    effect: float = 0.0
    of_rater: float = 0.3
    of_subject: float = 0.35
    of_prompt: float = 0.15
    of_comparison: float = 0.5
    of_chance: float = 0.8


SCENARIOS = {
    "differ": Scenario("Three raters who differ", raters=3),
    "small": Scenario("Thirty raters, a small effect", raters=30, effect=0.12),
    "alike": Scenario("Thirty raters who are alike, a small effect", 30, 0.12, 0.15, 0.15, 0.05, 0.3, 0.6),
    "equal": Scenario("Twelve careful raters, equal pairs", 12, 0.0, 0.1, 0.0, 0.0, 0.0, 0.5),
}


@dataclass(slots=True)
class Minds:
    """What each rater thinks of each pair: the same whoever is asked first."""

    scenario: Scenario
    material: Material
    seed: int
    common: Any = field(init=False)
    of_rater: Any = field(init=False)

    def __post_init__(self) -> None:
        chance, pairs = np.random.default_rng([self.seed]), self.material.pairs
        subjects = chance.normal(0, self.scenario.of_subject, max(pair.subject for pair in pairs) + 1)
        prompts = chance.normal(0, self.scenario.of_prompt, max(pair.prompt for pair in pairs) + 1)
        own = chance.normal(0, self.scenario.of_comparison, len(pairs))
        self.common = np.array([subjects[pair.subject] + prompts[pair.prompt] for pair in pairs]) + own
        self.of_rater = chance.normal(0, self.scenario.of_rater, self.scenario.raters)

    def labels(self, rater: int, sheet: Sheet) -> list[int]:
        """For each unit of the page, from 1 to 5, 5 for the personalized response."""
        pair = self.material.pairs.index(sheet.pair)
        chance = np.random.default_rng([self.seed, rater, pair]).normal(0, self.scenario.of_chance, len(sheet.units))
        score = 3 + self.scenario.effect + self.common[pair] + self.of_rater[rater] + chance
        return [int(label) for label in np.clip(np.rint(score), 1, 5)]


def play(admin: Admin, scenario: Scenario, material: Material, *, k: int, threads: int, seed: int) -> str:
    """Every slot is filled and the stage closed. The study's slug."""
    slug = admin.study(scenario.title, k)
    admin.upload(slug, material.rows)
    admin.act(slug, "open")
    address = admin.entry_link(slug)
    minds = Minds(scenario, material, seed)
    raters = [PlayedRater(admin.base, address, number, material.pairs) for number in range(scenario.raters)]
    with ThreadPoolExecutor(threads) as pool:
        while admin.slots_left(slug):
            had_pages = list(
                pool.map(lambda rater: rater.one_page(minds.labels), raters)
            )  # everybody's turn, then again
            if not any(had_pages):
                raise SystemExit(f"{slug}: {admin.slots_left(slug)} slots are left that nobody is given.")
    admin.act(slug, "close")
    return slug


def settle(admin: Admin, slug: str, folder: Path) -> tuple[dict[str, Any], Checked]:
    """The report's figures and what numpy says of the export, both kept in the folder."""
    figures = admin.report(slug)
    (folder / f"{slug}.report.json").write_text(json.dumps(figures, indent=1))
    judgments = folder / f"{slug}.judgments.jsonl"
    judgments.write_bytes(admin.export(slug))
    return figures["verdict"], check(judgments)


def line(verdict: dict[str, Any], checked: Checked) -> str:
    spans = (verdict[name] for name in ("effect", "effect_90", "effect_these"))
    parts = [f"{span['value']:+.3f} [{_bound(span['low'])}, {_bound(span['high'])}]" for span in spans]
    counts = (
        f"{checked.subjects} subjects, {checked.raters} raters, {checked.prompts} prompts, {checked.ratings} ratings"
    )
    word = verdict["word"] if verdict["these"] is None else f"{verdict['word']} (these: {verdict['these']})"
    return f"{word} | 95 %, 90 %, these 95 %: {'; '.join(parts)} | numpy {checked.effect:+.3f}, standard error over subjects {checked.error:.3f} | {counts}"


def _bound(value: float | None) -> str:
    return "none" if value is None else f"{value:+.3f}"


def agree(verdict: dict[str, Any], checked: Checked) -> bool:
    counts = ("subjects", "raters", "prompts", "comparisons")
    same = abs(verdict["effect"]["value"] - checked.effect) < SAME and verdict["judgments"] == checked.ratings
    return same and all(verdict[name] == getattr(checked, name) for name in counts)


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
    material = build(options.data, subjects=options.subjects, prompts=options.prompts, each=options.each)
    admin, differ = Admin(options.base, options.user, options.password), False
    for name in options.scenarios:
        chosen = {"k": options.k, "threads": options.threads, "seed": options.seed}
        slug = play(admin, SCENARIOS[name], material, **chosen)
        verdict, checked = settle(admin, slug, options.results)
        print(f"{name} ({slug}): {line(verdict, checked)}", flush=True)
        differ |= not agree(verdict, checked)
    sys.exit(differ)


if __name__ == "__main__":
    main()
