"""``manage.py export STUDY --format csv --output FILE``: all judgments of a study, for the operator."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations.models import Study
from reports.enums import ExportFormat
from reports.services import write_to


class Command(BaseCommand):
    help = "Write all judgments of a study to a file: one row is one rater and one unit (docs/exports.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's slug")
        parser.add_argument("--format", choices=ExportFormat.values, default=ExportFormat.JSONL)
        parser.add_argument("--output", required=True, type=Path)
        parser.add_argument("--stages", nargs="+", type=int, choices=[1, 2, 3], default=[1, 2, 3])

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(slug=options["study"], deleted_at__isnull=True).first()
        if study is None:
            raise CommandError(f"There is no study {options['study']!r}.")
        rows = write_to(study=study, format=options["format"], stages=options["stages"], file=options["output"])
        self.stdout.write(f"{rows} rows written to {options['output']}")
