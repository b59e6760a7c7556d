"""Reads about arms: which a study has, and what each made of the cases."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from conversations.models import Arm, Comparison, SilentCase, Study


@dataclass(frozen=True, slots=True)
class ArmOnCase:
    """What an arm made of a case. ``state``: in a word, empty where raters compare it."""

    arm: Arm
    state: str = ""


def arms_of(study: Study) -> QuerySet[Arm]:
    """By system and as they were made, with the numbers of their comparisons and of their silent cases."""
    found = Arm.objects.filter(system__study=study).select_related("system", "selecting_system")
    return found.annotate(
        comparisons_count=_count(Comparison), silent_count=_count(SilentCase), system_name=F("system__name")
    ).order_by("system_name", "pk")


def _count(model: type[Model]) -> Coalesce:
    of_arm: QuerySet[Any] = model._default_manager.filter(arm=OuterRef("pk"))  # noqa: SLF001 - Django's documented name
    counted = of_arm.order_by().values("arm").annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def outcomes_on(case_ids: Collection[int]) -> Mapping[int, list[ArmOnCase]]:
    """By case. A comparison that was written again stands once for each try."""
    found: dict[int, list[ArmOnCase]] = {}
    compared = Comparison.objects.filter(case__in=case_ids, arm__isnull=False).order_by("arm", "pk")
    for each in compared.select_related("arm__system", "arm__selecting_system"):
        if each.arm is not None:
            found.setdefault(each.case_id, []).append(ArmOnCase(each.arm, _state(each)))
    silent = SilentCase.objects.filter(case__in=case_ids).order_by("arm")
    for one in silent.select_related("arm__system", "arm__selecting_system"):
        found.setdefault(one.case_id, []).append(ArmOnCase(one.arm, "silent"))
    return found


def _state(comparison: Comparison) -> str:
    if comparison.withdrawn_at is not None:
        return "withdrawn"
    if comparison.identical:
        return "silent: identical texts"
    return "held" if comparison.leak_reasons and comparison.released_at is None else ""
