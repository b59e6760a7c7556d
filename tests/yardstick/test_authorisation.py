"""The authorisation matrix: every address, every method it takes, every kind of visitor.

The routes come from the URL map: one without a row here fails. An object of another study must not be reachable
through the address of one's own.
"""

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import User
from accounts.services import create_token
from conversations.enums import Origin, Role
from conversations.models import Batch, Comparison, Membership, Study
from conversations.services.members import invite
from generation.enums import RunKind, RunState
from generation.models import Run
from generation.services.endpoints import ensure_default_endpoint, ensure_system
from judgments.authoring.twins import TwinUnit, make_twin
from judgments.enums import TaskKind
from judgments.models import Assignment, Question
from judgments.work.opening import open_stage
from raters import sessions
from raters.models import Admission, Enrolment, EntryLink, Rater
from reports.enums import ExportState
from reports.models import DatasetImport, Export
from tests import factories
from tests.rows import empty_tables

pytestmark = pytest.mark.django_db

VISITORS = ("anonymous", "stranger", "rater", "analyst", "admin", "owner")
ROLES = {"rater": Role.RATER, "analyst": Role.ANALYST, "admin": Role.ADMIN, "owner": Role.OWNER}

# What each visitor gets, in the order of VISITORS. The last figures are what a permitted request without a body gets.
EVERYBODY = (200,) * 6
SIGNED_IN = (302, 200, 200, 200, 200, 200)
READ = (302, 404, 403, 200, 200, 200)
MANAGE = (302, 404, 403, 403, 200, 200)
ACT = (302, 404, 403, 403, 302, 302)
OWN = (302, 404, 403, 403, 403, 302)
RATE = (403, 403, 200, 403, 403, 403)
NOT_TAKEN = (405,) * 6
API_SIGNED_IN = (401, 200, 200, 200, 200, 200)
API_READ = (401, 404, 403, 200, 200, 200)
API_MANAGE = (401, 404, 403, 403, 200, 200)


type Row = tuple[int | None, ...]


def answers(expected: Row, permitted: int) -> Row:
    """The same doors; what is behind them answers something else (a body was missing, say)."""
    return tuple(permitted if status in {200, 302} and place > 0 else status for place, status in enumerate(expected))


