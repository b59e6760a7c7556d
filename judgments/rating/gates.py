"""What stands between a rater and their first page: asked when a page is opened, so that a submit never loses an answer."""

from django.urls import reverse

from conversations.enums import StageState, StudyState
from judgments.rating.admitted import AdmittedRater
from judgments.rating.lessons import came_by_platform, lessons
from raters.enums import EnrolmentOutcome

_ENDED = frozenset({EnrolmentOutcome.FAILED_COMPREHENSION, EnrolmentOutcome.SCREENED_OUT})


def next_gate(admitted: AdmittedRater) -> str | None:
    """The address the rater must go to before rating, or None.

    Who came by no platform has no code to be shown: the rating page itself tells them that their part has ended.
    """
    admission = admitted.admission
    if admission.outcome == EnrolmentOutcome.FAILED_COMPREHENSION:
        return _address(admitted, "judgments:check")
    if admission.outcome in _ENDED or admitted.enrolment.outcome == EnrolmentOutcome.WITHDREW:
        return _address(admitted, "arrival:ended") if came_by_platform(admission) else None
    if admitted.stage.state != StageState.OPEN or admitted.study.state != StudyState.ACTIVE:
        return None
    due = lessons(admission)
    if due.consent is not None and due.consent != admitted.enrolment.consent_id and (link := admission.entry_link):
        return reverse("arrival:arrive", args=[link.token])
    if due.practice:
        return _address(admitted, "judgments:practice")
    return _address(admitted, "judgments:check") if due.questions else None


def _address(admitted: AdmittedRater, name: str) -> str:
    return reverse(name, args=[admitted.study.slug, admitted.stage.number])
