"""What raters of stage 3 are told of the person before they are asked (docs/protocol.md, Stage 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from accounts.statements import Statement, rows
from conversations.enums import CardBasis, StageNumber
from conversations.models import Attribute, Case, Stage
from judgments.enums import ExtractionLabel
from judgments.models import Consensus
from judgments.order import of_card

VERSION = 1  # raise it when a card comes to show the same attributes in another way

# Of every subject with a comparison and no card yet. What is there later changes no card that raters may have seen.
_FREEZE = f"""
WITH accepted AS MATERIALIZED (
    SELECT unit.attribute_id FROM judgments_consensus agreed JOIN judgments_unit unit ON unit.id = agreed.unit_id
    JOIN conversations_stage first ON first.id = agreed.stage_id
    WHERE first.study_id = %(study)s AND first.number = {StageNumber.EXTRACTION.value}
        AND agreed.label = {ExtractionLabel.ACCEPT.value} AND NOT %(all)s
)
INSERT INTO judgments_personcard (stage_id, subject_id, attribute_ids, frozen_at)
SELECT %(stage)s, subject.id, ARRAY(
        SELECT attribute.id FROM conversations_attribute attribute
        WHERE attribute.subject_id = subject.id AND attribute.withdrawn_at IS NULL
            AND (%(all)s OR attribute.id IN (SELECT attribute_id FROM accepted))
        ORDER BY attribute.id),
    %(now)s
FROM conversations_subject subject
WHERE subject.study_id = %(study)s
    AND EXISTS (
        SELECT FROM conversations_case pair JOIN conversations_comparison comparison ON comparison.case_id = pair.id
        WHERE pair.subject_id = subject.id)
    AND NOT EXISTS (
        SELECT FROM judgments_personcard card WHERE card.stage_id = %(stage)s AND card.subject_id = subject.id)
ON CONFLICT DO NOTHING
"""  # noqa: S608 - of our own words only


@dataclass(frozen=True, slots=True)
class CardEntry:
    content_hash: str
    text: str


_CARD = Statement(
    """
SELECT attribute.content_hash, attribute.text
FROM judgments_personcard card CROSS JOIN LATERAL unnest(card.attribute_ids) AS entry(id)
JOIN conversations_attribute attribute ON attribute.id = entry.id
WHERE card.stage_id = %(stage)s AND card.subject_id = %(subject)s
    AND attribute.subject_id = %(subject)s AND attribute.withdrawn_at IS NULL
ORDER BY attribute.id
""",
    CardEntry,
)


@dataclass(frozen=True, slots=True)
class Card:
    """``entries`` in the order of the page, each text once."""

    basis: CardBasis
    entries: Sequence[CardEntry]

    def says(self, attribute: Attribute) -> bool:
        """Whether its text is on the card, whichever system wrote it."""
        return any(one.content_hash == attribute.content_hash for one in self.entries)


def basis_of(stage: Stage) -> CardBasis:
    """As it was frozen or, before that, as it would be now."""
    if stage.card_basis:
        return CardBasis(stage.card_basis)
    return CardBasis.ACCEPTED if _judged(stage).exists() else CardBasis.UNCHECKED


def freeze_cards(stage: Stage, *, now: datetime) -> None:
    """For who has locked the stage. Cards are made for who has none; what they are made from is decided once."""
    if not stage.card_basis:
        stage.card_basis = basis_of(stage)
        Stage.objects.filter(pk=stage.pk).update(card_basis=stage.card_basis)
    parameters: dict[str, Any] = {
        "stage": stage.pk,
        "study": stage.study_id,
        "all": stage.card_basis == CardBasis.UNCHECKED,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE, parameters)


def card_of(case: Case, stage: Stage) -> Card:
    """The same list in the same order for every comparison of the case; an attribute that was withdrawn since is gone."""
    basis = basis_of(stage)
    by_text: dict[str, CardEntry] = {}
    for entry in _frozen(case, stage) if stage.card_basis else _as_it_would_be(case, stage, basis):
        by_text.setdefault(entry.content_hash, entry)
    ordered = of_card(by_text, key=bytes(stage.study.key), case_id=case.pk)
    return Card(basis, [by_text[text] for text in ordered])


def _frozen(case: Case, stage: Stage) -> list[CardEntry]:
    return rows(_CARD, {"stage": stage.pk, "subject": case.subject_id})


def _as_it_would_be(case: Case, stage: Stage, basis: CardBasis) -> list[CardEntry]:
    live = Attribute.objects.filter(subject=case.subject_id, withdrawn_at__isnull=True).order_by("id")
    if basis == CardBasis.ACCEPTED:
        live = live.filter(Exists(_judged(stage).filter(label=ExtractionLabel.ACCEPT, unit__attribute=OuterRef("pk"))))
    return [CardEntry(*row) for row in live.values_list("content_hash", "text")]


def _judged(stage: Stage) -> QuerySet[Consensus]:
    return Consensus.objects.filter(stage__study=stage.study_id, stage__number=StageNumber.EXTRACTION)
