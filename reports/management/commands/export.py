"""``manage.py export STUDY --format csv --output FILE``: all judgments of a study, as its operator."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations.models import Study
from reports import queries, services
from reports.enums import ExportFormat


class Command(BaseCommand):
    help = "Write all judgments of a study to a file, open stages included. docs/exports.md explains the columns."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's slug")
        parser.add_argument("--format", choices=ExportFormat.values, default=ExportFormat.JSONL)
        parser.add_argument("--output", required=True, help="the file to write; - is standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(slug=options["study"], deleted_at__isnull=True).first()
        if study is None:
            raise CommandError(f"There is no study {options['study']}.")
        if options["output"] == "-":
            self._report(
                services.write_judgments(
                    study=study, stages=queries.all_stages(), file_format=options["format"], file=sys.stdout.buffer
                )
            )
            return
        target = Path(options["output"])
        self._report(
            services.write_judgments_to(target, study=study, stages=queries.all_stages(), file_format=options["format"])
        )

    def _report(self, written: services.Written) -> None:
        self.stderr.write(f"{written.rows} rows, {written.size} bytes, sha256 {written.sha256}")
