"""A script uploads a batch, follows it, and reads what was wrong with it."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Scope, User
from accounts.services import create_token
from conversations import tasks
from conversations.enums import Role
from conversations.models import Batch, Conversation, Membership, Study
from conversations.services import importing
from tests import factories

pytestmark = pytest.mark.django_db

ROWS = [{"messages": [{"role": "user", "content": "Hello"}], "person": "p1"}, {"messages": 3, "person": "p1"}]
CONTENT = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(tasks.import_batch, "delay", lambda batch_id: None)


@pytest.fixture
def study() -> Study:
    return factories.study()


def client_with(study: Study, *scopes: Scope) -> APIClient:
    user = User.objects.create_user("ada")
    Membership.objects.create(study=study, user=user, role=Role.ADMIN)
    client = APIClient()
    token = create_token(user=user, name="script", scopes=list(scopes), expires_at=None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token.secret}")
    return client


@pytest.fixture
def api(study) -> APIClient:
    return client_with(study, Scope.STUDY_READ, Scope.BATCH_WRITE)


def upload(api: APIClient, study: Study, **values: object):
    sent = {"file": SimpleUploadedFile("rows.jsonl", CONTENT), "origin": "real"} | values
    return api.post(f"/api/v1/studies/{study.slug}/batches/", sent, format="multipart")


def test_batch_is_uploaded_followed_and_undone(api, study):
    made = upload(api, study, subject_policy="field", subject_field="person")
    assert (made.status_code, made.json()["state"], made.json()["format"]) == (202, "pending", "openai")
    address = f"/api/v1/studies/{study.slug}/batches/{made.json()['id']}/"
    importing.import_batch(batch_id=made.json()["id"], now=timezone.now())
    followed = api.get(address).json()
    assert (followed["state"], followed["counts"]["conversations"]) == ("done", {"new": 1, "known": 0})
    assert Conversation.objects.get().subject.external_id == "p1"
    assert [row["line"] for row in api.get(f"{address}problems/").json()["results"]] == [2]
    assert api.post(f"{address}undo/").json()["state"] == "undone"
    assert api.post(f"{address}undo/").status_code == 409
    assert [row["id"] for row in api.get(f"/api/v1/studies/{study.slug}/batches/").json()["results"]] == [
        made.json()["id"]
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"origin": "hearsay"}, "origin"),
        ({"file": SimpleUploadedFile("a", b"just words")}, "file"),
        ({"subject_policy": "file"}, "file"),
        ({"columns": "[1]"}, "columns"),
    ],
)
def test_upload_that_can_not_be_read_is_refused(api, study, values, field):
    refused = upload(api, study, **values)
    assert refused.status_code == 400
    assert field in refused.json()["error"]["fields"]
    assert not Batch.objects.exists()


def test_upload_is_refused_without_its_scope(study):
    assert upload(client_with(study, Scope.STUDY_READ), study).status_code == 403
    assert not Batch.objects.exists()


def test_following_is_refused_without_its_scope(study):
    api = client_with(study, Scope.BATCH_WRITE)
    assert api.get(f"/api/v1/studies/{study.slug}/batches/").status_code == 403
