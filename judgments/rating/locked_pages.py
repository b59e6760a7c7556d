"""A rater's own page, locked for what is given to it, and whether its stage takes anything."""

import uuid
from dataclasses import dataclass

from accounts.joined_rows import Joined, JoinedRows
from accounts.statements import Statement, columns, one
from conversations.enums import StageState, StudyState
from conversations.models import Stage, Study
from judgments.models import Assignment, RulesInForce, Task
from judgments.rating.refusals import NotYours, StageNotOpen
from raters.models import Rater

_PAGE = JoinedRows(
    {
        "assignment": Joined(Assignment),
        "rules": Joined(RulesInForce, ["facts"]),
        "task": Joined(Task, ["kind"]),
        "stage": Joined(Stage, ["study_id", "number", "state", "lease_minutes"]),
        "study": Joined(Study, ["state", "deleted_at"]),
    }
)
_UNITS = "SELECT unit.id FROM judgments_unit unit WHERE unit.task_id = task.id"
_LOCKED_PAGE = Statement(
    f"""SELECT {_PAGE.columns},
    ARRAY({_UNITS}),
    ARRAY(
        SELECT unit.id FROM judgments_unit unit JOIN conversations_attribute attribute ON attribute.id = unit.attribute_id
        WHERE unit.task_id = task.id AND attribute.withdrawn_at IS NOT NULL),
    ARRAY({_UNITS} AND unit.attribute_id IS NULL AND unit.instruction = '')
FROM judgments_assignment assignment
LEFT JOIN judgments_rulesinforce rules ON rules.id = assignment.rules_id
JOIN judgments_task task ON task.id = assignment.task_id
JOIN conversations_stage stage ON stage.id = assignment.stage_id
JOIN conversations_study study ON study.id = stage.study_id
WHERE assignment.id = %(assignment)s AND assignment.rater_id = %(rater)s
FOR NO KEY UPDATE OF assignment""",  # noqa: S608 - of our own words only
    columns,
)


@dataclass(frozen=True, slots=True)
class LockedPage:
    assignment: Assignment
    unit_ids: frozenset[int]
    withdrawn_ids: frozenset[int]  # whose attribute was withdrawn after it was shown
    overall_ids: frozenset[int]


def locked_page(rater: Rater, assignment_id: uuid.UUID) -> LockedPage:
    """Raises NotYours."""
    row = one(_LOCKED_PAGE, {"assignment": assignment_id, "rater": rater.pk})
    if row is None:
        raise NotYours
    found = _PAGE.objects(row)
    assignment: Assignment = found["assignment"]
    assignment.rules, assignment.task, assignment.stage = found["rules"], found["task"], found["stage"]
    assignment.stage.study = found["study"]
    units, withdrawn, overall = (frozenset(ids) for ids in row[_PAGE.width :])
    return LockedPage(assignment, units, withdrawn, overall)


def locked_assignment(rater: Rater, assignment_id: uuid.UUID) -> Assignment:
    """Requests about one page take turns, whatever order the network brings them in. Raises NotYours."""
    return locked_page(rater, assignment_id).assignment


def study_runs(stage: Stage) -> bool:
    return stage.study.state == StudyState.ACTIVE and stage.study.deleted_at is None


def refuse_unless_open(stage: Stage) -> None:
    if stage.state != StageState.OPEN or not study_runs(stage):
        raise StageNotOpen
