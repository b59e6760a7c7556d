"""The cases of a study, what each arm made of them, and the arms themselves."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import Scope, User
from accounts.services import create_token
from conversations.enums import Policy, Role
from conversations.models import Arm, Membership, Study
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return factories.study()


@pytest.fixture
def owner(study) -> User:
    made = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=made, role=Role.OWNER)
    return made


@pytest.fixture
def client(owner) -> Client:
    made = Client()
    made.force_login(owner)
    return made


def case_of_arms(study: Study) -> tuple[Arm, Arm]:
    """One arm is compared, of a name; the other is silent."""
    case = factories.case(factories.subject(study))
    system, other = factories.system(study), factories.system(study, "selector")
    named = factories.arm(system, "memory 2", settings={"attributes": 5})
    given = factories.arm(system, policy=Policy.SELECTION, selecting_system=other)
    factories.comparison(case, [], by=system, arm=named)
    factories.silent_case(case, given)
    return named, given


def test_each_case_says_what_its_arms_made_of_it(study, client):
    case_of_arms(study)
    held = factories.comparison(factories.case(factories.subject(study)), [], leak_reasons=["Generic text: x"])
    factories.comparison(held.case, [], by=factories.system(study, "other"), identical=True)
    page = client.get(reverse("conversations:cases", args=[study.slug]))
    shown = [[(str(each.arm), each.state) for each in outcomes] for _case, outcomes in page.context["cases"]]
    assert shown == [
        [("assistant, memory 2", ""), ("assistant, selection of selector", "silent")],
        [("assistant, policy not stated", "held"), ("other, policy not stated", "silent: identical texts")],
    ]
    assert "selection of selector" in page.content.decode()


def test_the_list_keeps_the_cases_of_an_arm(study, client):
    named, given = case_of_arms(study)
    factories.comparison(factories.case(factories.subject(study)), [], arm=named)
    factories.case(factories.subject(study))
    address = reverse("conversations:cases", args=[study.slug])
    found = {arm: len(client.get(address, {"arm": arm}).context["cases"]) for arm in (named.pk, given.pk, 0)}
    assert found == {named.pk: 2, given.pk: 1, 0: 0}
    assert len(client.get(address, {"arm": ""}).context["cases"]) == 3


def test_the_list_takes_as_many_queries_for_three_cases_as_for_one(study, client):
    address = reverse("conversations:cases", args=[study.slug])
    taken = []
    for more in (1, 2):
        for _case in range(more):
            case_of_arms(study)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(address)
        taken.append(len(captured))
    assert taken[0] == taken[1]


def test_the_api_lists_the_arms_of_a_study(study, owner):
    case_of_arms(study)
    token = create_token(user=owner, name="script", scopes=[Scope.STUDY_READ], expires_at=None)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token.secret}")
    first, second = api.get(f"/api/v1/studies/{study.slug}/arms/").json()["results"]
    assert {key: first[key] for key in ("name", "policy", "settings", "comparisons", "silent_cases")} == {
        "name": "memory 2",
        "policy": "unstated",
        "settings": {"attributes": 5},
        "comparisons": 1,
        "silent_cases": 0,
    }
    assert (second["system"], second["policy"], second["selection_of"]) == ("assistant", "selection", "selector")
    assert (second["comparisons"], second["silent_cases"]) == (0, 1)
