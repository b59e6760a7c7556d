"""Who had looked early comes along with a dataset: by role, and as nobody of this installation."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import count

from conversations.enums import Role
from conversations.models import Study
from judgments.enums import LookWay
from judgments.models import Look, Reopening
from judgments.models.looks import OPERATOR
from reports.dataset.looking import LookFacts, ReopeningFacts
from reports.dataset.study_facts import StudyFacts
from reports.imports.expected import is_stage
from reports.imports.problems import refusal

MOST_LOOKERS = 10_000  # of one study, all ways together


def check_looks(facts: StudyFacts) -> None:
    """Raises DatasetRefused for looks that an export can't have written."""
    if not all(_is_reopening(each) for each in facts.reopenings):
        raise refusal(
            "study.json", "when stages were opened again, as an export writes it", "others", field="reopenings"
        )
    if not all(_is_look(each) for each in facts.looks) or sum(each.members for each in facts.looks) > MOST_LOOKERS:
        raise refusal("study.json", "who looked early, as an export writes it", "others", field="looks")


def keep_looks(study: Study, looks: Sequence[LookFacts], reopenings: Sequence[ReopeningFacts]) -> None:
    """One row for each person, whose number is below 0: no account, so that nobody here is taken for them."""
    stages, numbers = {stage.number: stage for stage in study.stages.all()}, count(1)
    Reopening.objects.bulk_create(
        Reopening(stage=stages[each.stage], reopened_at=_moment(each.reopened_at)) for each in reopenings
    )
    Look.objects.bulk_create(
        Look(
            stage=stages[each.stage],
            looker=-next(numbers),
            role=each.role,
            way=each.way,
            while_collecting=each.while_collecting,
            first_at=_moment(each.first_at),
            last_at=_moment(each.first_at),
        )
        for each in looks
        for _member in range(each.members)
    )


def _is_look(each: LookFacts) -> bool:
    said: dict[str, object] = asdict(each)  # as it came, whatever its types
    return (
        is_stage(said["stage"])
        and said["way"] in LookWay.values
        and said["role"] in [*Role.values, OPERATOR]  # a list: what came may have no hash
        and type(said["while_collecting"]) is bool
        and type(said["members"]) is int
        and 1 <= each.members <= MOST_LOOKERS
        and _is_moment(said["first_at"])
    )


def _is_reopening(each: ReopeningFacts) -> bool:
    said: dict[str, object] = asdict(each)
    return is_stage(said["stage"]) and type(said["after_looks"]) is bool and _is_moment(said["reopened_at"])


def _is_moment(written: object) -> bool:
    try:
        return isinstance(written, str) and _moment(written).tzinfo is not None
    except ValueError:
        return False


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)
