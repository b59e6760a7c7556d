"""Which pages were judged, and which judgments count (docs/protocol.md, Counting): for queries and for SQL, in one place.

The view ``judgments_consensus`` says the same, for humans and panels; a test holds all of them together.
"""

from django.db.models import Q

from judgments.enums import JUDGED, SET_ASIDE, Outcome, TaskKind
from raters.enums import RaterKind

# For ``outcome IN ...``.
JUDGED_SQL = f"({', '.join(repr(outcome.value) for outcome in JUDGED)})"
SET_ASIDE_SQL = f"({', '.join(repr(outcome.value) for outcome in SET_ASIDE)})"

# A truth of the rows ``judgment`` and, left joined, its ``assignment``: its page was judged. The overall answer of a page that
# goes on, or was set aside after it, is stored and in no figure, list or export.
GIVEN_SQL = f"(judgment.assignment_id IS NULL OR assignment.outcome IN {JUDGED_SQL})"

# A truth of the rows ``judgment``, its ``task``, its ``rater`` and, left joined, its ``assignment``.
COUNTED_SQL = f"""(
    judgment.presentation = 0
    AND judgment.excluded_at IS NULL
    AND task.kind = '{TaskKind.REGULAR.value}'
    AND rater.kind = '{RaterKind.HUMAN.value}'
    AND rater.subject_id IS NULL
    AND (judgment.assignment_id IS NULL OR assignment.outcome = '{Outcome.SUBMITTED.value}')
)"""


def judged(prefix: str = "") -> Q:
    """Assignments that ended with an answer, in time to count or not. ``prefix`` leads to them."""
    return Q(**{f"{prefix}outcome__in": JUDGED})


def given(prefix: str = "") -> Q:
    """Judgments whose page was judged, or that came without a page: ``GIVEN_SQL``."""
    return Q(**{f"{prefix}assignment__isnull": True}) | judged(f"{prefix}assignment__")


def counted(prefix: str = "", *, task: str | None = None) -> Q:
    """A human's first answer to a regular page, neither excluded nor surplus nor about oneself.

    ``prefix`` leads to the judgments; ``task`` to their task, where there is a shorter way than by the unit.
    """
    of_task = f"{prefix}unit__task__" if task is None else task
    return Q(
        Q(**{f"{prefix}assignment__isnull": True}) | Q(**{f"{prefix}assignment__outcome": Outcome.SUBMITTED}),
        **{
            f"{prefix}presentation": 0,
            f"{prefix}excluded_at__isnull": True,
            f"{prefix}rater__kind": RaterKind.HUMAN,
            f"{prefix}rater__subject__isnull": True,
            f"{of_task}kind": TaskKind.REGULAR,
        },
    )
