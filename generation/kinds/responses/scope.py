"""What a run writes: the responses that its arm lacks, and the generic ones that all arms of the system share."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from conversations.enums import ResponseKind
from conversations.models import Arm, Case, Response, SilentCase, Study, System
from conversations.services.arms import find_arm
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.responses.given import FIRST, given_by_case
from generation.kinds.responses.treatment import treatment


@dataclass(frozen=True, slots=True)
class ToWrite:
    """Cases, by id. A silent one needs no call: nothing is given, and it is noted."""

    generic: frozenset[int]
    personalized: frozenset[int]
    silent: frozenset[int]
    left_out: list[str]  # in a sentence, how many cases are not ready and what has to come first

    def first(self, limit: int | None) -> "ToWrite":
        chosen = frozenset(sorted(self.generic | self.personalized | self.silent)[:limit])
        return ToWrite(self.generic & chosen, self.personalized & chosen, self.silent & chosen, self.left_out)


def responses_to_write(
    study: Study,
    system: System | None,
    configuration: ResponsesConfiguration,
    *,
    cases: QuerySet[Case] | None = None,
) -> ToWrite:
    """``configuration`` with the parameters it will have; no system is one that has made nothing yet."""
    live = Case.objects.filter(
        subject__study=study, subject__withdrawn_at__isnull=True, prompt__withdrawn_at__isnull=True
    )
    if cases is not None:
        live = live.filter(pk__in=cases.values("pk"))
    arm = find_arm(system=system, **treatment(configuration)) if system else None
    unanswered = live.filter(~_answered(arm), for_controls=False)
    given = given_by_case(unanswered, system, configuration)
    silent = frozenset(pk for pk, its in given.items() if not its)
    personalized = frozenset(given) - silent
    needed = live.filter(Q(pk__in=personalized) | Q(for_controls=True) | _personalized_by(system))
    return ToWrite(
        generic=frozenset(needed.filter(~_generic_by(system)).values_list("pk", flat=True)),
        personalized=personalized,
        silent=silent,
        left_out=_left_out(unanswered.count() - len(given), configuration),
    )


def _answered(arm: Arm | None) -> Exists | Q:
    if arm is None:
        return Q(pk__in=[])
    written = Response.objects.filter(case=OuterRef("pk"), arm=arm, kind=ResponseKind.PERSONALIZED)
    return Q(Exists(written)) | Q(Exists(SilentCase.objects.filter(case=OuterRef("pk"), arm=arm)))


def _personalized_by(system: System | None) -> Q:
    """By any arm of it, so that a generic response that failed is written by whichever run comes next."""
    found = Response.objects.filter(case=OuterRef("pk"), system=system, kind=ResponseKind.PERSONALIZED, batch=None)
    return Q(Exists(found)) if system else Q(pk__in=[])


def _generic_by(system: System | None) -> Q:
    found = Response.objects.filter(case=OuterRef("pk"), system=system, kind=ResponseKind.GENERIC)
    return Q(Exists(found)) if system else Q(pk__in=[])


def _left_out(count: int, configuration: ResponsesConfiguration) -> list[str]:
    if not count:
        return []
    return [f"Left out: {count} case{'' if count == 1 else 's'} for which {FIRST[configuration.policy]}."]
