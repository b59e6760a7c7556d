"""Who may see what of the judgments while they are being given, and who has (docs/protocol.md, Counting).

Whatever shows labels asks ``look``, which decides and writes down in one go. ``sight_of`` decides only: it is for pages
that say what would be shown, and tests/judgments/test_disclosure.py holds the list of who may ask it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.models import User
from conversations.enums import COLLECTING, Role, StageNumber, StudyState
from conversations.models import Stage, Study
from judgments.enums import LookWay
from judgments.models import Assignment
from judgments.models.looks import OPERATOR
from raters.models import Enrolment

# Only of stages that hold judgments: nobody has seen labels that were not there. Once per person and way, then counted.
_NOTE = """
INSERT INTO judgments_look (stage_id, user_id, looker, role, way, while_collecting, times, first_at, last_at)
SELECT stage.id, %(user)s, %(looker)s, %(role)s, %(way)s, stage.state = ANY(%(collecting)s), 1, %(now)s, %(now)s
FROM conversations_stage stage
WHERE stage.study_id = %(study)s AND stage.number = ANY(%(stages)s) AND EXISTS (
    SELECT FROM judgments_task task
    JOIN judgments_unit unit ON unit.task_id = task.id
    JOIN judgments_judgment judgment ON judgment.unit_id = unit.id
    WHERE task.stage_id = stage.id)
ORDER BY stage.id
ON CONFLICT (stage_id, looker, role, way, while_collecting) DO UPDATE
SET times = judgments_look.times + 1, last_at = GREATEST(judgments_look.last_at, EXCLUDED.last_at)
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one user may see of the judgments now."""

    withheld: frozenset[int]  # stages whose labels only the owner sees yet
    waits: bool  # rates in this study: no results until its stages are closed
    role: str = OPERATOR  # in the study; the operator sees all at the command line

    def hides(self, stage: int) -> bool:
        return self.waits or stage in self.withheld


def look(
    *,
    study: Study,
    user: User | None,
    by: LookWay,
    now: datetime,
    at: Collection[int] = tuple(StageNumber),
    tells_of_withheld: bool = False,
    sight: Sight | None = None,
) -> Sight:
    """What this user may see, written down as seen. None is the operator at the command line.

    ``at``: the numbers of the stages in question; all three without it. ``tells_of_withheld``: so does what is shown, if not by side.
    ``sight``: of this user, where it was taken a moment ago.
    """
    sight = sight or sight_of(study=study, user=user)
    shown = set(at) if tells_of_withheld else set(at) - sight.withheld
    if sight.role and not sight.waits and (seen := sorted(shown)):
        _note(study=study, user=user, role=sight.role, by=by, stages=seen, now=now)
    return sight


def sight_of(*, study: Study, user: User | None) -> Sight:
    role = _role(study, user)
    return Sight(frozenset(_withheld(study, role)), must_wait_as_rater(study, user), role)


def _role(study: Study, user: User | None) -> str:
    """Empty for who is no member, or no longer."""
    if user is None:
        return OPERATOR
    return study.memberships.filter(user=user).values_list("role", flat=True).first() or ""


def _withheld(study: Study, role: str) -> list[int]:
    if not role:
        return list(StageNumber)
    if role in {OPERATOR, Role.OWNER} or study.state == StudyState.CLOSED:
        return []
    return list(study.stages.filter(state__in=COLLECTING).order_by("number").values_list("number", flat=True))


def must_wait_as_rater(study: Study, user: User | None) -> bool:
    """Who rates in a study can't see its results until it closes, whatever their role and by whatever link."""
    if user is None or study.state == StudyState.CLOSED or not is_collecting(study):
        return False
    played = Enrolment.objects.filter(study=study, accounts=user).values("rater")
    return Assignment.objects.filter(Q(rater__user=user) | Q(rater__in=played), stage__study=study).exists()


def is_collecting(study: Study) -> bool:
    return Stage.objects.filter(study=study, state__in=COLLECTING).exists()


def _note(*, study: Study, user: User | None, role: str, by: LookWay, stages: list[int], now: datetime) -> None:
    said: dict[str, Any] = {
        "study": study.pk,
        "stages": stages,
        "user": user and user.pk,
        "looker": user.pk if user else 0,
        "role": role,
        "way": by.value,
        "collecting": list(COLLECTING),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, said)
