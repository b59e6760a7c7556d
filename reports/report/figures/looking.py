"""Who saw labels before their stage had ended, and which stages were opened again: docs/protocol.md, Statistics."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from conversations.enums import Role
from judgments.enums import LookWay
from reports.dataset.looking import LookFacts, ReopeningFacts
from reports.dataset.study_facts import StudyFacts


def looking_figures(facts: StudyFacts) -> dict[str, Any]:
    """``sentences`` stand beside the verdict: where others than the owner looked, or a stage that was seen went on."""
    return {
        "looks": [asdict(each) for each in facts.looks],
        "reopenings": [asdict(each) for each in facts.reopenings],
        "sentences": [*_by_others(facts.looks), *_opened_again(facts.reopenings)],
    }


def _by_others(looks: Sequence[LookFacts]) -> list[str]:
    others = [each for each in looks if each.role != Role.OWNER]
    sentences = []
    for stage in sorted({each.stage for each in others}):
        ways = [
            f"{_who(each)} ({LookWay(each.way).label}{'' if each.while_collecting else ', while it was closed'})"
            for each in others
            if each.stage == stage
        ]
        sentences.append(f"Before stage {stage} had ended, others than the owner saw labels of it: {'; '.join(ways)}.")
    return sentences


def _who(look: LookFacts) -> str:
    if look.role not in Role.values:
        return "whoever runs the installation"
    return f"{look.members} {look.role}{'s' if look.members > 1 else ''}"


def _opened_again(reopenings: Sequence[ReopeningFacts]) -> list[str]:
    return [
        f"Stage {each.stage} was opened again on {each.reopened_at[:10]}, after labels of it had been seen."
        for each in reopenings
        if each.after_looks
    ]
