"""The conflict rules of stages with two responses: which comparisons a rater may not get because of what they have met."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from conversations.models import Stage
from judgments.counting import JUDGED_SQL, judged
from judgments.eligibility.barriers import Barrier
from judgments.models import Assignment
from judgments.stages import behaviour


@dataclass(frozen=True, slots=True)
class ConflictRule:
    name: str
    unless: str  # the setting of the study that lifts it
    sql: str  # true of the row ``task`` where it does not keep the task from the rater
    keeps_back: Callable[[Stage, QuerySet[Assignment]], Exists]  # tasks, by the rater's own assignments


def _judged_the_subject(stage: Stage, mine: QuerySet[Assignment]) -> Exists:
    return Exists(mine.filter(judged(), task__subject=OuterRef("comparison__case__subject")))


def _met_another_comparison(stage: Stage, mine: QuerySet[Assignment]) -> Exists:
    of_case = mine.filter(stage=stage, conflict_key=OuterRef("conflict_key"))
    return Exists(of_case.exclude(task__comparison=OuterRef("comparison")))


_RULES = (
    # Who judged a subject's attributes sees at once which response uses them.
    ConflictRule(
        "conflict_subject",
        "same_rater_across_stages",
        f"""NOT EXISTS (
            SELECT FROM conversations_comparison comparison
            JOIN conversations_case pair ON pair.id = comparison.case_id
            JOIN judgments_task known ON known.subject_id = pair.subject_id
            JOIN judgments_assignment judged ON judged.task_id = known.id AND judged.rater_id = %(rater)s
                AND judged.outcome IN {JUDGED_SQL}
            WHERE comparison.id = task.comparison_id OFFSET 0)""",
        _judged_the_subject,
    ),
    # Two comparisons of a case have the same generic response.
    ConflictRule(
        "conflict_case",
        "several_comparisons_per_case",
        """NOT EXISTS (
            SELECT FROM judgments_assignment met
            JOIN judgments_task other ON other.id = met.task_id
            WHERE met.rater_id = %(rater)s AND met.stage_id = %(stage)s AND met.conflict_key = task.conflict_key
                AND other.comparison_id <> task.comparison_id OFFSET 0)""",
        _met_another_comparison,
    ),
)


def one_comparison_a_case(stage: Stage) -> bool:
    """Whether a rater meets one comparison of a case only."""
    return any(rule.name == "conflict_case" for rule in _rules_of(stage))


def bars_who_judged_the_subject(stage: Stage) -> bool:
    """Whether who judged a subject's attributes is given none of their comparisons."""
    return any(rule.name == "conflict_subject" for rule in _rules_of(stage))


def no_conflict_sql(stage: Stage) -> Sequence[str]:
    """Truths of the row ``task``."""
    return [rule.sql for rule in _rules_of(stage)]


def conflicts(stage: Stage, *, rater_id: int) -> list[Barrier]:
    mine = Assignment.objects.filter(rater=rater_id)
    return [(rule.name, rule.keeps_back(stage, mine)) for rule in _rules_of(stage)]


def _rules_of(stage: Stage) -> Sequence[ConflictRule]:
    if not behaviour(stage.number).has_sides:
        return ()
    return [rule for rule in _RULES if not getattr(stage.study, rule.unless)]