MATRIX: dict[str, dict[str, Row]] = {
    "home": {"GET": (302,) * 6},
    "set-language": {"POST": (302,) * 6},
    "login": {"GET": (200, 302, 302, 302, 302, 302), "POST": (200, 302, 302, 302, 302, 302)},
    "logout": {"POST": (302,) * 6},
    "second-factor": {"GET": (302,) * 6, "POST": (302,) * 6},  # nobody has given a password a moment ago
    "passkey-sign-in": {"POST": (403,) * 6},  # without a passkey's answer
    "passkey-options": {"POST": (409,) * 6},  # not at this host: it has no HTTPS
    "health-live": {"GET": EVERYBODY},
    "health-ready": {"GET": EVERYBODY},
    "accounts:token-list": {"GET": SIGNED_IN},
    "accounts:create-token": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "accounts:revoke-token": {"POST": (302, 404, 404, 404, 404, 302)},  # the owner's token
    "accounts:security": {"GET": SIGNED_IN},
    "accounts:confirm": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    # The password must have been given lately; tests/accounts/test_second_factor.py goes past that.
    "accounts:change-password": {"GET": (302,) * 6, "POST": (302,) * 6},
    "accounts:add-app": {"GET": (302,) * 6, "POST": (302,) * 6},
    "accounts:remove-app": {"POST": (302,) * 6},
    "accounts:renew-codes": {"POST": (302,) * 6},
    "accounts:add-passkey": {"POST": (302,) * 6},
    "accounts:new-passkey-options": {"POST": (302,) * 6},
    "accounts:rename-passkey": {"GET": (302,) * 6, "POST": (302,) * 6},
    "accounts:remove-passkey": {"POST": (302,) * 6},
    "api-docs": {"GET": SIGNED_IN},
    "api-schema": {"GET": SIGNED_IN},
    # Studies. Only staff create them; the owner here is staff.
    "conversations:study-list": {"GET": SIGNED_IN},
    "conversations:new-study": {"GET": (302, 403, 403, 403, 403, 200), "POST": (302, 403, 403, 403, 403, 200)},
    "datasets:upload": {"GET": (302, 403, 403, 403, 403, 200), "POST": (302, 403, 403, 403, 403, 422)},
    "datasets:dataset": {"GET": (302, 403, 403, 403, 403, 200)},  # the owner uploaded it
    "datasets:progress": {"GET": (302, 403, 403, 403, 403, 200)},
    "conversations:study": {"GET": READ},
    "conversations:settings": {"GET": MANAGE, "POST": MANAGE},
    "conversations:members": {"GET": MANAGE, "POST": MANAGE},
    "conversations:change-role": {"POST": ACT},
    "conversations:remove-member": {"POST": ACT},
    "conversations:revoke-invitation": {"POST": ACT},
    "conversations:consent": {"GET": MANAGE, "POST": MANAGE},
    "conversations:consent-preview": {"POST": MANAGE},
    "invitations:invitation": {"GET": (410,) * 6, "POST": (410,) * 6},  # the entry link's token is no invitation
    "raters:start": {"GET": (302, 404, 200, 403, 403, 403), "POST": (302, 404, 302, 403, 403, 403)},
    "conversations:clone": {"POST": (302, 404, 403, 403, 403, 302)},  # the admin is no staff
    "conversations:close": {"POST": OWN},
    "conversations:reopen": {"POST": OWN},
    "conversations:delete": {"POST": OWN},
    "conversations:restore": {"POST": (302, 404, 404, 404, 404, 302)},
    # Material and guidelines
    "conversations:subjects": {"GET": READ},
    "conversations:subject": {"GET": READ},
    "conversations:conversation": {"GET": READ},
    "conversations:attributes": {"GET": READ},
    "conversations:prompts": {"GET": READ},
    "conversations:withdraw": {"POST": answers(ACT, 404)},
    "conversations:restore-material": {"POST": answers(ACT, 404)},
    "conversations:guidelines": {"GET": MANAGE, "POST": MANAGE},
    "conversations:guidelines-preview": {"POST": MANAGE},
    # Batches and cases
    "conversations:batches": {"GET": READ},
    "conversations:batches-card": {"GET": READ},
    "conversations:upload": {"GET": MANAGE, "POST": answers(MANAGE, 422)},
    "conversations:preview-batch": {"POST": MANAGE},
    "conversations:batch": {"GET": READ},
    "conversations:batch-progress": {"GET": READ},
    "conversations:batch-problems": {"GET": READ},
    "conversations:undo-batch": {"POST": ACT},
    "conversations:cases": {"GET": READ},
    "conversations:sample-cases": {"POST": ACT},
    # Raters and stages
    "raters:card": {"GET": READ},
    "raters:create-link": {"GET": MANAGE, "POST": MANAGE},
    "raters:close-link": {"POST": ACT},
    "raters:link": {"GET": MANAGE, "POST": MANAGE},
    "stages:card": {"GET": READ},
    "stages:stage": {"GET": READ, "POST": MANAGE},
    "stages:preview": {"GET": READ},
    "stages:preview-material": {"GET": answers(READ, 404)},  # nothing is asked for
    "stages:adjudication": {"GET": MANAGE},
    # Nobody disagrees here.
    "stages:adjudicate": {"GET": answers(MANAGE, 404), "POST": answers(MANAGE, 404)},
    "stages:adjudicate-material": {"GET": answers(MANAGE, 404)},
    "stages:adjudication-withdraw": {"POST": answers(ACT, 404)},
    "stages:building": {"GET": READ},
    "stages:open": {"POST": ACT},
    "stages:pause": {"POST": ACT},
    "stages:close": {"POST": ACT},
    "stages:gold": {"GET": MANAGE},
    "stages:gold-pick": {"GET": MANAGE},
    "stages:gold-create": {"GET": MANAGE, "POST": MANAGE},
    "stages:gold-retire": {"POST": ACT},
    "stages:gold-restore": {"POST": ACT},
    "stages:questions": {"GET": MANAGE, "POST": MANAGE},
    "stages:questions-suggest": {"POST": ACT},
    "stages:question": {"GET": MANAGE, "POST": MANAGE},
    "stages:question-retire": {"POST": ACT},
    "stages:question-move": {"POST": ACT},
    # Seeing and steering raters
    "stages:crowd": {"GET": MANAGE},
    "stages:crowd-token": {"GET": MANAGE, "POST": MANAGE},
    "stages:crowd-acts": {"GET": answers(MANAGE, 404)},
    "stages:crowd-settle": {"POST": answers(ACT, 404)},
    "stages:crowd-send": {"GET": answers(MANAGE, 404), "POST": answers(ACT, 404)},
    "stages:crowd-list": {"POST": answers(ACT, 404)},  # the link here is nobody's platform
    "stages:raters": {"GET": READ},
    "stages:raters-csv": {"GET": READ},
    "stages:rater": {"GET": READ},
    "stages:pay": {"GET": READ},
    "stages:pay-csv": {"GET": READ},
    "stages:pay-ids": {"POST": MANAGE},
    "stages:pause-rater": {"POST": ACT},
    "stages:let-rater-go-on": {"POST": ACT},
    "stages:release-leases": {"POST": ACT},
    "stages:message-rater": {"POST": answers(ACT, 422)},
    "stages:exclude-judgments": {"GET": MANAGE, "POST": answers(MANAGE, 422)},
    "stages:include-judgments": {"GET": MANAGE, "POST": ACT},
    # Runs and endpoints
    "generation:card": {"GET": READ},
    "generation:run-list": {"GET": READ},
    "generation:run-create": {"GET": MANAGE, "POST": MANAGE},
    "generation:run": {"GET": READ},
    "generation:run-progress": {"GET": READ},
    "generation:run-pause": {"POST": ACT},
    "generation:run-resume": {"POST": ACT},
    "generation:run-cancel": {"POST": ACT},
    "generation:run-retry": {"POST": ACT},
    "generation:run-thresholds": {"POST": ACT},
    "generation:endpoint-list": {"GET": READ},
    "generation:endpoint-create": {"GET": MANAGE, "POST": MANAGE},
    "generation:endpoint": {"GET": MANAGE, "POST": MANAGE},
    "generation:endpoint-test": {"POST": (302, 404, 403, 403, None, None)},  # it calls the model
    "generation:held": {"GET": MANAGE},
    "generation:release": {"POST": ACT},
    "generation:rewrite": {"POST": ACT},
    # Exports
    "reports:card": {"GET": READ},
    "reports:report": {"GET": READ},
    "reports:report-state": {"GET": READ},
    "reports:report-card": {"GET": READ},
    "reports:report-html": {"GET": answers(READ, 404)},
    "reports:report-pdf": {"GET": answers(READ, 404)},
    "reports:chart-svg": {"GET": answers(READ, 404)},
    "reports:chart-csv": {"GET": answers(READ, 404)},  # the files wait until figures have been computed
    "reports:unit": {"GET": (302, 404, 403, 403, 403, 200)},  # its stage is open: the owner only
    "reports:export-list": {"GET": READ, "POST": READ},
    "reports:export-table": {"GET": READ},
    "reports:download": {"GET": READ},
    # Rating: a link lets everybody in who has it; the pages are for the raters of the stage.
    "prolific-hook": {"POST": (404,) * 6},  # there is no secret here; the signature is the only sign-in
    "arrival:arrive": {"GET": EVERYBODY, "POST": (302,) * 6},
    "arrival:resume": {"GET": (302,) * 6},
    "arrival:ended": {"GET": (403,) * 6},  # nobody has arrived by a link here
    "judgments:rate": {"GET": RATE},
    "judgments:history": {"GET": RATE},
    "judgments:finish": {"GET": RATE},
    "judgments:end-visit": {"POST": answers(RATE, 302)},
    "judgments:blinding": {"GET": answers(RATE, 302), "POST": answers(RATE, 302)},  # nothing is asked here
    "judgments:messages": {"GET": RATE, "POST": answers(RATE, 422)},
    "judgments:withdraw": {"GET": RATE, "POST": answers(RATE, 302)},
    "judgments:practice": {"GET": answers(RATE, 302)},  # it is done
    "judgments:practice-feedback": {"GET": RATE},
    "judgments:practice-submit": {"POST": answers(RATE, 400)},
    "judgments:practice-set-aside": {"POST": answers(RATE, 400)},
    "judgments:check": {"GET": RATE, "POST": answers(RATE, 422)},
    "judgments:revise": {"GET": RATE},
    "judgments:material": {"GET": answers(RATE, 404)},  # nothing is asked for
    "judgments:submit": {"POST": answers(RATE, 400)},
    "judgments:draft": {"POST": answers(RATE, 400)},
    "judgments:set-aside": {"POST": answers(RATE, 400)},
    # The API
    "api:study-list": {"GET": API_SIGNED_IN, "POST": (401, 403, 403, 403, 403, 400)},
    "api:study": {"GET": API_READ, "PATCH": API_MANAGE},
    "api:stage-list": {"GET": API_READ},
    "api:stage": {"GET": API_READ, "PATCH": API_MANAGE},
    "api:stage-open": {"POST": answers(API_MANAGE, 409)},  # it is open
    "api:stage-pause": {"POST": API_MANAGE},
    "api:stage-close": {"POST": API_MANAGE},
    "api:stage-progress": {"GET": API_READ},
    "api:stage-estimate": {"GET": API_READ},
    "api:guidelines-list": {"GET": API_READ, "POST": answers(API_MANAGE, 400)},
    "api:batch-list": {"GET": API_READ, "POST": answers(API_MANAGE, 415)},  # it takes files, not JSON
    "api:batch": {"GET": API_READ},
    "api:batch-problems": {"GET": API_READ},
    "api:batch-undo": {"POST": API_MANAGE},
    "api:run-list": {"GET": API_READ, "POST": answers(API_MANAGE, 400)},
    "api:run-estimate": {"POST": answers(API_MANAGE, 400)},
    "api:run": {"GET": API_READ},
    "api:report": {"GET": answers(API_READ, 202)},  # a worker has to compute it
    "api:export-list": {"GET": API_READ, "POST": answers(API_READ, 202)},
    "api:export": {"GET": API_READ},
    "api:export-download": {"GET": API_READ},
}
# Addresses that name an object of a study by its number.
OWN_OBJECTS = {"pk", "batch_id", "link_id", "run_id", "endpoint_id", "comparison_id", "export_id", "assignment_id"} | {
    "task_id",
    "question_id",
    "unit_id",
}


