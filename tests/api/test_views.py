"""What holds for every view of the API."""

from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework.test import APIRequestFactory

from accounts.models import Scope, User
from accounts.permissions import HasScope
from yardstick import api_urls
from yardstick.project.api_docs import openapi

VIEWS: list[Any] = [vars(pattern.callback)["cls"] for pattern in api_urls.urlpatterns]
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_every_method_of_a_view_names_its_scope(view):
    offered = {method.upper() for method in METHODS if hasattr(view, method)}
    assert set(view.scopes) == offered
    assert set(view.scopes.values()) <= set(Scope)
    assert HasScope in view.permission_classes


def test_a_view_that_names_no_scope_is_refused():
    class Forgetful:
        def get(self):
            pass

    request = APIRequestFactory().get("/")
    request.user, request.auth = User(), None
    assert not HasScope().has_permission(request, Forgetful())


def test_every_route_of_the_api_is_in_the_schema_with_its_scope():
    operations = [
        operation for methods in openapi()["paths"].values() for name, operation in methods.items() if name in METHODS
    ]
    assert len(openapi()["paths"]) == len(api_urls.urlpatterns)
    assert all(operation["x-scope"] in Scope.values for operation in operations)
    assert len({operation["operationId"] for operation in operations}) == len(operations)


@pytest.mark.django_db
def test_the_docs_page_shows_every_operation_without_inline_code(client):
    client.force_login(User.objects.create_user("ada"))
    page = client.get("/api/docs/").content.decode()
    for path in openapi()["paths"]:
        assert path in page
    assert "<style" not in page
    assert "onclick" not in page
    assert 'style="' not in page
    assert client.get("/api/schema/").json()["openapi"].startswith("3.")


def test_every_address_of_the_api_ends_with_a_slash():
    resolver = get_resolver("yardstick.api_urls")
    assert all(str(pattern.pattern).endswith("/") for pattern in resolver.url_patterns)
