"""A rater meets a task once, and never a task beside one that was made from it."""

from django.db.models import Exists, OuterRef

from judgments.counting import judged
from judgments.eligibility.barriers import Barrier
from judgments.models import Assignment

# A truth of the row ``slot``: the rater's own assignments are looked up for each candidate.
NOT_MET_SQL = """NOT EXISTS (
            SELECT FROM judgments_assignment own
            WHERE own.task_id = slot.task_id AND own.rater_id = %(rater)s OFFSET 0)
        AND NOT EXISTS (
            SELECT FROM judgments_task twin
            WHERE twin.twin_of_id = slot.task_id AND twin.withdrawn_at IS NULL
                AND EXISTS (
                    SELECT FROM judgments_assignment own
                    WHERE own.task_id = twin.id AND own.rater_id = %(rater)s OFFSET 0) OFFSET 0)"""


def met(rater_id: int) -> list[Barrier]:
    mine = Assignment.objects.filter(rater=rater_id)
    own = mine.filter(task=OuterRef("pk"))
    twins = mine.filter(task__twin_of=OuterRef("pk"), task__withdrawn_at__isnull=True)
    return [
        ("judged", Exists(own.filter(judged()))),
        ("set_aside", Exists(own)),
        ("met_as_check", Exists(twins)),
    ]
