"""Two responses become a comparison, whoever wrote them: uploaded and generated ones take the same way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.services import record
from conversations.enums import MentionMethod, ResponseKind
from conversations.models import Attribute, Batch, Comparison, ComparisonAttribute, Response
from conversations.scans import is_identical, mentions, pair_leak_reasons


@dataclass(frozen=True, slots=True)
class Given:
    """An attribute that went with a comparison. ``mentioned`` None: the documented rule decides."""

    attribute_id: int
    given: bool = True
    mentioned: bool | None = None


class PairMismatch(Exception):
    """The two responses are not the generic and the personalized one of the same system and case."""


@transaction.atomic(savepoint=False)
def pair_responses(
    *,
    generic: Response,
    personalized: Response,
    attributes: Sequence[Given],
    batch: Batch | None = None,
    names: Iterable[str] = (),
) -> Comparison:
    """The comparison of the two, made once; both scans run on it. ``names`` are words that would name the system."""
    _check(generic, personalized)
    known = Comparison.objects.filter(generic=generic, personalized=personalized).first()
    if known is not None:
        return known
    identical, reasons = _scanned(generic, personalized, names)
    comparison = Comparison.objects.create(
        case_id=personalized.case_id,
        system_id=personalized.system_id,
        arm_id=personalized.arm_id,
        batch=batch,
        generic=generic,
        personalized=personalized,
        identical=identical,
        leak_reasons=reasons,
    )
    ComparisonAttribute.objects.bulk_create(_attribute_rows(comparison, personalized.text, attributes))
    return comparison


def release_comparison(*, comparison: Comparison, actor: User | None, now: datetime) -> None:
    """Let raters see a comparison that the leak scan holds back."""
    changed = Comparison.objects.filter(pk=comparison.pk, released_at__isnull=True).update(released_at=now)
    if changed:
        record(
            actor=actor,
            action="comparison.release",
            study_id=comparison.system.study_id,
            target=f"comparison {comparison.pk}",
            details={"reasons": comparison.leak_reasons},
        )


def replace_held(*, by: Comparison, now: datetime) -> None:
    """The arm's response was written again: what was held before is kept, and never shown. What was released stays."""
    _held_of(by.case_id, by.system_id).filter(arm=by.arm_id, pk__lt=by.pk).update(withdrawn_at=now)


def change_generic(*, to: Response, names: Iterable[str] = ()) -> None:
    """The generic response was written again: held comparisons of every arm get the new one, and are scanned anew.

    A released one keeps what raters may have seen.
    """
    names = tuple(names)
    for held in _held_of(to.case_id, to.system_id).exclude(generic=to).select_related("personalized"):
        held.generic = to
        held.identical, held.leak_reasons = _scanned(to, held.personalized, names)
        held.save(update_fields=["generic", "identical", "leak_reasons"])


def _held_of(case_id: int, system_id: int) -> QuerySet[Comparison]:
    """Of its arms: a control is nobody's to write again."""
    found = Comparison.objects.filter(case=case_id, system=system_id, control="", withdrawn_at__isnull=True)
    return found.filter(released_at__isnull=True).exclude(leak_reasons=[])


def _scanned(generic: Response, personalized: Response, names: Iterable[str]) -> tuple[bool, list[str]]:
    """Whether the texts are identical, and what of them would unblind a rater."""
    reasons = pair_leak_reasons(
        generic=generic.text, personalized=personalized.text, names=[*names, generic.model, personalized.model]
    )
    return is_identical(generic.text, personalized.text), reasons


def _check(generic: Response, personalized: Response) -> None:
    same = (generic.case_id, generic.system_id) == (personalized.case_id, personalized.system_id)
    kinds = (generic.kind, personalized.kind) == (ResponseKind.GENERIC, ResponseKind.PERSONALIZED)
    if not (same and kinds):
        raise PairMismatch(f"Responses {generic.pk} and {personalized.pk} are not a pair.")


def _attribute_rows(comparison: Comparison, text: str, attributes: Sequence[Given]) -> list[ComparisonAttribute]:
    texts = dict(Attribute.objects.filter(pk__in=[one.attribute_id for one in attributes]).values_list("pk", "text"))
    return [
        ComparisonAttribute(
            comparison=comparison,
            attribute_id=one.attribute_id,
            given=one.given,
            mentioned=mentions(texts[one.attribute_id], text) if one.mentioned is None else one.mentioned,
            mention_method=MentionMethod.RULE if one.mentioned is None else MentionMethod.UPLOAD,
        )
        for one in attributes
        if one.attribute_id in texts
    ]
