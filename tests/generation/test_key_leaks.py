"""A stored key is looked for wherever a run leaves something: the provider gives it back as loudly as it can."""

import io
import json
import logging
import traceback
import zipfile

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pyarrow import parquet
from rest_framework.test import APIClient

from accounts.models import AuditEntry, Scope, User
from accounts.services import create_token
from conversations.enums import Role
from conversations.models import Attribute, Membership
from generation.client import CallFailed, complete
from generation.enums import FailureReason, ItemState
from generation.kinds.extraction.start import start_extraction
from generation.models import Endpoint, ModelCall
from generation.services.endpoints import save_endpoint
from generation.services.runs import retry_failed
from reports.enums import FORMATS, ExportFormat, ExportKind
from reports.exports import making, requesting
from tests.generation.browsing import client_of
from tests.generation.provider import Provider, Reply, attribute, extraction
from tests.generation.runs import add_subject, produce_all

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "sk-canary-7c2e55d0b1"


def echoing(provider: Provider, status: int):
    """Gives the Authorization header back: in the body and in a header of a failure, in a header of a success."""

    def script(request, number):
        authorization = provider.keys[number]
        assert CANARY in authorization
        echoed = {"X-Your-Authorization": authorization, "WWW-Authenticate": f"Bearer error={authorization}"}
        if status != 200:
            return Reply(f"Incorrect API key provided: {authorization}", status=status, headers=echoed)
        found = attribute("The user is a nurse.", "I'm a nurse in Leeds")
        return Reply(extraction(found), headers=echoed)

    return script


@pytest.fixture
def owner(study):
    user = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    return user


@pytest.fixture
def run(study, endpoint, provider, owner, caplog):
    """A refused extraction, tried again with success; all loggers say all they know."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("generation").debug("somebody listens")
    save_endpoint(endpoint=endpoint, actor=owner, key=CANARY)
    add_subject(study)
    provider.script = echoing(provider, 401)
    run = start_extraction(study=study, endpoint=endpoint, actor=owner, now=timezone.now())
    produce_all(run)
    failed = run.items.get()
    assert (failed.state, failed.reason_code, failed.reason) == (ItemState.FAILED, FailureReason.REFUSED, "HTTP 401.")
    provider.script = echoing(provider, 200)
    retry_failed(run=run, actor=owner, now=timezone.now())
    produce_all(run)
    assert Attribute.objects.filter(system=run.system).count() == 1
    assert len(provider.keys) == ModelCall.objects.count() == 2
    return run


def secrets_in(*texts):
    sealed = Endpoint.objects.exclude(sealed_key="").get().sealed_key
    return [text for text in texts if CANARY in text or sealed in text]


def test_key_is_in_no_log(run, caplog):
    records = caplog.get_records("setup")
    assert records
    assert not secrets_in(*(caplog.handler.format(record) + str(vars(record)) for record in records))


def test_key_is_in_no_traceback_of_a_failed_call(run, provider):
    provider.script = echoing(provider, 401)
    with pytest.raises(CallFailed) as failed:
        complete(run.endpoint, messages=[{"role": "user", "content": "Hello?"}], parameters={})
    assert not secrets_in("".join(traceback.format_exception(failed.value)))


def test_key_is_in_no_row_of_any_table(run):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        assert {"accounts_auditentry", "generation_modelcall", "generation_endpoint"} <= set(tables)
        for table in tables:
            rows = f'SELECT count(*) FROM "{table}" AS one WHERE one::text LIKE %s'  # noqa: S608 - names of our tables
            cursor.execute(rows, [f"%{CANARY}%"])
            assert cursor.fetchone() == (0,), table
    assert not secrets_in(str(list(AuditEntry.objects.values())), str(list(ModelCall.objects.values())))


def test_key_is_on_no_page_and_in_no_answer_of_the_api(run, study, endpoint, owner):
    client = client_of(study, Role.ADMIN)
    pages = [
        client.get(reverse(f"generation:{name}", args=[study.slug, *rest]))
        for name, rest in [
            ("run-list", []),
            ("card", []),
            ("run", [run.pk]),
            ("run-progress", [run.pk]),
            ("endpoint-list", []),
            ("endpoint", [endpoint.pk]),
        ]
    ]
    api = APIClient()
    made = create_token(user=owner, name="script", scopes=list(Scope), expires_at=None)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {made.secret}")
    base = f"/api/v1/studies/{study.slug}/"
    pages += [api.get(base + path) for path in ("", "runs/", f"runs/{run.pk}/", "batches/", "exports/")]
    assert {page.status_code for page in pages} == {200}
    assert not secrets_in(*(page.content.decode() for page in pages))


def test_key_is_in_no_export(run, study, owner, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for kind in ExportKind:
        file_format = FORMATS[kind][0]
        asked = requesting.request_export(
            study=study, kind=kind, file_format=file_format, requested_by=owner, now=timezone.now()
        )
        made = making.make_export(export_id=asked.pk, now=timezone.now())
        assert made is not None
        with made.file.open("rb") as file:
            content = file.read()
        texts = list(texts_of_folder(content)) if file_format == ExportFormat.ZIP else [content.decode()]
        assert texts, kind
        assert not secrets_in(*texts), kind


def texts_of_folder(content):
    with zipfile.ZipFile(io.BytesIO(content)) as folder:
        for name in folder.namelist():
            file = folder.read(name)
            is_table = name.endswith(".parquet")
            yield (
                json.dumps(parquet.read_table(io.BytesIO(file)).to_pylist(), default=str) if is_table else file.decode()
            )
