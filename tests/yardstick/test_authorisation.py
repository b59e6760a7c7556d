"""The authorisation matrix: every address, every method it takes, every kind of visitor.

The routes come from the URL map: one without a row here fails. An object of another study must not be reachable
through the address of one's own.
"""

import itertools
import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.rows import empty_tables
from tests.yardstick.authorisation_matrix import MATRIX, OWN_OBJECTS, VISITORS
from tests.yardstick.authorisation_world import _ALL, ROUTES, World, make_world

pytestmark = pytest.mark.django_db
REQUESTS = [(name, method) for name in sorted(MATRIX) for method in MATRIX[name]]


@pytest.fixture(scope="module")
def worlds(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, World]]:
    """Two of them, made once: whatever a visitor does is undone."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files")), django_db_blocker.unblock():
        made = make_world(), make_world()
        for world, visitor in itertools.product(made, VISITORS):
            world.client(visitor)
        yield made
        empty_tables()


@pytest.fixture
def world(worlds: tuple[World, World]) -> World:
    return worlds[0]


def test_every_route_has_a_row():
    assert sorted(ROUTES - set(MATRIX)) == []
    assert sorted(set(MATRIX) - ROUTES) == []


def test_no_two_routes_have_the_same_name():
    names = [name for name, _parameters in _ALL]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("name", "method"), REQUESTS, ids=lambda value: value)
def test_each_visitor_gets_what_the_matrix_says(world, name, method):
    expected = dict(zip(VISITORS, MATRIX[name][method], strict=True))
    asked = [visitor for visitor in VISITORS if expected[visitor] is not None]
    found = {visitor: _status(world, visitor, name, method) for visitor in asked}
    assert found == {visitor: expected[visitor] for visitor in asked}


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_methods_without_a_row_are_not_taken(world, name):
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(MATRIX[name]):
        visitor = "rater" if name.startswith("judgments:") else "owner"
        assert _status(world, visitor, name, method) == 405 or (name, method) in RUN_ON


# A redirect answers every method, and the login page sends on who is signed in.
RUN_ON = {(name, method) for name in ("home", "login") for method in ("POST", "PUT", "PATCH", "DELETE")}


@pytest.mark.parametrize(
    ("name", "method"),
    [
        (name, method)
        for name, parameters in _ALL
        if parameters & OWN_OBJECTS and "slug" in parameters
        for method in MATRIX.get(name, {})
    ],
    ids=lambda value: value,
)
def test_an_object_of_another_study_is_not_found(worlds, name, method):
    world, other = worlds
    foreign = {**other.arguments, **other.of_route.get(name, {})}
    visitor = "rater" if name.startswith("judgments:") else "owner"
    instead = {parameter: foreign[parameter] for parameter in OWN_OBJECTS}
    url = world.url(name, **instead)
    body = NOT_YOURS.get(name, "{}")
    response = world.client(visitor).generic(method, url, body, content_type="application/json")
    assert response.status_code == 404


# A request that is well formed, so that it is refused for whose it is.
NOT_YOURS = {
    "judgments:submit": f'{{"client_id": "{uuid.uuid4()}", "answers": [], "active_ms": 0}}',
    "judgments:draft": '{"draft": {"answers": []}, "revision": 0, "active_ms": 0}',
    "judgments:set-aside": f'{{"client_id": "{uuid.uuid4()}", "act": "technical"}}',
    "judgments:practice-submit": f'{{"client_id": "{uuid.uuid4()}", "answers": [], "active_ms": 0}}',
    "judgments:practice-set-aside": f'{{"client_id": "{uuid.uuid4()}", "act": "technical"}}',
}


def _status(world: World, visitor: str, name: str, method: str) -> int:
    """What one visitor gets. Undone afterwards, so that visitors meet the same world."""
    with transaction.atomic():
        client = world.client(visitor)
        content_type = "application/json" if name.startswith("api:") else "application/x-www-form-urlencoded"
        response = client.generic(
            method, world.url(name), "{}" if name.startswith("api:") else "", content_type=content_type
        )
        if response.streaming:
            b"".join(response)  # a file is closed when it was read
        transaction.set_rollback(True)
    return response.status_code