def routes(
    resolver: URLResolver | None = None, namespace: str = "", above: frozenset[str] = frozenset()
) -> Iterator[tuple[str, frozenset[str]]]:
    """The name of each route of the project and its parameters."""
    for found in (resolver or get_resolver()).url_patterns:
        parameters = above | found.pattern.converters.keys()
        if isinstance(found, URLResolver):
            yield from routes(found, f"{namespace}{found.namespace}:" if found.namespace else namespace, parameters)
        else:
            yield f"{namespace}{found.name}", parameters


ROUTES = {name for name, _parameters in routes()}
REQUESTS = [(name, method) for name in sorted(MATRIX) for method in MATRIX[name]]


@dataclass
class World:
    study: Study
    users: dict[str, User] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)
    of_route: dict[str, dict[str, Any]] = field(default_factory=dict)
    _cookies: dict[str, str] = field(default_factory=dict)

    def url(self, name: str, **instead: Any) -> str:
        return _url(name, {**self.arguments, **self.of_route.get(name, {}), **instead})

    def client(self, visitor: str) -> Client:
        """A browser of its own, in which the visitor has signed in."""
        if visitor not in self._cookies:
            self._cookies[visitor] = self._signed_in(visitor).cookies.output(header="", sep=";")
        client = Client(raise_request_exception=False)
        client.cookies.load(self._cookies[visitor])
        return client

    def _signed_in(self, visitor: str) -> Client:
        client = Client()
        if visitor in self.users:
            client.force_login(self.users[visitor])
        if visitor == "rater":
            enrolment = Enrolment.objects.get(study=self.study)
            session = client.session
            session[sessions.SESSION_KEY] = {str(self.study.pk): enrolment.rater_id}
            session.save()
        return client


