"""How far a ladder is: its steps in the order in which they can be done, and what each waits for."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from conversations.enums import Policy, ResponseKind, SelectionPool, StageNumber
from conversations.models import Attribute, Comparison, SilentCase
from generation.enums import ItemState, RunKind
from generation.kinds.responses.scope import responses_to_write
from generation.kinds.selections.configuration import AttributesOf
from generation.kinds.selections.scope import cases_to_ask_about
from generation.ladder.scope import RUNGS, Ladder
from generation.models import Run, RunItem
from judgments.enums import TaskKind
from judgments.models import Consensus
from judgments.stages.response import shown

DONE, RUNNING, READY, WAITING, BEGUN = "done", "running", "ready", "waiting", "begun"
TONES = {DONE: "done", RUNNING: "active", READY: "waiting", WAITING: "", BEGUN: "active"}


@dataclass(frozen=True, slots=True)
class LadderStep:
    """``done`` of ``total`` cases or comparisons. ``ready``: how many could be done now, ``going``: how many a run is at.

    ``stage``: where raters do it; ``key``: of the run that does it. Material that comes otherwise has neither.
    """

    title: str
    help: str
    done: int
    total: int
    key: str = ""
    stage: int = 0
    ready: int = 0
    going: int = 0
    waits_for: str = ""
    run: Run | None = None
    counted: str = "cases"

    @property
    def state(self) -> str:
        if self.done >= self.total:
            return DONE
        if self.going:
            return RUNNING
        if self.done and not self.key:
            return BEGUN
        return READY if self.ready else WAITING

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def count_text(self) -> str:
        return f"{self.done} of {self.total}"


def steps_of(ladder: Ladder) -> list[LadderStep]:
    return list(_steps(ladder))


def _steps(ladder: Ladder) -> Iterator[LadderStep]:
    own, anew = (_selection(ladder, pool) for pool in (SelectionPool.ALL, SelectionPool.ACCEPTED))
    responses = {policy: _responses(ladder, policy) for policy in RUNGS}
    relevant = responses[Policy.RELEVANT]
    attributes = _attributes(ladder)
    yield attributes
    yield own
    yield LadderStep(
        "People judge the attributes",
        "Stage 1: what they accept is what the second arm selects from.",
        anew.done + anew.going + anew.ready,
        anew.total,
        stage=StageNumber.EXTRACTION,
        ready=attributes.done,
    )
    yield anew
    yield LadderStep(
        "People judge the relevance",
        "Stage 2: what they find relevant is what the third arm is given.",
        relevant.done + relevant.going + relevant.ready,
        relevant.total,
        stage=StageNumber.RELEVANCE,
        ready=attributes.done,
    )
    yield from responses.values()
    yield _ratings(ladder)


def _attributes(ladder: Ladder) -> LadderStep:
    attributes = Attribute.objects.filter(withdrawn_at__isnull=True)
    if ladder.attributes_of == AttributesOf.OWN:
        attributes = attributes.filter(system=ladder.system)
    done = ladder.cases.filter(subject__in=attributes.values("subject")).count()
    return LadderStep(
        "Attributes are there",
        "Extracted by the system, or uploaded. A subject of whom nothing was found has none.",
        done,
        len(ladder.case_ids),
    )


# Title, help, and what a step waits for.
SELECTING = {
    SelectionPool.ALL: (
        "The system selects",
        "Its own selection, from all attributes: for the first arm, and for the figures of stage 2.",
        "attributes",
    ),
    SelectionPool.ACCEPTED: (
        "The system selects anew",
        "From the attributes that people accepted: for the second arm.",
        "stage 1, judged to the end",
    ),
}
RESPONDING = {
    Policy.OWN: ("Responses with its own selection", "The first arm: the real pipeline.", "its own selection"),
    Policy.ACCEPTED: (
        "Responses without rejected attributes",
        "The second arm: with what it selected anew.",
        "its selection from accepted attributes",
    ),
    Policy.RELEVANT: (
        "Responses with relevant attributes",
        "The third arm: with what people accepted and found relevant.",
        "stage 2, judged to the end",
    ),
}


def _selection(ladder: Ladder, pool: SelectionPool) -> LadderStep:
    told = ladder.selections(pool)
    mine = Q(run__kind=RunKind.SELECTIONS, run__configuration__pool=pool)
    return _of_run(
        ladder,
        f"select-{pool}",
        *SELECTING[pool],
        done=len(ladder.spoken(pool)),
        going=_going(ladder, mine),
        ready=cases_to_ask_about(ladder.study, ladder.system, told).filter(pk__in=ladder.case_ids).count(),
        run=_last_run(ladder, Q(kind=RunKind.SELECTIONS, configuration__pool=pool)),
    )


def _responses(ladder: Ladder, policy: Policy) -> LadderStep:
    """A case whose item runs is among those to be written still: it is going, not ready."""
    wanted = responses_to_write(ladder.study, ladder.system, ladder.responses(policy), cases=ladder.cases)
    told = Q(run__kind=RunKind.RESPONSES, run__configuration__policy=policy)
    mine = told & Q(run__configuration__max_given=ladder.max_given, response_kind=ResponseKind.PERSONALIZED)
    going = _going(ladder, mine)
    return _of_run(
        ladder,
        f"respond-{policy}",
        *RESPONDING[policy],
        done=len(ladder.answered(policy)),
        going=going,
        ready=max(0, len(wanted.personalized | wanted.silent) - going),
        run=_last_run(ladder, Q(kind=RunKind.RESPONSES, configuration__policy=policy)),
    )


def _of_run(
    ladder: Ladder, key: str, title: str, text: str, first: str, *, done: int, going: int, ready: int, run: Run | None
) -> LadderStep:
    total = len(ladder.case_ids)
    left = total - done - going - ready
    waits = f"Waits for {first}: {left} case{'' if left == 1 else 's'}." if left > 0 else ""
    return LadderStep(title, text, done, total, key=key, ready=ready, going=going, waits_for=waits, run=run)


def _going(ladder: Ladder, of_run: Q) -> int:
    """Cases that a run is at, or will be."""
    items = RunItem.objects.filter(
        of_run, run__system=ladder.system, state__in=[ItemState.WAITING, ItemState.RUNNING], case__in=ladder.case_ids
    )
    return items.values("case").distinct().count() if ladder.system else 0


def _last_run(ladder: Ladder, of_kind: Q) -> Run | None:
    if ladder.system is None:
        return None
    return Run.objects.filter(of_kind, study=ladder.study, system=ladder.system).order_by("-pk").first()


def _ratings(ladder: Ladder) -> LadderStep:
    """Of the comparisons of all three arms; where an arm is silent nobody is asked."""
    arms = [arm for arm in map(ladder.arm, RUNGS) if arm is not None]
    asked = Comparison.objects.filter(shown(), arm__in=arms, case__in=ladder.case_ids)
    ties = Comparison.objects.filter(arm__in=arms, case__in=ladder.case_ids, identical=True, withdrawn_at__isnull=True)
    silent = SilentCase.objects.filter(arm__in=arms, case__in=ladder.case_ids)
    unit = {"unit__task__comparison__in": asked.values("pk"), "unit__attribute__isnull": True}
    judged = Consensus.objects.filter(provisional=False, unit__task__kind=TaskKind.REGULAR, **unit)
    done = judged.count() + silent.count() + ties.count()
    return LadderStep(
        "People rate the responses",
        "Stage 3: each arm against the same generic response.",
        done,
        len(RUNGS) * len(ladder.case_ids),
        stage=StageNumber.RESPONSE,
        ready=asked.count(),
        counted="comparisons",
    )
