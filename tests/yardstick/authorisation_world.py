"""Every route there is, a study with one of everything that they are about, and who visits them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

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
from tests.yardstick.authorisation_matrix import ROLES, VISITORS


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
        "language": "de",
        "kind": RunKind.EXTRACTION.value,
        "step": "select-all",
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
        "staged_key": "6f1f6f0e-0000-4000-8000-000000000000",  # nor is one on its way
        "version_id": 7,  # none waits here
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
