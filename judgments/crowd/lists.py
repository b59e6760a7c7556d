"""What a crowd platform has to be told of the arrivals it sent: whom to approve, to pay a bonus, to screen out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, QuerySet, Sum

from accounts.models import AuditEntry
from conversations.models import Study
from judgments.crowd.platforms.base import PlatformApi
from judgments.crowd.platforms.registry import api_of
from judgments.enums import ActKind, ActState
from judgments.models import PlatformAccount, PlatformAct
from judgments.work.pay import pay_of_arrivals
from raters.enums import EnrolmentOutcome
from raters.models import Arrival, EntryLink
from raters.platforms.registry import crowd_names

# These came back with the code of a completed arrival, or had no fair chance to: nobody is ever rejected.
APPROVED = (EnrolmentOutcome.COMPLETED, EnrolmentOutcome.NO_WORK)
SCREENED_OUT = (EnrolmentOutcome.SCREENED_OUT, EnrolmentOutcome.FAILED_COMPREHENSION)
MOVING = (ActState.WAITING, ActState.PREPARED, ActState.SENT)


@dataclass(frozen=True, slots=True)
class ListedArrival:
    """``due``: for the time worked, where the platform itself pays nothing for the outcome."""

    arrival: Arrival
    due: Decimal


@dataclass(frozen=True, slots=True)
class CrowdLists:
    """Arrivals that go on are in none, nor is what the platform was told already.

    Who is screened out is paid for the time worked all the same.
    """

    approve: list[ListedArrival]
    bonus: list[ListedArrival]
    screen_out: list[ListedArrival]

    def of(self, kind: ActKind) -> list[ListedArrival]:
        return {ActKind.APPROVE: self.approve, ActKind.BONUS: self.bonus, ActKind.SCREEN_OUT: self.screen_out}[kind]


@dataclass(frozen=True, slots=True)
class Sendable:
    """What can be told through the platform's API, as it stands now."""

    arrivals: list[ListedArrival]
    total: Decimal
    left_out: int  # that are in the list, but can't be sent: no id of the platform's, or settled there


@dataclass(frozen=True, slots=True)
class UnknownBatch:
    """One call to pay whose outcome nobody here knows."""

    batch: str
    people: int
    total: Decimal
    told_at: datetime


def crowd_links(study: Study) -> list[EntryLink]:
    return list(entry_links_of_crowds(study).select_related("stage").order_by("stage__number", "id"))


def entry_links_of_crowds(study: Study) -> QuerySet[EntryLink]:
    return EntryLink.objects.filter(stage__study=study, platform__in=crowd_names())


def crowd_lists(study: Study, link: EntryLink) -> CrowdLists:
    ended = Arrival.objects.filter(entry_link=link).exclude(outcome="").select_related("enrolment").order_by("id")
    listed = list(_listed(study, list(ended)))
    told = _told(link)
    approve = [one for one in listed if one.arrival.outcome in APPROVED]
    approved = {one.arrival.pk for one in approve}
    bonus = [one for one in listed if one.arrival.pk not in approved and one.due > 0]
    screen_out = [one for one in listed if one.arrival.outcome in SCREENED_OUT]
    return CrowdLists(
        approve=[one for one in approve if (one.arrival.pk, ActKind.APPROVE) not in told],
        bonus=[one for one in bonus if (one.arrival.pk, ActKind.BONUS) not in told],
        screen_out=[one for one in screen_out if (one.arrival.pk, ActKind.SCREEN_OUT) not in told],
    )


def sendable(study: Study, link: EntryLink, kind: ActKind) -> Sendable:
    """Raises KeyError for a link of a platform that can't be told by calls."""
    api = api_of(link.platform)
    listed = crowd_lists(study, link).of(kind)
    arrivals = [one for one in listed if _can_be_sent(api, one.arrival, kind)]
    total = sum((one.due for one in arrivals), Decimal(0)) if kind == ActKind.BONUS else Decimal(0)
    return Sendable(arrivals, total, len(listed) - len(arrivals))


def platform_with_token(study: Study) -> str:
    """Of which platform the study has a token; empty for none."""
    accounts = PlatformAccount.objects.filter(study=study).exclude(sealed_token="")
    return accounts.values_list("platform", flat=True).first() or ""


def acts_of(link: EntryLink) -> QuerySet[PlatformAct]:
    """What the platform was told of the link's arrivals, or is about to be. The latest first."""
    acts = PlatformAct.objects.filter(arrival__entry_link=link)
    return acts.select_related("arrival__enrolment", "requested_by").order_by("-requested_at", "-id")


def counts_of_acts(link: EntryLink) -> dict[str, int]:
    rows = PlatformAct.objects.filter(arrival__entry_link=link).values_list("state").annotate(Count("id"))
    return {ActState(state).label: count for state, count in rows.order_by("state")}


def is_telling(link: EntryLink) -> bool:
    return PlatformAct.objects.filter(arrival__entry_link=link, state__in=MOVING).exists()


def waits_until(study: Study, *, now: datetime) -> datetime | None:
    """Until when the platform asked to wait."""
    asked = PlatformAccount.objects.filter(study=study, refused_in_a_row__gt=0, busy_until__gt=now)
    return asked.values_list("busy_until", flat=True).first()


def unknown_batches(link: EntryLink) -> list[UnknownBatch]:
    unknown = PlatformAct.objects.filter(arrival__entry_link=link, state=ActState.UNKNOWN)
    rows = unknown.values_list("batch").annotate(Count("id"), Sum("amount"), Max("told_at")).order_by("batch")
    return [UnknownBatch(str(batch), people, total, told_at) for batch, people, total, told_at in rows]


def last_download(link: EntryLink, kind: ActKind) -> datetime | None:
    """When the same list was taken to be uploaded by hand: who was paid from it must not be paid again."""
    entries = AuditEntry.objects.filter(
        action="raters.crowd_download", study_id=link.stage.study_id, target=link.label[:200]
    )
    at: datetime | None = entries.filter(details__list=kind.replace("_", "-")).aggregate(at=Max("happened_at"))["at"]
    return at


def studies_to_tell(*, now: datetime) -> list[int]:
    """With something to tell, and nobody at it."""
    waiting = PlatformAct.objects.filter(state__in=MOVING).exclude(study__platform_account__busy_until__gt=now)
    return list(waiting.order_by("study").values_list("study", flat=True).distinct())


def _told(link: EntryLink) -> set[tuple[int, str]]:
    acts = PlatformAct.objects.filter(arrival__entry_link=link).exclude(state=ActState.FAILED)
    return set(acts.values_list("arrival", "kind"))


def _can_be_sent(api: PlatformApi, arrival: Arrival, kind: ActKind) -> bool:
    return api.is_id(arrival.session_id) and (kind == ActKind.BONUS or arrival.platform_status not in api.settled)


def _listed(study: Study, arrivals: list[Arrival]) -> Iterator[ListedArrival]:
    raters = {arrival.enrolment.rater_id for arrival in arrivals}
    paid = pay_of_arrivals(study=study, arrival_ids=[arrival.pk for arrival in arrivals], rater_ids=raters)
    for arrival in arrivals:
        pay = paid.get(arrival.pk)
        yield ListedArrival(arrival, pay.amount if pay else Decimal(0))
