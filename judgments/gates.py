"""What stands between a rater and their first page: asked when a page is opened, so that a submit never loses an answer."""

from django.urls import reverse

from conversations.enums import StageState, StudyState
from judgments.queries.learning import came_by_platform, lessons
from judgments.visits import Visit
from raters.enums import EnrolmentOutcome

_ENDED = frozenset({EnrolmentOutcome.FAILED_COMPREHENSION, EnrolmentOutcome.SCREENED_OUT})


def next_gate(visit: Visit) -> str | None:
    """The address the rater must visit before rating, or None.

    Who came by no platform has no code to be shown: the rating page itself tells them that their part has ended.
    """
    admission = visit.admission
    if admission.outcome == EnrolmentOutcome.FAILED_COMPREHENSION:
        return _address(visit, "judgments:check")
    if admission.outcome in _ENDED or visit.enrolment.outcome == EnrolmentOutcome.WITHDREW:
        return _address(visit, "arrival:ended") if came_by_platform(admission) else None
    if visit.stage.state != StageState.OPEN or visit.study.state != StudyState.ACTIVE:
        return None
    due = lessons(admission)
    if due.consent is not None and due.consent != visit.enrolment.consent_id and (link := admission.entry_link):
        return reverse("arrival:arrive", args=[link.token])
    if due.practice:
        return _address(visit, "judgments:practice")
    return _address(visit, "judgments:check") if due.questions else None


def _address(visit: Visit, name: str) -> str:
    return reverse(name, args=[visit.study.slug, visit.stage.number])
