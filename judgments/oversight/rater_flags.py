"""What about a rater's work deserves a look, in words. Each rule asks for enough pages, and for a clear difference."""

from collections.abc import Iterator
from dataclasses import dataclass

from judgments.oversight.answer_signs import AnswerSigns
from judgments.oversight.control_answers import ControlAnswers
from judgments.oversight.intervals import Share
from judgments.oversight.rater_figures import StageFigures

PAGES = 5  # fewer say nothing about habits
LABELS = 20
GOLD_LABELS = 5
CONTROLS = 6  # fewer leave even random answers a fair chance of being right
CONTROLS_RIGHT = (
    0.75  # who reads both responses is right about nearly all; random answers about 40 %, one side always 50 %
)
CHECKS_FAILED = 2  # one slip is human, and no platform lets it count
STRAIGHT_SHARE = 0.8
ABOVE_OTHERS = 0.3
FAST_SHARE = 0.3
BELOW_OTHERS = 0.1
SIDE_REACH = 0.15
SIGNS = 3  # pages with a sign that an AI may have answered; fewer happen to anybody
SIGNS_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class FlagEvidence:
    """What the flags of one rater in one stage are drawn from."""

    figures: StageFigures
    gold: Share | None
    gold_threshold: float
    checks_failed: int
    checks: int
    controls: ControlAnswers | None
    peers: Share | None
    others_peers: float | None  # agreement of all raters of the stage
    signs: AnswerSigns


def flags(evidence: FlagEvidence, *, with_sides: bool) -> list[str]:
    found = [*_accuracy(evidence), *_habits(evidence.figures), *_signs(evidence.signs)]
    return [*found, *_sides(evidence.figures)] if with_sides else found


def _accuracy(evidence: FlagEvidence) -> Iterator[str]:
    if evidence.checks_failed >= CHECKS_FAILED:
        yield f"failed {evidence.checks_failed} of {evidence.checks} attention checks"
    gold = evidence.gold
    if gold is not None and gold.total >= GOLD_LABELS and gold.high < evidence.gold_threshold:
        yield "agrees little with gold"
    controls = evidence.controls.share if evidence.controls is not None else None
    if controls is not None and controls.total >= CONTROLS and controls.high < CONTROLS_RIGHT:
        yield "misses controls"
    peers = evidence.peers
    if peers is None or evidence.others_peers is None or peers.total < LABELS:
        return
    if peers.high < evidence.others_peers - BELOW_OTHERS:
        yield "agrees less with peers than the others do"


def _habits(figures: StageFigures) -> Iterator[str]:
    straight, others = figures.straight_lining, figures.others_straight_lining
    if straight is not None and straight.total >= PAGES and straight.value >= STRAIGHT_SHARE:
        usual = others.value if others is not None else None
        if usual is not None and straight.value >= usual + ABOVE_OTHERS:
            yield "gives whole pages the same label"
    speeding = figures.speeding
    if speeding is not None and speeding.total >= PAGES and speeding.value >= FAST_SHARE:
        yield "is often much faster than the others"


def _signs(signs: AnswerSigns) -> Iterator[str]:
    if _often(signs.pasted, signs.pages):
        yield f"pasted into notes on {signs.pasted} of {signs.pages} pages"
    if _often(signs.left_with_copy, signs.pages):
        yield f"copied from {signs.left_with_copy} of {signs.pages} pages and then left them"
    if _often(signs.quick, signs.to_read):
        yield f"answered {signs.quick} of {signs.to_read} pages in less than half the time that reading them takes"
    if _often(signs.same_notes, signs.pages):
        yield f"wrote notes on {signs.same_notes} of {signs.pages} pages that stand on other pages too"


def _often(pages: int, of: int) -> bool:
    return pages >= SIGNS and pages >= SIGNS_SHARE * of


def _sides(figures: StageFigures) -> Iterator[str]:
    left = figures.left.share if figures.left is not None else None
    if left is None or left.total < LABELS:
        return
    if left.low > 0.5 + SIDE_REACH:
        yield "prefers the left side"
    elif left.high < 0.5 - SIDE_REACH:
        yield "prefers the right side"
