"""Uploading, following and undoing batches in the browser, and sampling cases."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import User
from conversations import tasks
from conversations.enums import BatchState, Origin, Role
from conversations.models import Batch, Case, Membership, Study, Subject
from conversations.services import importing
from tests import factories
from tests.said import said

pytestmark = pytest.mark.django_db

ROWS = [
    {"kind": "conversation", "subject": f"s{number}", "turns": [{"role": "user", "content": f"<b>Hello</b> {number}"}]}
    for number in range(7)
]
CONTENT = "".join(json.dumps(row) + "\n" for row in [*ROWS, {"kind": "nonsense"}]).encode()


@pytest.fixture(autouse=True)
def announced(settings, tmp_path, monkeypatch) -> list[int]:
    """Which batches the workers were told of. No test talks to a broker that others listen to."""
    settings.MEDIA_ROOT = tmp_path
    told: list[int] = []
    monkeypatch.setattr(tasks.import_batch, "delay", told.append)
    return told


@pytest.fixture
def study() -> Study:
    return factories.study()


@pytest.fixture
def client(study) -> Client:
    return member(study, Role.ADMIN)


def member(study: Study, role: Role) -> Client:
    user = User.objects.create_user(f"{role}-{study.slug}")
    Membership.objects.create(study=study, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def file(content: bytes = CONTENT, name: str = "rows.jsonl") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def upload(client: Client, study: Study, **values: Any) -> Any:
    return client.post(
        reverse("conversations:upload", args=[study.slug]), {"file": file(), "origin": "illustrative"} | values
    )


def uploaded(client: Client, study: Study, **values: Any) -> Batch:
    upload(client, study, **values)
    batch = Batch.objects.latest("pk")
    importing.import_batch(batch_id=batch.pk, now=timezone.now())
    batch.refresh_from_db()
    return batch


def page(client: Client, name: str, study: Study, *arguments: object) -> Any:
    return client.get(reverse(f"conversations:{name}", args=[study.slug, *arguments]))


def test_upload_stores_and_tells_the_workers(client, study, announced):
    answer = upload(client, study)
    batch = Batch.objects.get(study=study)
    assert answer.status_code == 302
    assert answer.url == reverse("conversations:batch", args=[study.slug, batch.pk])
    assert (batch.state, batch.format, batch.origin, batch.size) == (
        "pending",
        "yardstick",
        "illustrative",
        len(CONTENT),
    )
    assert announced == [batch.pk]


def test_upload_while_the_broker_is_away_waits(client, study, monkeypatch):
    def away(batch_id: int) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.import_batch, "delay", away)
    assert upload(client, study).status_code == 302
    batch = Batch.objects.get(study=study)
    assert batch.state == BatchState.PENDING
    assert b"waits for a worker" in page(client, "batch", study, batch.pk).content


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"origin": ""}, b"required"),
        ({"file": file(b"just words")}, b"Say which one it is"),
        ({"file": file(b"")}, b"empty"),
        ({"file": file(json.dumps({"a": 1, "mapping": {}}).encode())}, b"Give the one subject of this file an id"),
    ],
)
def test_upload_that_lacks_something_is_refused(client, study, values, said):
    answer = upload(client, study, **values)
    assert answer.status_code == 422
    assert said in answer.content
    assert not Batch.objects.exists()


def test_upload_beyond_the_limit_is_refused(client, study, settings):
    settings.UPLOAD_MAX_BYTES = 10
    assert upload(client, study).status_code == 422
    assert not Batch.objects.exists()


def test_preview_shows_five_subjects_and_problems_and_stores_nothing(client, study):
    answer = client.post(reverse("conversations:preview-batch", args=[study.slug]), {"file": file()})
    text = said(answer)
    assert [f">s{number}<" in text for number in range(7)] == [True] * 5 + [False] * 2
    assert "7 conversations and 1 problem" in text
    assert "&lt;b&gt;Hello&lt;/b&gt;" in text
    assert (Batch.objects.count(), Subject.objects.count()) == (0, 0)


def test_preview_of_a_part_ignores_where_it_was_cut(client, study):
    array = json.dumps(
        [{"id": str(number), "conversations": [{"from": "human", "value": "Hi"}]} for number in range(9)]
    )
    address = reverse("conversations:preview-batch", args=[study.slug])
    cut = said(client.post(address, {"file": file(array[:-30].encode()), "is_part": "on"}))
    assert "8 conversations." in cut
    assert "problem" not in cut


def test_batch_page_shows_counts_and_problems(client, study):
    batch = uploaded(client, study)
    text = page(client, "batch", study, batch.pk).content.decode()
    assert "Illustrative" in text
    assert "one of subject" in text, "what was expected of the row"
    assert "hx-get" not in text, "nothing moves any more"


NOTHING = b'{"kind": "nonsense"}\n'


def test_batch_of_which_nothing_was_stored_is_shown_as_failed(client, study):
    batch = uploaded(client, study, file=file(NOTHING))
    for name, arguments in (("batch", [batch.pk]), ("batches", []), ("batches-card", [])):
        text = page(client, name, study, *arguments).content.decode()
        assert "failed" in text
        assert "imported" not in text
    assert "Nothing could be read: line 1, kind" in page(client, "batch", study, batch.pk).content.decode()


def test_preview_that_could_read_nothing_is_not_gone_on_from(client, study):
    address = reverse("conversations:preview-batch", args=[study.slug])
    assert b"data-nothing" in client.post(address, {"file": file(NOTHING)}).content
    assert b"data-nothing" not in client.post(address, {"file": file(NOTHING), "is_part": "on"}).content
    assert b"data-nothing" not in client.post(address, {"file": file()}).content


def test_progress_polls_until_it_is_done(client, study):
    upload(client, study)
    batch = Batch.objects.get(study=study)
    waiting = page(client, "batch-progress", study, batch.pk)
    assert b"every 1s" in waiting.content
    assert "HX-Redirect" not in waiting
    importing.import_batch(batch_id=batch.pk, now=timezone.now())
    assert page(client, "batch-progress", study, batch.pk)["HX-Redirect"].endswith(f"/batches/{batch.pk}/")


def test_error_report_is_streamed_as_csv(client, study):
    batch = uploaded(client, study)
    answer = page(client, "batch-problems", study, batch.pk)
    assert answer.streaming
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == "file,line,field,expected,found,row kept"
    assert lines[1].startswith("rows.jsonl,8,kind,")
    assert len(lines) == 2


def test_undo_takes_everything_out(client, study):
    batch = uploaded(client, study)
    client.post(reverse("conversations:undo-batch", args=[study.slug, batch.pk]))
    batch.refresh_from_db()
    assert (batch.state, Subject.objects.count()) == (BatchState.UNDONE, 0)


def test_batch_of_another_study_is_not_found(client, study):
    other = factories.study()
    batch = uploaded(member(other, Role.OWNER), other)
    assert page(client, "batch", study, batch.pk).status_code == 404
    assert client.post(reverse("conversations:undo-batch", args=[study.slug, batch.pk])).status_code == 404


def test_analyst_reads_but_does_not_upload(client, study):
    batch = uploaded(client, study)
    analyst = member(study, Role.ANALYST)
    assert page(analyst, "batch", study, batch.pk).status_code == 200
    assert upload(analyst, study).status_code == 403
    assert b"Undo" not in page(analyst, "batch", study, batch.pk).content


@pytest.mark.parametrize("name", ["batches-card", "batches", "cases"])
def test_lists_take_as_many_queries_for_one_row_as_for_three(client, study, name):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert page(client, name, study).status_code == 200
        return len(captured)

    prompt = factories.prompt(study)
    counts = []
    for number in range(3):
        uploaded(client, study, file=file(CONTENT + b"\n" * number))
        factories.case(factories.subject(study, number=1000 + number), prompt)
        counts.append(queries())
    assert counts[0] == counts[2]
    assert counts[0] <= 7 + (name == "cases")  # which says what each arm made of them


def test_sampling_says_how_many_before_it_makes_them(client, study):
    for number in range(3):
        factories.prompt(study, external_id=f"p{number}")
    factories.subject(study, number=1)
    factories.subject(study, number=2)
    address = reverse("conversations:sample-cases", args=[study.slug])
    assert "4 cases would be added" in said(client.post(address, {"prompts_per_subject": 2}))
    assert Case.objects.count() == 0
    client.post(address, {"prompts_per_subject": 2, "confirmed": "1"})
    first = set(Case.objects.values_list("subject", "prompt"))
    assert len(first) == 4
    client.post(address, {"prompts_per_subject": 3, "confirmed": "1"})
    assert len(first & set(Case.objects.values_list("subject", "prompt"))) == 4
    assert Case.objects.count() == 6


def test_uploaded_text_is_only_shown(client, study):
    name = "<img src=x onerror=alert(1)>.jsonl"
    batch = uploaded(client, study, file=SimpleUploadedFile(name, b'{"kind": "<script>alert(1)</script>"}'))
    for shown in ("batch", "batch-progress"):
        text = page(client, shown, study, batch.pk).content.decode()
        assert "<img" not in text
        assert "<script>alert" not in text
    assert BytesIO(page(client, "batches", study).content).read().find(b"<img src=x") == -1
    assert batch.origin == Origin.ILLUSTRATIVE