def _url(name: str, arguments: dict[str, Any]) -> str:
    needed = next(parameters for found, parameters in _ALL if found == name)
    return reverse(name, kwargs={parameter: arguments[parameter] for parameter in needed})


_ALL = list(routes())


def make_world() -> World:
    """A study with one of everything that an address can name."""
    study = factories.study()
    subject = factories.material(study)[0]
    stage = study.stages.get(number=1)
    open_stage(stage=stage, actor=None, now=timezone.now())
    world = World(study)
    world.users = {name: User.objects.create_user(f"{name}-{study.slug}") for name in VISITORS[1:]}
    User.objects.filter(pk=world.users["owner"].pk).update(is_staff=True)
    for name, role in ROLES.items():
        Membership.objects.create(study=study, user=world.users[name], role=role)
    held = Comparison.objects.get(case__subject=subject)
    Comparison.objects.filter(pk=held.pk).update(leak_reasons=["names a condition"])
    link = EntryLink.objects.create(stage=stage, label="link")
    rater = Rater.objects.create(kind="human", name="rater", user=world.users["rater"])
    enrolment = Enrolment.objects.create(rater=rater, study=study, number=1, entry_link=link)
    Admission.objects.create(enrolment=enrolment, stage=stage)
    world.arguments = {
        "slug": study.slug,
        "number": 1,
        "stage_number": 1,
        "kind": RunKind.EXTRACTION.value,
        "batch": uuid.uuid4(),
        "link_id": link.pk,
        "token": link.token,
        "membership_id": Membership.objects.get(study=study, user=world.users["analyst"]).pk,
        "invitation_id": invite(
            study=study, role=Role.ANALYST, label="Ada", actor=world.users["owner"], now=timezone.now()
        ).invitation.pk,
        "token_id": create_token(user=world.users["owner"], name="t", scopes=["study:read"], expires_at=None).token.pk,
        "passkey_id": 1,
        "key": "effect",
        "unit_id": stage.tasks.filter(kind=TaskKind.REGULAR).first().units.first().pk,
        "pk": subject.pk,
        "comparison_id": held.pk,
        "assignment_id": _assignment(stage, rater).pk,
        "batch_id": _batch(study).pk,
        "export_id": _export(study).pk,
        "import_id": _import(world.users["owner"]).pk,
        **_run(study),
        **_learning(stage),
    }
    practised = _practised(stage, rater)
    world.of_route = {
        **{f"judgments:practice-{act}": {"assignment_id": practised.pk} for act in ("feedback", "submit", "set-aside")},
        **{f"stages:gold-{act}": {"task_id": practised.task_id} for act in ("retire", "restore")},
        "arrival:resume": {"token": enrolment.resume_token},
        "conversations:conversation": {"pk": subject.conversations.get().pk},
        "conversations:restore": {"slug": _deleted_twin(world).slug},
    }
    return world


