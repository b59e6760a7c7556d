"""What a ladder is made of: a system, cases, and what each of its runs is told."""

import hmac
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from conversations.enums import Policy, ResponseKind, SelectionPool
from conversations.models import Arm, Case, Response, SelectionRecord, SilentCase, Study, System
from conversations.services.arms import find_arm
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.responses.treatment import treatment
from generation.kinds.selections.configuration import AttributesOf, SelectionsConfiguration
from generation.kinds.selections.scope import has_attributes
from generation.models import Endpoint
from generation.queries.estimates import system_of

RUNGS = (Policy.OWN, Policy.ACCEPTED, Policy.RELEVANT)


@dataclass(frozen=True)
class Ladder:
    """``count``: how many cases, the same ones whoever asks; None for all. ``max_given``: attributes for each response."""

    study: Study
    endpoint: Endpoint
    count: int | None
    max_given: int

    @cached_property
    def system(self) -> System | None:
        """None where the endpoint has made nothing yet."""
        return system_of(self.endpoint)

    @cached_property
    def case_ids(self) -> list[int]:
        """In an order that the study's seed draws, so that more cases are these and others."""
        key = self.study.seed.to_bytes(8, "big")
        ids = usable_cases(self.study).values_list("pk", flat=True)
        return sorted(ids, key=lambda pk: hmac.digest(key, f"ladder:{pk}".encode(), "sha256"))[: self.count]

    @property
    def cases(self) -> QuerySet[Case]:
        return Case.objects.filter(pk__in=self.case_ids)

    @cached_property
    def attributes_of(self) -> AttributesOf:
        """As it has chosen before; else its own, where it has any."""
        spoken = SelectionRecord.objects.filter(system=self.system, provenance__has_key="attributes_of")
        before = spoken.values_list("provenance__attributes_of", flat=True).first()
        if self.system is not None and before:
            return AttributesOf(before)
        return AttributesOf.OWN if has_attributes(self.study, self.system) else AttributesOf.STUDY

    def selections(self, pool: SelectionPool) -> SelectionsConfiguration:
        return SelectionsConfiguration(pool=pool, attributes_of=self.attributes_of, seed=self.study.seed)

    def responses(self, policy: Policy) -> ResponsesConfiguration:
        told = ResponsesConfiguration(policy=policy, max_given=self.max_given)
        return told.with_parameters({"model": self.endpoint.model, **self.endpoint.parameters})

    def arm(self, policy: Policy) -> Arm | None:
        """If anything was written in it."""
        return find_arm(system=self.system, **treatment(self.responses(policy))) if self.system else None

    def answered(self, policy: Policy) -> set[int]:
        """Cases, by id, that have a response of the arm, or on which it is silent."""
        arm = self.arm(policy)
        if arm is None:
            return set()
        written = Response.objects.filter(arm=arm, kind=ResponseKind.PERSONALIZED, case__in=self.case_ids)
        silent = SilentCase.objects.filter(arm=arm, case__in=self.case_ids)
        return {*written.values_list("case", flat=True), *silent.values_list("case", flat=True)}

    def spoken(self, pool: SelectionPool) -> set[int]:
        """Cases, by id, for which the system has selected from this pool."""
        if self.system is None:
            return set()
        found = SelectionRecord.objects.filter(system=self.system, pool=pool, case__in=self.case_ids)
        return set(found.values_list("case", flat=True))


def usable_cases(study: Study) -> QuerySet[Case]:
    """Those that may be compared: none that was taken out, or set aside for controls."""
    return Case.objects.filter(
        subject__study=study,
        subject__withdrawn_at__isnull=True,
        prompt__withdrawn_at__isnull=True,
        for_controls=False,
    )
