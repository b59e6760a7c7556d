"""Attributes that stage 1 does not judge because it takes a sample."""

from collections.abc import Sequence

from django.db.models import Count

from conversations.enums import StageNumber
from conversations.models import Attribute, Stage, Study
from judgments.stages.extraction import sample_of


def left_out(study: Study, attributes: Sequence[Attribute]) -> dict[int, str]:
    """By the id of each of these attributes that is not sampled, the reason in words."""
    stage = Stage.objects.filter(study=study, number=StageNumber.EXTRACTION).select_related("study").first()
    if stage is None or not stage.attributes_per_subject:
        return {}
    subjects = {attribute.subject_id for attribute in attributes}
    live = Attribute.objects.filter(
        subject__in=subjects, subject__withdrawn_at__isnull=True, withdrawn_at__isnull=True
    ).order_by()
    found = live.filter(pk__in=[attribute.pk for attribute in attributes]).exclude(
        pk__in=sample_of(stage, subjects=sorted(subjects))
    )
    counts = dict(live.values_list("subject").annotate(count=Count("pk")))
    return {
        pk: f"Stage 1 judges {stage.attributes_per_subject} of this subject's {counts[subject]} attributes, "
        "drawn by the study's seed; this is not one of them."
        for pk, subject in found.values_list("pk", "subject")
    }
