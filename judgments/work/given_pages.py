"""An assignment with all that its page is built from, read by one statement: by its id, or as the claim makes it."""

import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any

from accounts.joined_rows import Joined, JoinedRows
from accounts.statements import Statement, columns, one
from conversations.laid_out import LAID_OUT_COLUMNS, LAID_OUT_SQL, renderers
from conversations.models import Case, Comparison, Prompt, Response, Stage, Subject
from judgments.models import Assignment, RulesInForce, Task
from judgments.stages import behaviour
from raters.models import Rater

_PAGE = {
    "assignment": Joined(Assignment),
    "rules": Joined(RulesInForce, ["facts"]),
    "task": Joined(Task, ["kind", "stage_id", "twin_of_id", "flagged", "subject_id", "case_id", "comparison_id"]),
}
_PAIR = {
    "pair": Joined(Case, ["subject_id", "prompt_id"]),
    "prompt": Joined(Prompt, ["text"]),
}
# By the field of Task that names what a page is about.
_ROWS = {
    "subject": JoinedRows(_PAGE | {"subject": Joined(Subject)}),
    "case": JoinedRows(_PAGE | _PAIR),
    "comparison": JoinedRows(
        _PAGE
        | _PAIR
        | {
            "comparison": Joined(Comparison, ["case_id", "generic_id", "personalized_id"]),
            "generic": Joined(Response, ["text"]),
            "personalized": Joined(Response, ["text"]),
        }
    ),
}
_RESPONSES = ("generic", "personalized")
_JOINS = {
    "subject": "JOIN conversations_subject subject ON subject.id = task.subject_id",
    "case": """JOIN conversations_case pair ON pair.id = task.case_id
    JOIN conversations_prompt prompt ON prompt.id = pair.prompt_id""",
    "comparison": """JOIN conversations_comparison comparison ON comparison.id = task.comparison_id
    JOIN conversations_case pair ON pair.id = comparison.case_id
    JOIN conversations_prompt prompt ON prompt.id = pair.prompt_id
    JOIN conversations_response generic ON generic.id = comparison.generic_id
    JOIN conversations_response personalized ON personalized.id = comparison.personalized_id
    """
    + "\n    ".join(LAID_OUT_SQL.format(response=response) for response in _RESPONSES),
}
_BESIDE = {
    "subject": "",
    "case": "",
    "comparison": "".join(f", {LAID_OUT_COLUMNS.format(response=response)}" for response in _RESPONSES),
}


@cache
def page_sql(number: int, assignments: str) -> str:
    """Reads pages of a stage of this number, of rows of ``assignments`` that are named ``assignment``."""
    target = behaviour(number).target
    return f"""SELECT {_ROWS[target].columns}{_BESIDE[target]}
    FROM {assignments} assignment
    LEFT JOIN judgments_rulesinforce rules ON rules.id = assignment.rules_id
    JOIN judgments_task task ON task.id = assignment.task_id
    {_JOINS[target]}"""  # noqa: S608 - of our own words only


@cache
def _of_rater(number: int) -> Statement[tuple[Any, ...]]:
    own = "WHERE assignment.id = %(assignment)s AND assignment.rater_id = %(rater)s AND assignment.stage_id = %(stage)s"
    return Statement(f"{page_sql(number, 'judgments_assignment')}\n    {own}", columns)


def given_page(*, rater: Rater, stage: Stage, assignment_id: uuid.UUID) -> Assignment | None:
    """The rater's own assignment in this stage. Raises nothing: None where it is not theirs."""
    own = {"assignment": assignment_id, "rater": rater.pk, "stage": stage.pk, "renderers": renderers()}
    row = one(_of_rater(stage.number), own)
    return page_in(row, stage) if row else None


def page_in(row: Sequence[Any], stage: Stage) -> Assignment:
    """The assignment in a row of ``page_sql``, joined to what was read with it."""
    read = _ROWS[behaviour(stage.number).target]
    found = read.objects(row)
    assignment: Assignment = found["assignment"]
    assignment.stage, assignment.task = stage, found["task"]
    if (
        found["rules"] or assignment.rules_id is None
    ):  # else they came into force with this very page, unseen by its statement
        assignment.rules = found["rules"]
    if pair := found.get("pair"):
        pair.prompt = found["prompt"]
    if comparison := found.get("comparison"):
        comparison.case, comparison.generic, comparison.personalized = pair, found["generic"], found["personalized"]
        (
            comparison.generic.is_laid_out,
            comparison.generic.html,
            comparison.personalized.is_laid_out,
            comparison.personalized.html,
        ) = row[read.width :]
    task = assignment.task
    task.subject, task.case, task.comparison = found.get("subject"), None if comparison else pair, comparison
    return assignment
