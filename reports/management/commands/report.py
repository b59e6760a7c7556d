"""``manage.py report --study S [--json]``: every figure of a study's report."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from conversations.models import Study
from judgments.disclosure import look
from judgments.enums import LookWay
from reports.dataset.reads import dataset_of
from reports.report.figures.report import report_figures


class Command(BaseCommand):
    help = "Print every figure of a study's report, open stages included: for whoever runs the installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--study", required=True, help="the study's slug")
        parser.add_argument("--json", action="store_true", help="all figures, instead of the verdict in words")

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(slug=options["study"], deleted_at__isnull=True).first()
        if study is None:
            raise CommandError(f"There is no study {options['study']}.")
        look(study=study, user=None, by=LookWay.COMMAND_LINE, now=timezone.now())
        figures = report_figures(dataset_of(study))
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2, allow_nan=False))
            return
        verdict = figures["verdict"]
        if verdict["system"]:
            self.stdout.write(verdict["system"])
        for each in [*(verdict["arms"] or [verdict]), *verdict["contrasts"]]:
            self.stdout.write(f"{each['title']}: {each['sentence']}")
            self.stdout.write("\n".join([*each["evidence"], *each["limits"]]))
        for sentence in [
            *verdict["beside"],
            figures["bottleneck"]["sentence"],
            figures["plan"]["sentence"],
            *(each["raters_needed"]["sentence"] for each in figures["plan"]["arms"] or [figures["plan"]]),
        ]:
            self.stdout.write(sentence)
