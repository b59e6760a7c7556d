"""Who may see what of the judgments while they are being given (docs/protocol.md, Counting)."""

from django.db.models import Q

from accounts.models import User
from conversations.enums import COLLECTING, Role, StudyState
from conversations.models import Stage, Study
from judgments.models import Assignment
from raters.models import Enrolment


def withheld_stages(study: Study, user: User | None) -> list[int]:
    """The stages whose labels this user must not see yet. None is the operator at the command line."""
    if user is None or study.memberships.filter(user=user, role=Role.OWNER).exists():
        return []
    if study.state == StudyState.CLOSED:
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
