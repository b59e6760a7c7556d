"""Two studies beside each other."""

from typing import Any

from reports.report.presenting import wording
from reports.report.presenting.blocks import Cell, TableBlock, number_cell, share_cell, signed_cell


def two_studies(one: dict[str, Any], other: dict[str, Any]) -> TableBlock:
    """What can be compared; intervals that overlap do not prove that two studies agree."""
    columns = [_column(figures) for figures in (one, other)]
    rows = [[Cell(name), *(column[name] for column in columns)] for name in columns[0]]
    return TableBlock(
        "Two studies of different people or prompts differ for many reasons; the intervals say only what chance can do.",
        ["Figure", one["study"]["title"], other["study"]["title"]],
        rows,
    )


def _arms(figures: dict[str, Any]) -> str:
    names = [arm["name"] for arm in figures.get("arms", []) if arm["judged"]]
    return ", ".join(names) if len(names) > 1 else "none"


def _column(figures: dict[str, Any]) -> dict[str, Cell]:
    verdict, counts = figures["verdict"], figures["counts"]
    first, second, third = (figures.get(f"stage_{number}") or {} for number in (1, 2, 3))
    overall = third.get("overall", {})
    return {
        "Verdict": Cell(verdict["word"]),
        "Arms pooled in it": Cell(_arms(figures)),
        "Bottleneck": Cell(figures["bottleneck"]["word"]),
        "Effect, in points": signed_cell(verdict["effect"]),
        "Margin": Cell(f"{verdict['margin']:.2f}", is_number=True),
        "Harm: answers 1 or 2": share_cell(verdict["harm"]),
        "Rated better": share_cell(overall.get("better")),
        "Rated no better": share_cell(overall.get("no_better")),
        "Attributes accepted": share_cell(first.get("shares", {}).get("accept")),
        "Humans say yes": share_cell(second.get("yes_rates", {}).get("human")),
        "LLMs say yes": share_cell(second.get("yes_rates", {}).get("model")),
        "Agreement of two humans (kappa), stage 3": number_cell(third.get("pairwise", {}).get("human_human")),
        "Agreement of an LLM and a human (kappa), stage 3": number_cell(third.get("pairwise", {}).get("model_human")),
        "Real conversations": Cell(wording.count(verdict["real_conversations"]), is_number=True),
        "Subjects": Cell(wording.count(counts["subjects"]), is_number=True),
        "Human judgments": Cell(wording.count(counts["human_judgments"]), is_number=True),
    }
