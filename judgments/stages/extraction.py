"""Stage 1: is this true of the subject?"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from conversations.enums import Gating, StageNumber
from conversations.models import Attribute, Stage, Subject
from judgments.consensus import majority_else_unsure
from judgments.enums import ExtractionLabel, FailureMode, TaskKind
from judgments.models import Unit
from judgments.stages.behaviour import Behaviour, Choice

# In turn one from each stratum (a system's attributes from one conversation), by the study's seed. What is in a task stays.
_SAMPLE = """
SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY subject_id ORDER BY built DESC, turn, draw, id) AS place
    FROM (
        SELECT attribute.id, attribute.subject_id, md5(%s || ':' || attribute.id) AS draw,
            row_number() OVER (
                PARTITION BY attribute.subject_id, attribute.system_id, attribute.evidence -> 0 ->> 'conversation'
                ORDER BY md5(%s || ':' || attribute.id)) AS turn,
            EXISTS (
                SELECT FROM judgments_unit unit JOIN judgments_task task ON task.id = unit.task_id
                WHERE unit.attribute_id = attribute.id AND task.stage_id = %s AND task.kind = 'regular') AS built
        FROM conversations_attribute attribute
        JOIN conversations_subject subject ON subject.id = attribute.subject_id
        WHERE subject.study_id = %s AND subject.withdrawn_at IS NULL AND attribute.withdrawn_at IS NULL
    ) AS drawn
) AS placed
WHERE place <= %s
"""


def _sampled(stage: Stage) -> RawSQL:
    seed = str(stage.study.seed)
    return RawSQL(_SAMPLE, [seed, seed, stage.pk, stage.study_id, stage.attributes_per_subject])  # noqa: S611 - no input


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
        attributes = Attribute.objects.filter(
            subject__study_id=stage.study_id, subject__withdrawn_at__isnull=True, withdrawn_at__isnull=True
        ).annotate(target_id=F("subject_id"), judged_id=F("id"), built=Exists(built))
        return attributes.filter(id__in=_sampled(stage)) if stage.attributes_per_subject else attributes

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
