"""Stage 1: is this true of the subject?"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from conversations.enums import Gating, StageNumber
from conversations.models import Attribute, Stage, Subject
from judgments.consensus import majority_else_unsure
from judgments.enums import ExtractionLabel, FailureMode, TaskKind
from judgments.models import Unit
from judgments.stages.behaviour import Behaviour, Choice


class Extraction(Behaviour):
    number = StageNumber.EXTRACTION
    target = "subject"
    gatings = (Gating.ALL,)
    unit_name = "attribute"
    words = {label.value: label.name.lower() for label in ExtractionLabel}

    def targets(self, stage: Stage) -> QuerySet[Any, Any]:
        return Subject.objects.filter(study_id=stage.study_id, withdrawn_at__isnull=True)

    def pairs(self, stage: Stage, *, gated: bool = True) -> QuerySet[Any, Any]:
        built = Unit.objects.filter(attribute=OuterRef("id"), task__stage=stage, task__kind=TaskKind.REGULAR)
        return Attribute.objects.filter(
            subject__study_id=stage.study_id, subject__withdrawn_at__isnull=True, withdrawn_at__isnull=True
        ).annotate(target_id=F("subject_id"), judged_id=F("id"), built=Exists(built))

    def wanted_units(self, stage: Stage) -> Q:
        return Q(attribute__withdrawn_at__isnull=True)

    def live_target(self) -> Q:
        return Q(subject__withdrawn_at__isnull=True)

    def consensus(self, labels: Sequence[int]) -> float:
        return majority_else_unsure(labels)

    def choices(self) -> Sequence[Choice]:
        return [
            Choice(ExtractionLabel.ACCEPT, _("Accept")),
            Choice(ExtractionLabel.UNSURE, _("Unsure")),
            Choice(ExtractionLabel.REJECT, _("Reject")),
        ]

    def failure_modes(self, label: int) -> Sequence[FailureMode]:
        return () if label == ExtractionLabel.ACCEPT else tuple(FailureMode)
