"""A rater at a stage: who asks, and for what."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from conversations.models import Stage, Study
from judgments.rating.refusals import NotAdmitted
from raters import sessions
from raters.models import Admission, Enrolment, Rater
from raters.queries import admissions_of


@dataclass(frozen=True, slots=True)
class AdmittedRater:
    admission: Admission

    @property
    def study(self) -> Study:
        return self.admission.stage.study

    @property
    def stage(self) -> Stage:
        return self.admission.stage

    @property
    def enrolment(self) -> Enrolment:
        return self.admission.enrolment

    @property
    def rater(self) -> Rater:
        return self.admission.enrolment.rater


def admitted_rater_of(request: HttpRequest, slug: str, number: int) -> AdmittedRater:
    """Who rates here. Raises Http404 when there is no such stage, NotAdmitted for strangers."""
    known = sessions.rater_ids(request)
    for admission in admissions_of(rater_ids=known.values(), slug=slug, number=number):
        if known.get(str(admission.stage.study_id)) == admission.enrolment.rater_id:
            return AdmittedRater(admission)
    stages = Stage.objects.filter(study__slug=slug, study__deleted_at__isnull=True, number=number)
    if not stages.exists():
        raise Http404("There is no such stage.")
    raise NotAdmitted
