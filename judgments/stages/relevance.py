"""Stage 2: should this attribute change the response to this prompt?"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.enums import Gating, StageNumber
from conversations.models import Case, Stage
from judgments.consensus import majority_for_yes
from judgments.enums import ExtractionLabel, RelevanceLabel, TaskKind
from judgments.models import Unit
from judgments.stages.behaviour import Behaviour, Choice
from judgments.stages.gating import agreed


class Relevance(Behaviour):
    number = StageNumber.RELEVANCE
    target = "case"
    subject = "subject_id"
    is_ordinal = False
    gatings: ClassVar[Mapping[Gating, str]] = {
        Gating.ALL: "All attributes",
        Gating.CONSENSUS: "Only attributes the humans accepted at stage 1",
    }
    selects = True
    name = "relevance"
    title = "Stage 2, relevance"
    labels = RelevanceLabel
    words = {label.value: label.name.lower() for label in RelevanceLabel}
    asked_for = RelevanceLabel.NO
    best_label = RelevanceLabel.YES

    def targets(self, stage: Stage) -> QuerySet[Any, Any]:
        return Case.objects.filter(
            subject__study_id=stage.study_id, subject__withdrawn_at__isnull=True, prompt__withdrawn_at__isnull=True
        )

    def pairs(self, stage: Stage, *, gated: bool = True) -> QuerySet[Any, Any]:
        built = Unit.objects.filter(
            attribute=OuterRef("judged_id"), task__case=OuterRef("id"), task__kind=TaskKind.REGULAR
        )
        pairs = (
            self.targets(stage)
            .filter(subject__attributes__withdrawn_at__isnull=True, subject__attributes__isnull=False)
            .annotate(target_id=F("id"), judged_id=F("subject__attributes__id"))
        )
        if gated:
            # What serves controls only is asked about no more; what was built before stays.
            relevant = agreed(stage, label=ExtractionLabel.ACCEPT, attribute="judged_id")
            pairs = pairs.filter(relevant, for_controls=False)
        annotated: QuerySet[Any, Any] = pairs.annotate(built=Exists(built))
        return annotated

    def wanted_units(self, stage: Stage) -> Q:
        accepted = agreed(stage, label=ExtractionLabel.ACCEPT, attribute="attribute_id")
        return Q(attribute__withdrawn_at__isnull=True) & accepted

    def characters_to_read(self, stage: Stage, target_ids: Collection[int]) -> Mapping[int, int]:
        return dict(Case.objects.filter(id__in=target_ids).values_list("id", Length("prompt__text")))

    def consensus(self, labels: Sequence[int]) -> float:
        return majority_for_yes(labels)

    def page_in_words(self, units: int) -> str:
        return ngettext("%(count)d fact for a request", "%(count)d facts for a request", units) % {"count": units}

    def choices(self) -> Sequence[Choice]:
        return [Choice(RelevanceLabel.YES, _("Yes"), ("y", "1")), Choice(RelevanceLabel.NO, _("No"), ("n", "2"))]
