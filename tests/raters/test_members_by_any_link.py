"""A member who rates is known as a member, whatever door they came by: no results of theirs to see meanwhile."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from conversations.enums import Role, StageState
from conversations.models import Membership, Study
from judgments.disclosure import must_wait_as_rater
from judgments.models import Assignment, Unit
from raters.enums import Platform
from raters.models import Enrolment, EntryLink
from raters.platforms.prolific import PARAMETERS as PARAMETERS_OF_PROLIFIC
from reports.models import Export
from tests import worlds

pytestmark = pytest.mark.django_db
PASSWORD = "a long password of the owner"


@pytest.fixture
def study() -> Study:
    return worlds.rateable_study()


@pytest.fixture
def owner(study: Study) -> User:
    user = User.objects.create_user("owner", password=PASSWORD)
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    return user


@pytest.fixture
def visitor(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def link_of(study: Study, platform: Platform = Platform.OPEN, **values: str) -> EntryLink:
    return EntryLink.objects.create(stage=study.stages.get(number=1), label="test", platform=platform, **values)


def come_openly(visitor: Client, study: Study) -> None:
    visitor.post(f"/r/{link_of(study).token}/")


def come_from_another_platform(visitor: Client, study: Study) -> None:
    link = link_of(study, Platform.OTHER, person_parameter="PID", session_parameter="SID")
    visitor.get(f"/r/{link.token}/?PID=me&SID=s1")
    visitor.post(f"/r/{link.token}/")


def come_from_prolific(visitor: Client, study: Study) -> None:
    link = link_of(study, Platform.PROLIFIC, **PARAMETERS_OF_PROLIFIC)
    visitor.get(f"/r/{link.token}/?PROLIFIC_PID=me&STUDY_ID=s&SESSION_ID=s1")
    visitor.post(f"/r/{link.token}/")


def come_as_a_colleague(visitor: Client, study: Study) -> None:
    """Who was a rater only, and is given another role afterwards."""
    Membership.objects.update(role=Role.RATER)
    visitor.post(f"/studies/{study.slug}/stages/1/rate/")
    Membership.objects.update(role=Role.OWNER)


def come_by_a_personal_link(visitor: Client, study: Study) -> None:
    Client().post(f"/r/{link_of(study).token}/")
    visitor.get(f"/r/resume/{Enrolment.objects.get().resume_token}/")


DOORS: list[Callable[[Client, Study], None]] = [
    come_openly,
    come_from_another_platform,
    come_from_prolific,
    come_as_a_colleague,
    come_by_a_personal_link,
]


def rate_a_page(visitor: Client, study: Study) -> None:
    assert visitor.get(f"/rate/{study.slug}/1/").status_code == 200
    assert worlds.submit_all(visitor, Assignment.objects.get(outcome="")).status_code == 200


def is_withheld(visitor: Client, study: Study) -> bool:
    return "You rate in this study" in visitor.get(f"/studies/{study.slug}/report/").content.decode()


def ways_to_results(study: Study) -> list[tuple[str, dict[str, str] | None]]:
    """Addresses, and what is sent to those that are asked by POST."""
    unit = Unit.objects.filter(judgments__isnull=False, task__stage__study=study)[0]
    place, api, export = f"/studies/{study.slug}", f"/api/v1/studies/{study.slug}", {"kind": "items", "format": "csv"}
    return [
        (f"{place}/report/html/", None),
        (f"{place}/report/units/{unit.pk}/", None),
        (f"{place}/adjudication/", None),
        (f"{api}/report/", None),
        (f"{api}/exports/", export),
    ]


def answers(visitor: Client, study: Study) -> list[int]:
    asked = ways_to_results(study)
    return [(visitor.post(to, sent, "application/json") if sent else visitor.get(to)).status_code for to, sent in asked]


@pytest.mark.parametrize("come", [come_openly, come_from_prolific])
def test_all_results_wait_for_a_signed_in_member_who_came_by_a_link(study, visitor, come):
    come(visitor, study)
    rate_a_page(visitor, study)
    assert answers(visitor, study) == [403, 403, 403, 409, 409]
    study.stages.update(state=StageState.CLOSED)
    assert answers(visitor, study) == [404, 200, 200, 202, 202]  # 404: the first report is being computed


@pytest.mark.parametrize("come", DOORS)
def test_a_signed_in_member_who_rates_waits_for_the_report(study, visitor, come):
    assert not is_withheld(visitor, study)
    come(visitor, study)
    rate_a_page(visitor, study)
    assert is_withheld(visitor, study)
    visitor.post(f"/studies/{study.slug}/exports/", {"kind": "judgments", "format": "csv"}, follow=True)
    assert not Export.objects.exists()
    study.stages.update(state=StageState.CLOSED)
    assert not is_withheld(visitor, study)


@pytest.mark.parametrize("come", DOORS[:3])
def test_who_signs_in_after_having_rated_waits_too(study, owner, come):
    visitor = Client()
    come(visitor, study)
    rate_a_page(visitor, study)
    visitor.post("/login/", {"username": "owner", "password": PASSWORD})
    assert is_withheld(visitor, study)


def test_two_persons_of_the_platform_played_by_one_member_are_both_remembered(study, owner, visitor):
    link = link_of(study, Platform.OTHER, person_parameter="PID")
    for person in ("one", "two"):
        visitor.get(f"/r/{link.token}/?PID={person}")
        visitor.post(f"/r/{link.token}/")
        visitor.get(f"/rate/{study.slug}/1/")
    assert [list(each.accounts.all()) for each in Enrolment.objects.all()] == [[owner], [owner]]


def test_nobody_else_has_to_wait(study, owner, visitor):
    come_from_another_platform(Client(), study)
    elsewhere = worlds.rateable_study()
    Membership.objects.create(study=elsewhere, user=owner, role=Role.OWNER)
    come_openly(visitor, elsewhere)
    visitor.get(f"/rate/{elsewhere.slug}/1/")
    assert must_wait_as_rater(elsewhere, owner)
    assert not must_wait_as_rater(study, owner)
