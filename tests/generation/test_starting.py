"""Every kind of run is previewed and started from the page, by a command and through the API, all by one service."""

import dataclasses
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import Scope, User
from accounts.services import create_token
from conversations.enums import MentionMethod, Role
from conversations.models import Attribute, ComparisonAttribute, Membership, Response, Selection
from generation.enums import ItemState, RunKind
from generation.models import Run, Score
from judgments.models import Judgment
from tests.generation.provider import Reply, attribute, extraction
from tests.generation.runs import produce_all
from tests.worlds import rateable_study

pytestmark = pytest.mark.django_db(transaction=True)
# What the API is told, and the command with its own arguments.
KINDS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "extraction": ({"kind": "extraction", "max_attributes": 3}, ["extract", "{}", "--max-attributes=3"]),
    "selections": ({"kind": "selections", "attributes_of": "study"}, ["select", "{}", "--attributes-of=study"]),
    "responses": (
        {"kind": "responses", "policy": "all", "max_given": 2},
        ["respond", "{}", "--policy=all", "--max-given=2"],
    ),
    "votes": ({"kind": "votes", "stage": 2}, ["vote", "--study={}", "--stage=2"]),
    "bm25": ({"kind": "scores", "method": "bm25"}, ["score", "--study={}", "--method=bm25"]),
    "embedding": (
        {"kind": "scores", "method": "embedding", "with_reason": True},
        ["score", "--study={}", "--method=embedding", "--with-reason"],
    ),
    "mentions": ({"kind": "mentions", "all_again": True}, ["mentions", "--study={}", "--all-again"]),
}
STORED = {
    "extraction": lambda run: Attribute.objects.filter(system=run.system).count() == 2,
    "selections": lambda run: Selection.objects.filter(system=run.system, selected=True).count() == 4,
    "responses": lambda run: Response.objects.filter(system=run.system).count() == 8,
    "votes": lambda run: Judgment.objects.filter(rater=run.rater).count() == 12,
    "bm25": lambda run: Score.objects.filter(rater=run.rater).count() == 12,
    "embedding": lambda run: Score.objects.filter(rater=run.rater).count() == 12,
    "mentions": lambda run: ComparisonAttribute.objects.filter(mention_method=MentionMethod.MODEL).count() == 8,
}
# What the form of the page needs where the API has a default.
TYPED = {"confidence_threshold": "0.4", "max_attributes": "12", "policy": "all", "max_given": "10", "pool": "all"}


@pytest.fixture
def study(db):
    return rateable_study(subjects=2, prompts=2)


@pytest.fixture
def owner(study):
    user = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    return user


@pytest.fixture
def api(owner):
    client = APIClient()
    made = create_token(user=owner, name="script", scopes=list(Scope), expires_at=None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.secret}")
    return client


def answering(request, number):
    """A provider of all trades: votes yes on each unit it is asked about, else extracts, else answers."""
    content = request["messages"][-1]["content"]
    if '"votes"' in content.splitlines()[-1]:
        form = json.loads(content.splitlines()[-1])["votes"]
        return Reply(json.dumps({"votes": {name: {"label": "Yes"} for name in form}}))
    if '"selected"' in content.splitlines()[-1]:
        return Reply('{"selected": [1]}')
    if "response_format" in request:
        return Reply(extraction(attribute("Cooks with weights", "I always cook with weights")))
    return Reply()


@pytest.mark.parametrize("name", KINDS)
def test_run_of_each_kind_is_previewed_and_started_through_the_api(name, study, endpoint, provider, api):
    provider.script, provider.embedding_size = answering, 3
    body = KINDS[name][0] | {"endpoint": "Stand-in", "budget": "5.00"}
    runs = f"/api/v1/studies/{study.slug}/runs/"
    estimate = api.post(f"{runs}estimate/", body, format="json").json()
    assert not Run.objects.exists()
    told = api.post(runs, body, format="json")
    assert told.status_code == 201, told.content
    run = Run.objects.get()
    assert (told.json()["id"], told.json()["kind"], run.budget) == (run.pk, body["kind"], Decimal(5))
    assert run.configuration.items() >= {key: body[key] for key in KINDS[name][0] if key != "kind"}.items()
    run.items.update(announced_at=None)
    produce_all(run)
    assert set(run.items.values_list("state", flat=True)) == {ItemState.DONE}
    assert (run.items.count(), len(provider.requests)) == (estimate["items"], estimate["calls"])
    assert STORED[name](run)
    assert api.get(f"{runs}{run.pk}/").json()["progress"]["done"] == run.items.count()
    again = api.post(runs, body, format="json")
    assert again.status_code == (201 if name == "mentions" else 409)  # mentions are asked for all again


@pytest.mark.parametrize("name", KINDS)
def test_page_command_and_api_foretell_the_same(name, study, endpoint, api, owner, capsys):
    body, command = KINDS[name]
    told = api.post(
        f"/api/v1/studies/{study.slug}/runs/estimate/", body | {"endpoint": "Stand-in", "limit": 1}, format="json"
    ).json()
    client = Client()
    client.force_login(owner)
    page = client.post(
        reverse("generation:run-create", args=[study.slug, body["kind"]]),
        TYPED | body | {"endpoint": endpoint.pk, "limit": "1"},
    )
    estimate = dataclasses.asdict(page.context["estimate"])
    assert {**told, "cost": Decimal(told["cost"])} == estimate
    assert (estimate["items"] > 0, estimate["cost"] > 0) == (True, name != "bm25")
    call_command(*[word.format(study.slug) for word in command], "--endpoint=Stand-in", "--limit=1", "--estimate")
    said = capsys.readouterr().out
    assert f"{estimate['items']} items, {estimate['calls']} calls" in said
    assert f"{estimate['input_tokens']} tokens of input" in said
    assert not Run.objects.exists()


@pytest.mark.parametrize("name", KINDS)
def test_command_starts_a_run_of_each_kind(name, study, endpoint, capsys):
    body, command = KINDS[name]
    call_command(*[word.format(study.slug) for word in command], "--endpoint=Stand-in", "--limit=1", "--budget=5")
    run = Run.objects.get()
    assert (run.kind, run.budget, run.items.exists()) == (body["kind"], Decimal(5), True)
    assert f"Run {run.pk} has {run.items.count()} items" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "votes"}, "stage"),
        ({"kind": "scores"}, "method"),
        ({"kind": "responses", "policy": "selection"}, None),
    ],
)
def test_run_of_which_something_is_left_out_is_refused_with_the_field(body, field, study, endpoint, api):
    for address in ("runs/", "runs/estimate/"):
        answer = api.post(f"/api/v1/studies/{study.slug}/{address}", body, format="json")
        assert answer.status_code == 400
        assert list(answer.json()["error"]["fields"]) == [field or "selection_system"]
    assert not Run.objects.exists()


def test_every_kind_of_run_is_tried_here():
    elsewhere = {RunKind.CONTROLS}  # needs a study with cases set aside: test_controls.py
    assert {body["kind"] for body, _ in KINDS.values()} | elsewhere == set(RunKind.values)