def _assignment(stage, rater) -> Assignment:
    return Assignment.objects.create(
        task=stage.tasks.first(),
        stage=stage,
        rater=rater,
        started_at=timezone.now(),
        submitted_at=timezone.now(),
        outcome="submitted",
        revision=1,
    )


def _learning(stage) -> dict[str, int]:
    question = Question.objects.create(stage=stage, position=1, text="Why?", choices=["So", "Thus"], answer=0)
    return {"task_id": stage.tasks.filter(kind=TaskKind.REGULAR).order_by("id").first().pk, "question_id": question.pk}


def _practised(stage, rater) -> Assignment:
    original = stage.tasks.filter(kind=TaskKind.REGULAR).order_by("id").first()
    units = [TwinUnit(unit, 1) for unit in original.units.all()]
    now = timezone.now()
    task = make_twin(task=original, kind=TaskKind.PRACTICE, units=units, actor=None, now=now)
    return Assignment.objects.create(
        task=task, stage=stage, rater=rater, started_at=now, submitted_at=now, outcome="submitted", revision=1
    )


def _batch(study: Study) -> Batch:
    batch = Batch(study=study, filename="a.jsonl", size=2, sha256=uuid.uuid4().hex, format="yardstick")
    batch.origin, batch.state = Origin.ILLUSTRATIVE, "done"
    batch.file.save("a.jsonl", ContentFile(b"{}"))
    return batch


def _export(study: Study) -> Export:
    """Of stages that are not open, so that every member who may export may fetch it."""
    export = Export(study=study, format="csv", requested_at=timezone.now(), state=ExportState.DONE, stages=[2, 3])
    export.rows, export.size, export.sha256 = 0, 2, "0" * 64
    export.file.save(f"{study.slug}.csv", ContentFile(b"a\n"))
    return export


def _import(user: User) -> DatasetImport:
    upload = DatasetImport(title="Again", filename="a.zip", size=2, uploaded_by=user, uploaded_at=timezone.now())
    upload.file.save("a.zip", ContentFile(b"PK"))
    return upload


def _run(study: Study) -> dict[str, int]:
    endpoint = ensure_default_endpoint(study)
    run = Run.objects.create(
        study=study,
        kind=RunKind.EXTRACTION,
        endpoint=endpoint,
        system=ensure_system(endpoint=endpoint),
        state=RunState.RUNNING,
        configuration={"templates": {"extraction": 1}},
    )
    return {"run_id": run.pk, "endpoint_id": endpoint.pk}


def _deleted_twin(world: World) -> Study:
    study = factories.study(deleted_at=timezone.now())
    for name, role in ROLES.items():
        Membership.objects.create(study=study, user=world.users[name], role=role)
    return study


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
