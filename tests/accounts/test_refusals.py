"""A refusal becomes an answer in one place for each edge."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest
from django.urls import get_resolver

from accounts.errors import error_response
from accounts.models import User
from accounts.refusals import Refusal
from conversations.enums import Role
from tests import factories

PROJECT = Path(__file__).parents[2]
APPS = ("accounts", "conversations", "raters", "judgments", "generation", "reports")
# Where a refusal is more than a message or an error of the API.
EXCEPTIONS = {
    "conversations/api/batches.py": {"BatchRefused"},  # of the field with the file
    "conversations/views/guidelines.py": {"StillCollecting"},  # in the form, which asks
    "conversations/views/staging.py": {"StagingRefused"},  # to the script that sends the pieces
    "conversations/views/studies.py": {"StillCollecting"},
    "generation/views/ladder.py": {"Refusal"},  # back to the ladder that was asked for
    "generation/views/runs.py": {"NothingToDo"},  # no error, and told on the study's page
    "judgments/authoring/views/gold.py": {"TwinRefused"},  # in the form, which is kept
    "judgments/rating/views/guard.py": {"Refused"},  # the one place of raters' pages
    "judgments/work/views.py": {"StageRefused"},  # in the form, which is kept
    "reports/report/views/screen.py": {"ReportWithheld"},  # the page says so in the report's place
    "reports/report/views/report_request.py": {"ReportWithheld"},
}


class Late(Refusal):
    code, status = "late", 410
    text = "It is too late."


@pytest.mark.parametrize(
    ("refusal", "status", "code", "message"),
    [
        (Refusal("It is open already."), 409, "conflict", "It is open already."),
        (Late(), 410, "late", "It is too late."),
        (Late("It was too late."), 410, "late", "It was too late."),
    ],
)
def test_the_api_tells_code_status_and_text(refusal, status, code, message):
    response = error_response(refusal, {})
    assert response is not None
    assert (response.status_code, response.data) == (status, {"error": {"code": code, "message": message}})
    assert str(refusal) == message


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("act", "leads_to", "text"),
    [
        ("stages/1/close/", "stages/1/", "Stage 1 was not opened."),
        ("members/{member}/remove/", "members/", "A study needs an owner. Make somebody else an owner first."),
    ],
)
def test_a_members_page_tells_what_was_refused_where_it_belongs(client, act, leads_to, text):
    study = factories.study()
    owner = User.objects.create_user("owner")
    membership = study.memberships.create(user=owner, role=Role.OWNER)
    client.force_login(owner)
    address = f"/studies/{study.slug}/"
    answer = client.post(address + act.format(member=membership.pk), follow=True)
    assert answer.redirect_chain == [(address + leads_to, 302)]
    assert [(told.level_tag, str(told)) for told in answer.context["messages"]] == [("error", text)]


def test_edges_catch_no_refusal_by_themselves():
    names = {kind.__name__ for kind in _kinds(Refusal)}
    assert {"StageRefused", "BatchRefused", "ReportWithheld", "NotYours"} <= names
    edges = [path for app in APPS for path in (PROJECT / app).rglob("*.py") if _is_edge(path)]
    caught = {path.relative_to(PROJECT).as_posix(): _caught(path.read_text()) & names for path in edges}
    assert {path: found for path, found in caught.items() if found} == EXCEPTIONS


def test_a_planted_branch_is_found():
    assert _caught("try:\n    act()\nexcept opening.StageRefused as refusal:\n    tell()") == {"StageRefused"}
    assert _caught("try:\n    act()\nexcept (StageRefused, ValueError):\n    tell()") == {"StageRefused", "ValueError"}


def _kinds(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    assert get_resolver().url_patterns  # every view is imported, and what it can meet with it
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)


def _is_edge(path: Path) -> bool:
    return "views" in {*path.parts, path.stem} or "api" in {*path.parts, path.stem}


def _caught(source: str) -> set[str]:
    handlers = [node.type for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ExceptHandler)]
    named = [part for handler in handlers for part in (handler.elts if isinstance(handler, ast.Tuple) else [handler])]
    return {part.attr if isinstance(part, ast.Attribute) else part.id for part in named if _is_name(part)}


def _is_name(part: ast.expr | None) -> TypeGuard[ast.Attribute | ast.Name]:
    return isinstance(part, ast.Attribute | ast.Name)
