"""``manage.py replay EXPORT_DIR [--against FILE]``: every figure again, from an exported dataset alone."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations.models import Study
from reports.dataset.dataset import read_folder
from reports.dataset.reads import dataset_of
from reports.dataset.versions import PROTOCOL_VERSION
from reports.report.figures.comparing import differences
from reports.report.figures.report import report_figures
from reports.report.fingerprint import follows_protocol

SHOWN = 20
WRITTEN_BY = {"protocol_version", "app_version"}  # of the dataset: no figures


class Command(BaseCommand):
    help = (
        "Recompute every figure from an exported dataset and say whether they equal those of the study in this "
        "installation, or of a file that manage.py report --json wrote. Exits with 1 if they differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="a folder written by manage.py export --kind dataset, or unzipped"
        )
        parser.add_argument("--against", type=Path, help="figures to compare with, instead of the study's own")
        parser.add_argument("--json", action="store_true", help="print the recomputed figures")

    def handle(self, *args: Any, **options: Any) -> None:
        again = self._recomputed(options["folder"])
        if options["json"]:
            self.stdout.write(json.dumps(again, ensure_ascii=False, indent=2, allow_nan=False))
        reported = self._reported(options["against"], again)
        if not follows_protocol(reported):
            raise CommandError(
                f"{options['against']} has figures of an earlier protocol, and these are of protocol {PROTOCOL_VERSION}: they say "
                "something else. Write it again with manage.py report, or replay with the Yardstick that wrote it."
            )
        found = differences(_figures(reported), _figures(again))
        if found:
            lines = "\n".join(
                f"  {where}: {reported!r}, replayed {replayed!r}" for where, reported, replayed in found[:SHOWN]
            )
            raise CommandError(f"{len(found)} figures differ from those reported:\n{lines}")
        written = again["study"]["protocol_version"]
        self.stderr.write("All figures are equal.")
        if written != PROTOCOL_VERSION:
            self.stderr.write(
                f"The dataset was written under protocol {written}; these are figures of {PROTOCOL_VERSION}."
            )

    def _recomputed(self, folder: Path) -> dict[str, Any]:
        try:
            return report_figures(read_folder(folder))
        except (FileNotFoundError, KeyError, ValueError, TypeError) as error:
            raise CommandError(f"{folder} is not a dataset that can be replayed: {error}") from error

    def _reported(self, file: Path | None, again: dict[str, Any]) -> dict[str, Any]:
        if file is not None:
            reported: dict[str, Any] = json.loads(file.read_text("utf-8"))
            return reported
        slug = again["study"]["slug"]
        study = Study.objects.filter(slug=slug, deleted_at__isnull=True).first()
        if study is None:
            raise CommandError(f"There is no study {slug} here. Name a file of its figures with --against.")
        return report_figures(dataset_of(study, withheld=again["withheld"]))


def _figures(report: dict[str, Any]) -> dict[str, Any]:
    study = {name: value for name, value in report["study"].items() if name not in WRITTEN_BY}
    return {**report, "study": study}
