"""A study of files that somebody has: whatever format they are in, so that it can be rated at once."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from django.core.files import File

from accounts.models import User
from conversations.enums import Origin
from conversations.formats import (
    Format,
    NotRecognised,
    Options,
    SubjectPolicy,
    default_options,
    examine,
    reader_of,
)
from conversations.models import Case, Prompt, Study
from conversations.services.cases import sample_cases
from conversations.services.studies import create_study
from yardstick.project.seeding.imports import import_once, in_memory
from yardstick.project.seeding.studies import demo_files, start_work

SLUG = "files"
PROMPTS_PER_SUBJECT = 2
ITEMS_PER_RUN = 12  # the small local model would work on all of them for hours


class UnreadableFile(Exception):
    """A file can't be opened, or its content tells of no format."""


def earlier_study() -> Study | None:
    """The study of an earlier start with files: later starts still tell where it is."""
    return Study.objects.filter(slug=SLUG, deleted_at=None).first()


def study_from(paths: Sequence[Path], *, origin: Origin, user: User, say: Callable[[str], object]) -> Study:
    """Raises UnreadableFile before anything is stored."""
    recognised = sorted(((path, *_recognise(path)) for path in paths), key=lambda one: reader_of(one[1]).place)
    study = earlier_study()
    if study is None:
        slug = SLUG if not Study.objects.filter(slug=SLUG).exists() else ""
        study = create_study(user=user, title="Your files", slug=slug, pay_per_hour=0, same_rater_across_stages=True)
    for path, file_format, options in recognised:
        with path.open("rb") as stream:
            batch = import_once(
                study=study,
                content=File(stream),
                name=path.name,
                origin=origin,
                user=user,
                format=file_format,
                options=options,
            )
        say(f"{path.name}: {batch.get_state_display().lower()}, {batch.counts.get('problems', 0)} problems.")
    _ensure_cases(study, user)
    start_work(study, user, limit=ITEMS_PER_RUN)
    return study


def _recognise(path: Path) -> tuple[Format, Options]:
    try:
        with path.open("rb") as stream:
            seen = examine(stream)
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}.") from error
    except NotRecognised as refusal:
        raise UnreadableFile(f"{path}: {refusal}") from refusal
    options = default_options(seen.format, seen.head)
    if options.subject_policy is SubjectPolicy.FILE:
        options = replace(options, subject_policy=SubjectPolicy.CONVERSATION)  # nobody is here to name the one subject
    return seen.format, options


def _ensure_cases(study: Study, user: User) -> None:
    """Files without prompts are asked the demo's."""
    if Case.objects.filter(subject__study=study).exists():
        return
    if not Prompt.objects.filter(study=study).exists():
        import_once(
            study=study,
            content=in_memory(_demo_prompts()),
            name="demo-prompts.jsonl",
            origin=Origin.ILLUSTRATIVE,
            user=user,
            format=Format.YARDSTICK,
        )
    sample_cases(study=study, prompts_per_subject=PROMPTS_PER_SUBJECT, seed=study.seed, actor=user)


def _demo_prompts() -> bytes:
    rows = [line for path in demo_files() for line in path.read_text(encoding="utf-8").splitlines()]
    return "\n".join(row for row in rows if json.loads(row)["kind"] == "prompt").encode()
