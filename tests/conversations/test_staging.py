"""A large file comes in pieces, goes on where it broke, and is nobody else's."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from conversations.enums import Role
from conversations.models import Batch, Membership, StagedUpload, Study
from conversations.services import staging
from tests import factories
from tests.said import said

pytestmark = pytest.mark.django_db

ROW = b'{"user_id": "u1", "messages": [{"role": "user", "content": "Hi"}]}\n'


@pytest.fixture
def study(settings, tmp_path: Path) -> Study:
    settings.MEDIA_ROOT = tmp_path
    return factories.study()


def signed_in(study: Study, name: str, role: Role = Role.ADMIN) -> Client:
    user = User.objects.create_user(name)
    Membership.objects.create(study=study, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def begun(client: Client, study: Study, size: int = len(ROW), name: str = "chats.jsonl", mark: str = "1-a") -> Any:
    return client.post(f"/studies/{study.slug}/batches/staged/", {"filename": name, "size": size, "mark": mark})


def put(client: Client, study: Study, key: str, offset: int, content: bytes) -> Any:
    url = f"/studies/{study.slug}/batches/staged/{key}/?offset={offset}"
    return client.put(url, content, content_type="application/octet-stream")


def test_file_in_pieces_becomes_a_batch_and_leaves_nothing(study: Study) -> None:
    client = signed_in(study, "ann")
    key = begun(client, study).json()["key"]
    assert put(client, study, key, 0, ROW[:20]).json()["received"] == 20
    assert put(client, study, key, 20, ROW[20:]).json()["received"] == len(ROW)
    answer: Any = client.post(f"/studies/{study.slug}/batches/new/", {"staged": key, "origin": "real"})
    batch = Batch.objects.get()
    assert answer.url.endswith(f"/batches/{batch.pk}/")
    with batch.file.open("rb") as file:
        assert file.read() == ROW
    assert batch.filename == "chats.jsonl"
    assert not StagedUpload.objects.exists()


def test_it_goes_on_where_it_broke_and_a_piece_twice_changes_nothing(study: Study) -> None:
    client = signed_in(study, "ann")
    key = begun(client, study).json()["key"]
    put(client, study, key, 0, ROW[:30])
    again = begun(client, study).json()
    assert (again["key"], again["received"]) == (key, 30)
    assert put(client, study, key, 0, ROW[:30]).json()["received"] == 30
    assert put(client, study, key, 10, ROW[10:40]).json()["received"] == 40
    refused = put(client, study, key, 50, ROW[50:])
    assert (refused.status_code, refused.json()["received"]) == (409, 40)
    assert put(client, study, key, 40, ROW[40:] + b"more").status_code == 409


@pytest.mark.parametrize("mark", ["2-a", "1-b", ""])
def test_another_file_of_the_same_name_and_size_is_never_mixed_with_it(study: Study, mark: str) -> None:
    client = signed_in(study, "ann")
    first = begun(client, study).json()["key"]
    put(client, study, first, 0, ROW[:30])
    other = begun(client, study, mark=mark).json()
    assert other["key"] != first
    assert other["received"] == 0


def test_what_is_not_whole_is_not_imported(study: Study) -> None:
    client = signed_in(study, "ann")
    key = begun(client, study).json()["key"]
    client.post(f"/studies/{study.slug}/batches/new/", {"staged": key, "origin": "real"})
    assert not Batch.objects.exists()


def test_size_is_refused_before_anything_is_sent(study: Study, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000
    client = signed_in(study, "ann")
    assert "can be uploaded" in begun(client, study, size=1_001).json()["error"]
    assert [begun(client, study, size=1_000, name=str(at)).status_code for at in range(5)] == [200, 200, 200, 200, 422]


def test_nobody_else_goes_on_with_it(study: Study) -> None:
    key = begun(signed_in(study, "ann"), study).json()["key"]
    other = signed_in(study, "bob")
    assert put(other, study, key, 0, ROW).status_code == 404
    assert other.post(f"/studies/{study.slug}/batches/new/", {"staged": key, "origin": "real"}).status_code == 404
    assert begun(signed_in(study, "eve", Role.ANALYST), study).status_code == 403


def test_what_nobody_went_on_with_is_taken_away(study: Study) -> None:
    begun(signed_in(study, "ann"), study)
    (staged,) = StagedUpload.objects.all()
    path = Path(staged.file.path)
    assert staging.sweep(timezone.now()) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act: act())
        assert staging.sweep(timezone.now() + timedelta(days=2)) == 1
    assert not path.exists()


def test_scripts_send_pieces_and_name_the_file_in_a_batch(study: Study) -> None:
    user = User.objects.create_user("ann")
    Membership.objects.create(study=study, user=user, role=Role.ADMIN)
    api = APIClient()
    api.force_authenticate(user)
    base = f"/api/v1/studies/{study.slug}/"
    wanted = {"filename": "chats.jsonl", "size": len(ROW), "mark": "a"}
    begun_at: Any = api.post(f"{base}staged-uploads/", wanted, format="json")
    assert (begun_at.status_code, begun_at.json()["received"]) == (201, 0)
    at = f"{base}staged-uploads/{begun_at.json()['key']}/"
    kind = "application/octet-stream"
    assert api.put(f"{at}?offset=0", ROW[:20], content_type=kind).json()["received"] == 20
    named = {"staged": begun_at.json()["key"], "origin": "real"}
    assert api.post(f"{base}batches/", named).status_code == 409  # some of it is missing
    assert api.put(f"{at}?offset=30", ROW[30:], content_type=kind).status_code == 409
    assert api.put(f"{at}?offset=x", ROW[20:], content_type=kind).status_code == 400
    assert api.put(f"{at}?offset=20", b"", content_type=kind).status_code == 400
    again: Any = api.post(f"{base}staged-uploads/", wanted, format="json")
    assert again.json()["received"] == 20
    assert api.put(f"{at}?offset=20", ROW[20:], content_type=kind).json()["received"] == len(ROW)
    assert api.get(at).json()["received"] == len(ROW)
    assert api.post(f"{base}batches/", {"origin": "real"}).json()["error"]["fields"]["file"]
    assert api.post(f"{base}batches/", named).status_code == 202
    with Batch.objects.get().file.open("rb") as file:
        assert file.read() == ROW
    assert not StagedUpload.objects.exists()


def test_a_piece_that_is_too_long_is_refused(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "PIECE_BYTES", 10)
    user = User.objects.create_user("ann")
    Membership.objects.create(study=study, user=user, role=Role.ADMIN)
    api = APIClient()
    api.force_authenticate(user)
    base = f"/api/v1/studies/{study.slug}/staged-uploads/"
    key = api.post(base, {"filename": "a", "size": 100}, format="json").json()["key"]
    assert api.put(f"{base}{key}/?offset=0", b"x" * 11, content_type="application/octet-stream").status_code == 400
    assert api.get(f"{base}{key}/").json()["received"] == 0


def test_what_came_in_pieces_is_looked_at_before_it_is_stored(study: Study) -> None:
    client = signed_in(study, "ann")
    key = begun(client, study).json()["key"]
    put(client, study, key, 0, ROW)
    seen = client.post(f"/studies/{study.slug}/batches/preview/", {"staged": key})
    assert "1 conversation" in said(seen)
    assert StagedUpload.objects.count() == 1
