"""Stage 1: is this true of the subject?"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.enums import Gating, ReadingKind, StageNumber
from conversations.models import Attribute, Conversation, Stage, Subject
from judgments.consensus import majority_else_unsure
from judgments.enums import ExtractionLabel, FailureMode, TaskKind
from judgments.models import Unit
from judgments.stages.behaviour import Behaviour, Choice
from judgments.stages.reading import chosen, rule_of

# In turn one from each system's attributes from one conversation, and among those of one turn in turn one from each third of
# the subject's confidences (those without one are a group of their own); by the study's seed. What is in a task stays.
_SAMPLE = """
SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY subject_id ORDER BY built DESC, turn, band_turn, draw, id) AS place
    FROM (
        SELECT *, row_number() OVER (PARTITION BY subject_id, turn, band ORDER BY draw, id) AS band_turn
        FROM (
            SELECT *, row_number() OVER (
                PARTITION BY subject_id, system_id, conversation ORDER BY turn_in_band, draw, id) AS turn
            FROM (
                SELECT *, row_number() OVER (
                    PARTITION BY subject_id, system_id, conversation, band ORDER BY draw, id) AS turn_in_band
                FROM (
                    SELECT attribute.id, subject_id, system_id, evidence -> 0 ->> 'conversation' AS conversation,
                        md5(%s || ':' || attribute.id) AS draw,
                        CASE WHEN confidence IS NULL THEN 0 ELSE ntile(3) OVER (
                            PARTITION BY subject_id, confidence IS NULL ORDER BY confidence, attribute.id) END AS band,
                        EXISTS (
                            SELECT FROM judgments_unit unit JOIN judgments_task task ON task.id = unit.task_id
                            WHERE unit.attribute_id = attribute.id AND task.stage_id = %s AND task.kind = 'regular'
                        ) AS built
                    FROM conversations_attribute attribute
                    JOIN conversations_subject subject ON subject.id = attribute.subject_id
                    WHERE subject.study_id = %s AND (%s::bigint[] IS NULL OR subject.id = ANY(%s::bigint[]))
                        AND subject.withdrawn_at IS NULL AND attribute.withdrawn_at IS NULL
                ) AS candidate
            ) AS banded
        ) AS turned
    ) AS drawn
) AS placed
WHERE place <= %s
"""


def sample_of(stage: Stage, *, subjects: Sequence[int] | None = None) -> RawSQL:
    """The attributes that are sampled, as a subquery; of these subjects only, by their ids, where some are given."""
    wanted = None if subjects is None else list(subjects)
    most = stage.attributes_per_subject
    return RawSQL(_SAMPLE, [str(stage.study.seed), stage.pk, stage.study_id, wanted, wanted, most])  # noqa: S611 - no input


class Extraction(Behaviour):
    number = StageNumber.EXTRACTION
    target = "subject"
    subject = "id"
    rests_on_conversations = True
    shows_prompt = False
    own_settings = frozenset({"attributes_per_subject", "reading", "others_drawn", "words_to_read"})
    gatings: ClassVar[Mapping[Gating, str]] = {Gating.ALL: "All attributes"}
    name = "attribute extraction"
    title = "Stage 1, attributes"
    labels = ExtractionLabel
    words = {label.value: label.name.lower() for label in ExtractionLabel}
    asked_for = ExtractionLabel.UNSURE
    best_label = ExtractionLabel.ACCEPT

    def targets(self, stage: Stage) -> QuerySet[Any, Any]:
        return Subject.objects.filter(study_id=stage.study_id, withdrawn_at__isnull=True)

    def pairs(self, stage: Stage, *, gated: bool = True) -> QuerySet[Any, Any]:
        built = Unit.objects.filter(attribute=OuterRef("id"), task__stage=stage, task__kind=TaskKind.REGULAR)
        attributes = Attribute.objects.filter(
            subject__study_id=stage.study_id, subject__withdrawn_at__isnull=True, withdrawn_at__isnull=True
        ).annotate(target_id=F("subject_id"), judged_id=F("id"), built=Exists(built))
        return attributes.filter(id__in=sample_of(stage)) if stage.attributes_per_subject else attributes

    def wanted_units(self, stage: Stage) -> Q:
        return Q(attribute__withdrawn_at__isnull=True)

    def characters_to_read(self, stage: Stage, target_ids: Collection[int]) -> Mapping[int, int]:
        """Under the stage's reading rule, as if a page held all of the person's statements: one that holds some quotes less."""
        rule, seed = rule_of(stage), stage.study.seed
        quoted = _quoted(target_ids) if rule.kind != ReadingKind.ALL else {}
        read = {}
        for subject_id, lengths in _lengths(target_ids).items():
            given = chosen(lengths, quoted.get(subject_id, set()), rule, seed=seed, task_id=subject_id)
            read[subject_id] = sum(lengths[each] for each in given)
        return read

    def consensus(self, labels: Sequence[int]) -> float:
        return majority_else_unsure(labels)

    def page_in_words(self, units: int) -> str:
        return ngettext("%(count)d statement about a person", "%(count)d statements about a person", units) % {
            "count": units
        }

    def choices(self) -> Sequence[Choice]:
        return [
            Choice(ExtractionLabel.ACCEPT, _("Accept"), ("1",)),
            Choice(ExtractionLabel.UNSURE, _("Unsure"), ("2",)),
            Choice(ExtractionLabel.REJECT, _("Reject"), ("3",)),
        ]

    def rules(self, stage: Stage) -> Mapping[str, Any]:
        return {"reason_shown": stage.study.show_reason, **rule_of(stage).facts}

    def failure_modes(self, label: int) -> Sequence[FailureMode]:
        return () if label == ExtractionLabel.ACCEPT else tuple(FailureMode)


def _lengths(subject_ids: Collection[int]) -> Mapping[int, Mapping[int, int]]:
    """By subject: the characters of each conversation that may be shown."""
    live = Conversation.objects.filter(subject__in=subject_ids, withdrawn_at__isnull=True).order_by("pk")
    found: dict[int, dict[int, int]] = {}
    for subject_id, conversation_id, length in live.values_list("subject_id", "pk", "character_count"):
        found.setdefault(subject_id, {})[conversation_id] = length
    return found


def _quoted(subject_ids: Collection[int]) -> Mapping[int, set[int]]:
    """By subject: the conversations that hold evidence."""
    live = Attribute.objects.filter(subject__in=subject_ids, withdrawn_at__isnull=True)
    found: dict[int, set[int]] = {}
    for subject_id, evidence in live.values_list("subject_id", "evidence"):
        found.setdefault(subject_id, set()).update(
            quote["conversation"] for quote in evidence if quote.get("conversation")
        )
    return found
