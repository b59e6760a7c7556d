"""The demo study: imported, its stages open, and three runs for the worker to be watched at."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from conversations.enums import Origin, Policy, StageState
from conversations.models import Attribute, Case, Response, Study, Subject
from conversations.services.studies import create_study
from generation.enums import RunKind
from generation.kinds.extraction.start import start_extraction
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.responses.start import start_responses
from generation.kinds.selections.configuration import AttributesOf, SelectionsConfiguration
from generation.kinds.selections.start import start_selections
from generation.models import Run
from generation.services.endpoints import ensure_default_endpoint
from generation.services.runs import NothingToDo
from judgments.work.opening import open_stage
from raters.models import EntryLink
from raters.services.links import create_entry_link
from yardstick.project.seeding.imports import import_once

SLUG = "demo"
LINK = "Demo"
DESCRIPTION = "Eight people who were made up for this demo. Nothing here says anything about a real system."


def demo_files() -> list[Path]:
    return sorted((Path(settings.BASE_DIR) / "demo").glob("*.jsonl"))


def demo_study(user: User) -> Study | None:
    """None where its owner has deleted it."""
    study = Study.objects.filter(slug=SLUG).first()
    if study is None:
        study = create_study(
            user=user,
            title="Demo study",
            slug=SLUG,
            description=DESCRIPTION,
            pay_per_hour=0,
            same_rater_across_stages=True,  # whoever tries the demo alone can rate all three stages
        )
    if study.deleted_at is not None:
        return None
    for path in demo_files():
        with path.open("rb") as stream:
            import_once(study=study, content=File(stream), name=path.name, origin=Origin.ILLUSTRATIVE, user=user)
    start_work(study, user)
    return study


def start_work(study: Study, user: User, *, limit: int | None = None) -> None:
    """Open the stages that were never opened, with a link each, and let the worker write what is missing."""
    now = timezone.now()
    for stage in study.stages.filter(state=StageState.DRAFT, opened_at=None):
        open_stage(stage=stage, actor=user, now=now)
    for stage in study.stages.all():
        if not EntryLink.objects.filter(stage=stage, label=LINK).exists():
            create_entry_link(stage=stage, label=LINK, max_raters=None, actor=user)
    _start_runs(study, user, limit)


def _start_runs(study: Study, user: User, limit: int | None) -> None:
    """Responses are given all attributes here: what is selected is there only after the worker has asked.

    The selection says that the system goes by all attributes of the study, so it is started before the responses.
    """
    endpoint = ensure_default_endpoint(study)
    started = set(Run.objects.filter(study=study).values_list("kind", flat=True))
    asked: dict[str, Any] = {
        "study": study,
        "endpoint": endpoint,
        "limit": limit,
        "actor": user,
        "now": timezone.now(),
    }
    cases, everything = _without_responses(study), ResponsesConfiguration(policy=Policy.ALL)
    if RunKind.EXTRACTION not in started:
        with suppress(NothingToDo):  # every subject came with attributes
            start_extraction(subjects=_without_attributes(study), **asked)
    if RunKind.SELECTIONS not in started:
        with suppress(NothingToDo):
            start_selections(cases=cases, configuration=_from_all_of_the_study(study), **asked)
    if RunKind.RESPONSES not in started:
        with suppress(NothingToDo):  # every case came with responses, or nothing is known of its subject yet
            start_responses(cases=cases, configuration=everything, **asked)


def _from_all_of_the_study(study: Study) -> SelectionsConfiguration:
    """The demo's attributes came with its files."""
    return SelectionsConfiguration(attributes_of=AttributesOf.STUDY, seed=study.seed)


def _without_attributes(study: Study) -> QuerySet[Subject]:
    attributes = Attribute.objects.filter(subject=OuterRef("pk"))
    return study.subjects.filter(~Exists(attributes), conversations__isnull=False).distinct().order_by("number")


def _without_responses(study: Study) -> QuerySet[Case]:
    """Of subjects of whom something is known: without attributes a personalized response has nothing to go by."""
    responses = Response.objects.filter(case=OuterRef("pk"))
    attributes = Attribute.objects.filter(subject=OuterRef("subject"))
    return Case.objects.filter(~Exists(responses), Exists(attributes), subject__study=study).order_by("pk")
