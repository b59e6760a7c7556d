"""``manage.py import_batch STUDY FILE... --origin real``: the upload page for files of any size."""

import csv
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from conversations import tasks
from conversations.enums import BatchState, Origin
from conversations.formats import ENCODINGS, Format, SubjectPolicy
from conversations.models import Batch, BatchProblem, Study
from conversations.queries.batches import UNFINISHED, problems_of
from conversations.services import batches, importing
from conversations.services.studies import create_study
from conversations.spreadsheets import problem_rows

SAID = ("subject_policy", "subject_field", "file_subject", "system", "encoding", "part")
SHOWN = 10  # problems on the terminal
_POLL_SECONDS = 1.0


class Command(BaseCommand):
    help = "Import files into a study, here and now. The same content twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's short name")
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--origin", required=True, choices=Origin.values, help="where the conversations come from")
        parser.add_argument("--format", default="auto", choices=["auto", *Format], help="recognised by content")
        parser.add_argument("--subject-policy", choices=list(SubjectPolicy), help="what one subject is")
        parser.add_argument("--subject-field", help="with the policy field: the field that names the subject")
        parser.add_argument("--file-subject", help="with the policy file: the id of its one subject")
        parser.add_argument("--system", help="what made attributes or responses that name no system")
        parser.add_argument(
            "--column", action="append", default=[], metavar="OURS=THEIRS", help="a column of a CSV file, repeatable"
        )
        parser.add_argument(
            "--encoding", choices=[name for name in ENCODINGS if name], help="of a text that is not UTF-8"
        )
        parser.add_argument("--part", help="which sheet of a workbook, list of an object or file of an archive")
        parser.add_argument("--create", action="store_true", help="make the study where there is none (needs --user)")
        parser.add_argument("--user", help="who uploads; with --create who owns the study")
        parser.add_argument("--queue", action="store_true", help="only store the files; workers import them")
        parser.add_argument("--report", type=Path, help="write the problems of one file here, as CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["report"] is not None and len(options["files"]) > 1:
            raise CommandError("--report takes the problems of one file; import the files one by one.")
        user = _user(options["user"])
        study = _study(options["study"], user, create=options["create"])
        failures = [failure for path in options["files"] if (failure := self._import(study, path, user, options))]
        if failures:
            raise CommandError("\n".join(failures))

    def _import(self, study: Study, path: Path, user: User | None, options: dict[str, Any]) -> str:
        """Why the file was not imported; empty if it was. One file's failure does not keep others out."""
        try:
            batch = self._receive(study, path, user, options)
        except OSError as error:
            return f"{_shown(path)}: {error.strerror}."
        except batches.BatchRefused as refusal:
            return f"{_shown(path)}: {refusal}"
        if options["queue"]:
            tasks.announce(batch.pk)
            self.stdout.write(f"{_shown(path)}: batch {batch.pk} waits for a worker.")
            return ""
        return self._report(_finished(batch), path, options["report"])

    def _receive(self, study: Study, path: Path, user: User | None, options: dict[str, Any]) -> Batch:
        with path.open("rb") as stream:
            named = None if options["format"] == "auto" else options["format"]
            seen = batches.examined(stream, format=named, encoding=options["encoding"], part=options["part"])
            return batches.receive(
                study=study,
                file=File(stream),
                filename=path.name,
                origin=options["origin"],
                user=user,
                format=seen.format,
                options=batches.options_said(
                    format=seen.format,
                    head=seen.head,
                    columns=dict(_column(one) for one in options["column"]),
                    **{name: options[name] for name in SAID},
                ),
            )

    def _report(self, batch: Batch, path: Path, report: Path | None) -> str:
        name = _shown(path)
        self.stdout.write(f"{name}: {batch.get_state_display().lower()} as {batch.format} (batch {batch.pk})")
        for kind, one in batch.counts.items():
            if isinstance(one, dict):
                self.stdout.write(f"  {kind}: {one['new']} new, {one['known']} known before")
        for one in batch.passed_over[:SHOWN]:
            self.stdout.write(f"  passed over: {_printed(one['name'])}: {_printed(one['why'])}")
        if len(batch.passed_over) > SHOWN:
            self.stdout.write(f"  passed over: {len(batch.passed_over) - SHOWN} more")
        if report is not None:
            self._write_report(batch, report)
        elif batch.problems.exists():
            self._print_problems(batch)
        return "" if batch.state == BatchState.DONE else f"{name}: {batch.failure or batch.get_state_display()}"

    def _print_problems(self, batch: Batch) -> None:
        """The first few; the others are on the batch's page."""
        count = batch.problems.count()
        self.stdout.write(f"  problems: {count}")
        for problem in problems_of(batch)[:SHOWN]:
            self.stdout.write(
                f"    {_place(problem)}: {_printed(problem.field)}: expected {_printed(problem.expected)}"
            )
        if count > SHOWN:
            self.stdout.write("    ... all of them on the batch's page, or in a file with --report FILE")

    def _write_report(self, batch: Batch, target: Path) -> None:
        try:
            self.stdout.write(f"  problems: {_write_problems(batch, target)}, see {_shown(target)}")
        except OSError as error:
            self.stderr.write(
                f"  problems: {batch.problems.count()}, not written to {_shown(target)}: {error.strerror}."
            )


def _shown(path: Path) -> str:
    """A name that is no text in UTF-8 can be read from the disk and not be written to a terminal."""
    return str(path).encode("utf-8", "replace").decode()


def _place(problem: BatchProblem) -> str:
    return f"{_printed(problem.file)}, line {problem.line}" if problem.file else f"line {problem.line}"


def _printed(text: str) -> str:
    """Names of fields come from the file: nothing in them may steer a terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _user(username: str | None) -> User | None:
    if username is None:
        return None
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no user {username}.")
    return user


def _study(slug: str, user: User | None, *, create: bool) -> Study:
    study = Study.objects.filter(slug=slug).first()
    if study is not None and study.deleted_at is None:
        return study
    if study is not None:
        raise CommandError(f"The study {slug} is deleted. Its owner can restore it.")
    if not create:
        raise CommandError(f"There is no study {slug}. Add --create --user NAME to make it.")
    if user is None:
        raise CommandError("--create needs --user: somebody has to own the study.")
    return create_study(user=user, title=slug.replace("-", " ").capitalize(), slug=slug)


def _column(said: str) -> tuple[str, str]:
    ours, equals, theirs = said.partition("=")
    if not (ours and equals and theirs):
        raise CommandError(f"--column takes OURS=THEIRS, for example content=text, not {said}.")
    return ours, theirs


def _finished(batch: Batch) -> Batch:
    """Import it here, unless a worker was quicker or earlier batches of the study come first: then wait for it."""
    while True:
        importing.import_batch(batch_id=batch.pk, now=timezone.now())
        batch.refresh_from_db()
        if batch.state not in UNFINISHED:
            return batch
        time.sleep(_POLL_SECONDS)


def _write_problems(batch: Batch, target: Path) -> int:
    problems = problems_of(batch)
    with target.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(problem_rows(batch.filename, problems.iterator(chunk_size=1000)))
    return problems.count()
