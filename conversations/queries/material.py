"""Reads of material for people: lists by page and search, never with the bodies of conversations."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from conversations.enums import EvidenceState
from conversations.models import Attribute, Conversation, Prompt, Study, Subject, System

PAGE = 50
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class ListPart[Row: Model]:
    """Rows of a list, oldest first. ``next_after`` is the id after which the next page begins, if there is one."""

    rows: list[Row]
    next_after: int | None


def list_part[Row: Model](rows: QuerySet[Row], *, after: int) -> ListPart[Row]:
    """The page that begins after an id. By id and never by offset, so that page 900 costs what page 1 costs."""
    found = list(rows.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
    return ListPart(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def _count_by_subject(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.filter(subject=OuterRef("pk")).order_by().values("subject").annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def subjects_of(study: Study, *, search: str = "") -> QuerySet[Subject]:
    """Subjects with the numbers of their conversations and attributes; search by id or by number."""
    found = Subject.objects.filter(study=study).select_related("batch")
    if search:
        by_id = Q(external_id__icontains=search[:LONGEST_SEARCH])
        found = found.filter(by_id | Q(number=int(search)) if _is_number(search) else by_id)
    return found.annotate(
        conversations_count=_count_by_subject(Conversation.objects.all()),
        attributes_count=_count_by_subject(Attribute.objects.all()),
    )


def _is_number(search: str) -> bool:
    return search.isascii() and search.isdigit() and len(search) < 10


def conversations_of(subject: Subject) -> QuerySet[Conversation]:
    """A subject's conversations for lists, without their turns."""
    return Conversation.objects.filter(subject=subject).defer("turns", "flags").order_by("pk")


def attributes_of(
    study: Study, *, search: str = "", system: int | None = None, not_found: bool = False
) -> QuerySet[Attribute]:
    """Attributes with their subject and system; ``not_found`` keeps those with evidence that was not found."""
    found = Attribute.objects.filter(subject__study=study).select_related("subject", "system")
    if search:
        found = found.filter(text__icontains=search[:LONGEST_SEARCH])
    if system is not None:
        found = found.filter(system=system)
    if not_found:
        found = found.filter(evidence__contains=[{"state": EvidenceState.NOT_FOUND.value}])
    return found


def prompts_of(study: Study, *, search: str = "", topic: str = "") -> QuerySet[Prompt]:
    found = Prompt.objects.filter(study=study)
    if search:
        found = found.filter(text__icontains=search[:LONGEST_SEARCH])
    if topic:
        found = found.filter(topic=topic)
    return found


def topics_of(study: Study) -> list[str]:
    """The topics of a study's prompts, for a choice."""
    topics = Prompt.objects.filter(study=study).exclude(topic="")
    return list(topics.order_by("topic").values_list("topic", flat=True).distinct()[:200])


def systems_of(study: Study) -> QuerySet[System]:
    return System.objects.filter(study=study).order_by("name", "version")


def languages_of(study: Study) -> list[str]:
    """The languages of the study's conversations, as its uploads write them; unknown ones are left out."""
    known = Conversation.objects.filter(subject__study=study, withdrawn_at__isnull=True).exclude(language="")
    return list(known.order_by("language").values_list("language", flat=True).distinct())


def has_flagged(study: Study) -> bool:
    """Whether any conversation is flagged as toxic."""
    return Conversation.objects.filter(subject__study=study, withdrawn_at__isnull=True, flags__toxic=True).exists()
