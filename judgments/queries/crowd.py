"""What a crowd platform has to be told of the visits it sent: whom to approve, to pay a bonus, to screen out."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from conversations.models import Study
from judgments.queries.pay import pay_of_arrivals
from raters.enums import EnrolmentOutcome, Platform
from raters.models import Arrival, EntryLink

# These came back with the code of a completed visit, or had no fair chance to: nobody is ever rejected.
APPROVED = (EnrolmentOutcome.COMPLETED, EnrolmentOutcome.NO_WORK)
SCREENED_OUT = (EnrolmentOutcome.SCREENED_OUT, EnrolmentOutcome.FAILED_COMPREHENSION)


@dataclass(frozen=True, slots=True)
class Visit:
    """``due``: for the time worked, where the platform itself pays nothing for the outcome."""

    arrival: Arrival
    due: Decimal


@dataclass(frozen=True, slots=True)
class CrowdLists:
    """Visits that go on are in none. Who is screened out is paid for the time worked all the same."""

    approve: list[Visit]
    bonus: list[Visit]
    screen_out: list[Visit]


def crowd_links(study: Study) -> list[EntryLink]:
    links = EntryLink.objects.filter(stage__study=study).exclude(platform=Platform.OPEN)
    return list(links.select_related("stage").order_by("stage__number", "id"))


def crowd_lists(study: Study, link: EntryLink) -> CrowdLists:
    ended = Arrival.objects.filter(entry_link=link).exclude(outcome="").select_related("enrolment").order_by("id")
    visits = list(_visits(study, list(ended)))
    approve = [visit for visit in visits if visit.arrival.outcome in APPROVED]
    return CrowdLists(
        approve=approve,
        bonus=[visit for visit in visits if visit not in approve and visit.due > 0],
        screen_out=[visit for visit in visits if visit.arrival.outcome in SCREENED_OUT],
    )


def _visits(study: Study, arrivals: list[Arrival]) -> Iterator[Visit]:
    paid = pay_of_arrivals(study=study, arrival_ids=[arrival.pk for arrival in arrivals])
    for arrival in arrivals:
        pay = paid.get(arrival.pk)
        yield Visit(arrival, pay.amount if pay else Decimal(0))
