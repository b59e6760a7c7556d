"""What a crowd platform is told: whom to approve, to pay a bonus, to screen out; its ids leave on request only."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from conversations.enums import Role
from conversations.models import Membership, Study
from raters.models import Arrival, EntryLink
from tests.judgments import platform_arrivals
from tests.judgments.rated import rated_study

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def study() -> Study:
    study = rated_study(subjects=1)
    Study.objects.filter(pk=study.pk).update(pay_per_hour="12.00", currency="EUR")
    return study


@pytest.fixture
def link(study) -> EntryLink:
    stage = study.stages.get(number=1)
    return EntryLink.objects.create(
        stage=stage, label="crowd", platform="prolific", person_parameter="PROLIFIC_PID", session_parameter="SESSION_ID"
    )


@pytest.fixture
def owner(study) -> Client:
    user = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client = Client()
    client.force_login(user)
    return client


def arrived(link: EntryLink, number: int, outcome: str, *, minutes: int = 0) -> Arrival:
    return platform_arrivals.arrived(link, number, outcome, minutes=minutes, now=NOW)


def download(client: Client, link: EntryLink, kind: str) -> list[str]:
    answer = client.post(f"/studies/{link.stage.study.slug}/crowd/{link.pk}/{kind}/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    return answer.content.decode().splitlines()


def test_each_arrival_is_where_its_outcome_belongs(owner, link):
    arrived(link, 1, "completed", minutes=5)
    arrived(link, 2, "no_work")
    arrived(link, 3, "stopped_early", minutes=10)
    arrived(link, 4, "failed_comprehension")
    arrived(link, 5, "screened_out", minutes=2)
    arrived(link, 6, "")  # goes on
    assert download(owner, link, "approve") == ["submission-1", "submission-2"]
    assert download(owner, link, "bonus") == ["person-3,2.00", "person-5,0.40"]
    assert download(owner, link, "screen-out") == ["submission-4", "submission-5"]


def test_the_page_counts_and_shows_no_ids(owner, link):
    arrived(link, 1, "completed", minutes=5)
    page = owner.get(f"/studies/{link.stage.study.slug}/crowd/").content.decode()
    assert "crowd" in page
    assert "person-1" not in page
    assert "submission-1" not in page


def test_each_download_is_written_down_without_the_ids(owner, link):
    arrived(link, 1, "completed")
    download(owner, link, "approve")
    entry = AuditEntry.objects.get(action="raters.crowd_download")
    assert entry.details == {"list": "approve", "visits": 1}


def test_a_list_that_there_is_not_is_not_found(owner, link):
    assert owner.post(f"/studies/{link.stage.study.slug}/crowd/{link.pk}/reject/").status_code == 404


def test_a_study_without_a_crowd_says_so(owner, study):
    assert "No crowd yet" in owner.get(f"/studies/{study.slug}/crowd/").content.decode()
