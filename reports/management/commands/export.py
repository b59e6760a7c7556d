"""``manage.py export STUDY --kind judgments --format csv --output FILE``: what a study holds, as its operator."""

import shutil
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from conversations.models import Study
from judgments.disclosure import look
from judgments.enums import LookWay
from reports.dataset.reads import all_stages
from reports.enums import FORMATS, ExportFormat, ExportKind
from reports.exports import making, requesting
from reports.exports.scope import ExportScope
from reports.exports.table_files import Written
from reports.exports.writers import DoesNotFit


class Command(BaseCommand):
    help = (
        "Write a study's judgments, another of its tables or the whole dataset, open stages included. "
        "docs/exports.md explains the columns."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's slug")
        parser.add_argument("--kind", choices=ExportKind.values, default=ExportKind.JUDGMENTS)
        parser.add_argument(
            "--format",
            choices=ExportFormat.values,
            help="jsonl unless the kind has but one; a dataset is a folder without it",
        )
        parser.add_argument("--output", required=True, help="the file or folder to write; - is standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(slug=options["study"], deleted_at__isnull=True).first()
        if study is None:
            raise CommandError(f"There is no study {options['study']}.")
        scope, kind = ExportScope(study, all_stages()), ExportKind(options["kind"])
        if requesting.holds_labels(kind):  # before it is written: a dataset says itself who had looked
            look(study=study, user=None, by=LookWay.COMMAND_LINE, now=timezone.now())
        if kind == ExportKind.DATASET and options["format"] is None:
            self._write_folder(scope, options["output"])
            return
        file_format = options["format"] or FORMATS[kind][0]
        if file_format not in FORMATS[kind]:
            raise CommandError(f"{kind} is written as {', '.join(FORMATS[kind])}, not as {file_format}.")
        try:
            self._write_file(scope, kind, file_format, options["output"])
        except DoesNotFit as refusal:
            raise CommandError(str(refusal)) from refusal

    def _write_file(self, scope: ExportScope, kind: ExportKind, file_format: str, output: str) -> None:
        if output == "-":
            self._to_standard_output(scope, kind, file_format)
        else:
            self._report(making.write_export_to(Path(output), scope, kind=kind, file_format=file_format))

    def _write_folder(self, scope: ExportScope, output: str) -> None:
        try:
            rows = making.write_dataset_to(Path(output), scope)
        except FileExistsError as error:
            raise CommandError(str(error)) from error
        self.stderr.write(f"{rows} rows")

    def _to_standard_output(self, scope: ExportScope, kind: ExportKind, file_format: str) -> None:
        """By way of a file: what is printed is complete or not there."""
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "export"
            written = making.write_export_to(target, scope, kind=kind, file_format=file_format)
            with target.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
        self._report(written)

    def _report(self, written: Written) -> None:
        self.stderr.write(f"{written.rows} rows, {written.size} bytes, sha256 {written.sha256}")
