"""Stage 3: does using the attributes make the response better?"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.enums import Gating, StageNumber
from conversations.models import Comparison, ComparisonAttribute, Stage
from conversations.scans import LEAK_RULES
from judgments import blinding
from judgments.consensus import mean
from judgments.enums import RelevanceLabel, ResponseLabel, TaskKind
from judgments.models import Unit
from judgments.stages import person_card
from judgments.stages.behaviour import Behaviour, Choice, LabelNotKnown
from judgments.stages.gating import agreed

PERSON_CARD, NO_CARD = "person_card", "none"  # a fact of the rules in force


def shown(prefix: str = "") -> Q:
    """Comparisons that raters may see: not withdrawn, not held by the leak scan, not two identical texts.

    A case that was set aside for controls shows nothing else.
    """
    conditions = {
        "withdrawn_at__isnull": True,
        "identical": False,
        "case__subject__withdrawn_at__isnull": True,
        "case__prompt__withdrawn_at__isnull": True,
        "borrowed_from__withdrawn_at__isnull": True,
    }
    held = {"leak_reasons__len__gt": 0, "released_at__isnull": True}
    set_aside = {"control": "", "case__for_controls": True}
    return (
        Q(**{prefix + name: value for name, value in conditions.items()})
        & ~Q(**{prefix + name: value for name, value in held.items()})
        & ~Q(**{prefix + name: value for name, value in set_aside.items()})
    )


def _side(label: int) -> int:
    return (label > ResponseLabel.NO_DIFFERENCE) - (label < ResponseLabel.NO_DIFFERENCE)


class ResponseQuality(Behaviour):
    number = StageNumber.RESPONSE
    target = "comparison"
    subject = "case__subject_id"
    drawn_by = "case_id"
    has_overall_unit = True
    has_sides = True
    own_settings = frozenset({"repeat_share", "control_share", "blinding_questions", "person_card"})
    gatings: ClassVar[Mapping[Gating, str]] = {
        Gating.ALL: "All attributes that were given",
        Gating.CONSENSUS: "Only attributes the humans found relevant at stage 2",
        Gating.SELECTION: "The system's own selection",
    }
    name = "response"
    title = "Stage 3, responses"
    labels = ResponseLabel
    words = {label.value: str(label.value) for label in ResponseLabel}
    asked_for = 4
    best_label = ResponseLabel.PERSONALIZED_MUCH_BETTER
    disagreement_gap = 2

    def targets(self, stage: Stage) -> QuerySet[Any, Any]:
        return Comparison.objects.filter(shown(), control="", case__subject__study_id=stage.study_id)

    def pairs(self, stage: Stage, *, gated: bool = True) -> QuerySet[Any, Any]:
        built = Unit.objects.filter(
            attribute=OuterRef("attribute_id"), task__comparison=OuterRef("comparison_id"), task__kind=TaskKind.REGULAR
        )
        pairs = ComparisonAttribute.objects.filter(
            shown("comparison__"),
            comparison__control="",
            comparison__case__subject__study_id=stage.study_id,
            given=True,
            attribute__withdrawn_at__isnull=True,
        )
        if gated:
            pairs = pairs.filter(
                agreed(stage, label=RelevanceLabel.YES, attribute="attribute_id", task__case="comparison__case_id")
            )
        return pairs.annotate(target_id=F("comparison_id"), judged_id=F("attribute_id"), built=Exists(built))

    def wanted_units(self, stage: Stage) -> Q:
        relevant = agreed(
            stage, label=RelevanceLabel.YES, attribute="attribute_id", task__case="task__comparison__case_id"
        )
        return Q(attribute__isnull=True) | (Q(attribute__withdrawn_at__isnull=True) & relevant)

    def characters_to_read(self, stage: Stage, target_ids: Collection[int]) -> Mapping[int, int]:
        length = Length("case__prompt__text") + Length("generic__text") + Length("personalized__text")
        return dict(Comparison.objects.filter(id__in=target_ids).values_list("id", length))

    def consensus(self, labels: Sequence[int]) -> float:
        return mean(labels)

    def rules(self, stage: Stage) -> Mapping[str, Any]:
        return {PERSON_CARD: NO_CARD, "leak_rules": LEAK_RULES, **self._card_rules(stage)}

    def _card_rules(self, stage: Stage) -> Mapping[str, Any]:
        if not self.shows_card(stage):
            return {}
        return {PERSON_CARD: person_card.basis_of(stage).value, "person_card_version": person_card.VERSION}

    def page_in_words(self, units: int) -> str:
        return ngettext("Two responses, %(count)d question", "Two responses, %(count)d questions", units) % {
            "count": units
        }

    def choices(self) -> Sequence[Choice]:
        """As seen: the page never speaks of generic or personalized."""
        texts = (
            _("Left much better"),
            _("Left better"),
            _("No difference"),
            _("Right better"),
            _("Right much better"),
        )
        return [Choice(value, text, (str(value),)) for value, text in enumerate(texts, start=1)]

    def conflict_keys(self, target_ids: Collection[int]) -> Mapping[int, int]:
        return dict(Comparison.objects.filter(id__in=target_ids).values_list("id", "case_id"))

    def is_right(self, label: int, expected: int, *, personalized_left: bool | None, is_instruction: bool) -> bool:
        """The same side of "no difference", or both "no difference": how much better is a matter of taste.

        An instruction must be met exactly, whatever side the personalized response was on.
        """
        if is_instruction:
            return self.as_seen(label, personalized_left=personalized_left) == expected
        return _side(label) == _side(expected)

    def in_full(self, label: int) -> str:
        return f"{label}, {ResponseLabel(label).label.lower()}"

    def consensus_in_words(self, label: float) -> str:
        return f"{label:.2f}"

    def canonical(self, label: int, *, personalized_left: bool | None) -> int:
        if personalized_left is None:
            raise LabelNotKnown("A response was judged without a recorded side.")
        return blinding.canonical(self.parse_label(label), personalized_left=personalized_left)

    def as_seen(self, label: int, *, personalized_left: bool | None) -> int:
        if personalized_left is None:
            raise LabelNotKnown("A response was judged without a recorded side.")
        return blinding.as_seen(label, personalized_left=personalized_left)
