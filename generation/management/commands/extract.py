"""``manage.py extract STUDY``: let the workers extract attributes."""

from typing import Any

from django.core.management.base import CommandParser

from conversations.models import Study
from generation.configuration import ExtractionConfiguration
from generation.enums import RunKind
from generation.management.starting import RunCommand


class Command(RunCommand):
    help = "Extract attributes from each subject's conversations, by the workers."
    kind = RunKind.EXTRACTION
    limit_help = "At most so many subjects."
    nothing = "every subject with conversations has attributes of this system."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", help="The study's slug.")
        super().add_arguments(parser)
        parser.add_argument("--threshold", type=float, default=0.4, help="Lowest confidence that is kept.")
        parser.add_argument("--max-attributes", type=int, default=12, help="At most so many for each subject.")
        parser.add_argument("--max-parts", type=int, default=30, help="At most so many calls for each subject.")

    def configuration(self, study: Study, options: dict[str, Any]) -> ExtractionConfiguration:
        return ExtractionConfiguration(
            confidence_threshold=options["threshold"],
            max_attributes=options["max_attributes"],
            max_parts=options["max_parts"],
            seed=study.seed,
        )
