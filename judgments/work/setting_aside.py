"""Cases that serve controls only are drawn by the study's seed, before anybody has judged a response to them."""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from conversations.enums import StageNumber, StageState
from conversations.models import Case, Stage, Study
from judgments.models import Assignment

PLANNED_CONTROLS, PLANNED_CONTROL_RATERS = 100, 6  # judgments of controls (docs/protocol.md, Controls)
ENOUGH_CASES = -(-PLANNED_CONTROLS // PLANNED_CONTROL_RATERS)  # nobody meets a case twice
FEWEST_CASES = 20  # of a study that can spare any
_SPARED = 5  # one case in so many, at most


@dataclass(frozen=True, slots=True)
class SparedCase:
    case_id: int
    subject_id: int
    prompt_id: int


def drawn(candidates: Sequence[SparedCase], *, taken: int, of: int, seed: int) -> list[int]:
    """The cases to set aside beside the ``taken`` ones, of so many cases in all. Pure.

    A subject or a prompt that has other cases is not left without any.
    """
    wanted = min(ENOUGH_CASES, of // _SPARED) - taken if of >= FEWEST_CASES else 0
    left_of_subject = Counter(one.subject_id for one in candidates)
    left_of_prompt = Counter(one.prompt_id for one in candidates)
    found: list[int] = []
    for one in sorted(candidates, key=lambda one: _rank(seed, one.case_id)):
        if len(found) >= wanted:
            break
        if left_of_subject[one.subject_id] > 1 and left_of_prompt[one.prompt_id] > 1:
            left_of_subject[one.subject_id] -= 1
            left_of_prompt[one.prompt_id] -= 1
            found.append(one.case_id)
    return found


def _rank(seed: int, case_id: int) -> str:
    return hashlib.sha256(f"{seed}:controls:{case_id}".encode()).hexdigest()


def live_cases(study: Study) -> QuerySet[Case]:
    return Case.objects.filter(
        subject__study=study, subject__withdrawn_at__isnull=True, prompt__withdrawn_at__isnull=True
    )


def unjudged(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Of which nobody has been given a comparison of an arm."""
    given = Assignment.objects.filter(task__comparison__case=OuterRef("pk"), task__comparison__control="")
    return cases.filter(~Exists(given))


def cases_to_set_aside(study: Study, *, among: QuerySet[Case] | None = None) -> list[int]:
    """What would be set aside now, of these cases; nothing once stage 3 was opened."""
    if not Stage.objects.filter(study=study, number=StageNumber.RESPONSE, state=StageState.DRAFT).exists():
        return []
    cases = live_cases(study)
    free = unjudged((cases if among is None else among).filter(for_controls=False)).order_by("id")
    candidates = [SparedCase(*row) for row in free.values_list("id", "subject_id", "prompt_id")]
    taken = cases.filter(for_controls=True).count()
    return drawn(candidates, taken=taken, of=cases.count(), seed=study.seed)


def set_aside(case_ids: Collection[int]) -> int:
    return Case.objects.filter(pk__in=case_ids).update(for_controls=True)
