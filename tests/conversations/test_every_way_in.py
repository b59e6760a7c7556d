"""A file means the same whichever way it comes in: what the preview foretells is what page, API and command store and report."""

import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from conversations.enums import BatchState, Role
from conversations.formats import Options, examine
from conversations.models import Batch, Membership, Study
from conversations.services import batches, importing
from conversations.services.previews import preview
from tests import factories

pytestmark = pytest.mark.django_db
TESTS = Path(__file__).resolve().parents[1]
CORPUS = sorted(path.parent for path in (TESTS / "corpus").glob("*/*/expected.json"))
SHARED = TESTS.parents[1] / "shared" / "cases" / "uploads"
NOT_COUNTED_ALIKE = {"subjects"}  # of a file those with a row of their own, of a batch all that it brought


@pytest.fixture
def study(settings, tmp_path: Path) -> Study:
    settings.MEDIA_ROOT = tmp_path
    return factories.study()


def source_of(folder: Path) -> tuple[Path, Options]:
    (source,) = folder.glob("source.*")
    return source, Options.from_json(json.loads((folder / "expected.json").read_text()).get("options", {}))


def stored(batch: Batch) -> dict[str, int]:
    """Of each kind how many rows it took, new or known before."""
    kinds = {kind: one for kind, one in batch.counts.items() if isinstance(one, dict)}
    return {
        kind: sum(one.values()) for kind, one in kinds.items() if kind not in NOT_COUNTED_ALIKE and sum(one.values())
    }


def test_the_preview_counts_what_an_import_stores(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    differing = {}
    for folder in CORPUS:
        source, options = source_of(folder)
        content = source.read_bytes()
        seen = examine(BytesIO(content), options)
        foretold = preview(file=BytesIO(content), is_part=False, format=seen.format, options=options)
        batch = batches.receive(
            study=factories.study(),
            file=ContentFile(content),
            filename=source.name,
            origin="real",
            user=None,
            format=seen.format,
            options=options,
        )
        importing.import_batch(batch_id=batch.pk, now=timezone.now())
        batch.refresh_from_db()
        counted = {kind: count for kind, count in foretold.counts.items() if kind not in NOT_COUNTED_ALIKE}
        if list(counted) == ["judgments"]:
            continue  # of what a study holds already: no file can tell
        # An import may find more problems: evidence in a conversation that the study does not have.
        if counted != stored(batch) or foretold.problem_count > batch.counts["problems"]:
            differing[f"{folder.parent.name}/{folder.name}"] = (counted, foretold.problem_count, batch.counts)
    assert differing == {}


def outcome(batch: Batch) -> tuple[Any, ...]:
    return batch.state, batch.format, stored(batch), batch.counts["problems"], batch.passed_over


def by_command(study: Study, path: Path, said: dict[str, str]) -> tuple[Any, ...] | str:
    try:
        call_command("import_batch", study.slug, str(path), origin="real", stdout=StringIO(), **said)
    except CommandError as refusal:
        batch = Batch.objects.filter(study=study).first()
        assert batch is None or batch.state == BatchState.FAILED
        return outcome(batch) if batch else str(refusal).removeprefix(f"{path}: ")
    return outcome(Batch.objects.get(study=study))


def by_api(study: Study, path: Path, said: dict[str, str]) -> tuple[Any, ...] | str:
    user = User.objects.create_user(f"{study.slug}-{path.name}")
    Membership.objects.create(study=study, user=user, role=Role.ADMIN)
    api = APIClient()
    api.force_authenticate(user)
    sent = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "origin": "real"} | said
    answer: Any = api.post(f"/api/v1/studies/{study.slug}/batches/", sent)
    if answer.status_code == 400:
        return " ".join(text for texts in answer.json()["error"]["fields"].values() for text in texts)
    importing.import_batch(batch_id=answer.json()["id"], now=timezone.now())
    return outcome(Batch.objects.get(study=study))


def by_page(study: Study, path: Path, said: dict[str, str]) -> tuple[Any, ...] | None:
    """None where the form comes back with its reason."""
    user = User.objects.create_user(f"{study.slug}-page")
    Membership.objects.create(study=study, user=user, role=Role.ADMIN)
    client = Client()
    client.force_login(user)
    sent = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "origin": "real"} | said
    answer = client.post(f"/studies/{study.slug}/batches/new/", sent)
    if answer.status_code == 422:
        assert "field__error" in answer.content.decode()
        return None
    importing.import_batch(batch_id=Batch.objects.get(study=study).pk, now=timezone.now())
    return outcome(Batch.objects.get(study=study))


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/cases is not there")
def test_shared_cases_end_alike_by_command_api_and_page(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    differing, empty = {}, []
    for path in sorted(path for path in SHARED.iterdir() if path.is_file()):
        said = {"subject_policy": "conversation"} if path.suffix in {".json", ".zip"} else {}
        command, api = (way(factories.study(), path, said) for way in (by_command, by_api))
        page = by_page(factories.study(), path, said)
        if command != api or page != (None if isinstance(command, str) else command):
            differing[path.name] = (command, api, page)
        if not isinstance(command, str) and command[0] == BatchState.DONE and not command[2]:
            empty.append(path.name)
    assert differing == {}
    assert empty == []  # what stored nothing is not called imported
