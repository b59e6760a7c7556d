"""``manage.py vote --study STUDY --stage 1|2|3``: let a model judge a stage, by the workers."""

from typing import Any

from django.core.management.base import CommandParser

from conversations.enums import StageNumber
from conversations.models import Study
from generation.configuration import VotesConfiguration
from generation.enums import RunKind
from generation.management.starting import RunCommand
from generation.models import Endpoint, Run


class Command(RunCommand):
    help = "Let a model judge the units of a stage under its guidelines; at stage 3 in both orders."
    kind = RunKind.VOTES
    limit_help = "At most so many pages."
    nothing = "this model has judged every unit of the stage, or there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", required=True, help="The study's slug.")
        parser.add_argument("--stage", type=int, choices=StageNumber.values, required=True, help="1, 2 or 3.")
        super().add_arguments(parser)

    def configuration(self, study: Study, options: dict[str, Any]) -> VotesConfiguration:
        return VotesConfiguration.for_stage(options["stage"])

    def warn(self, endpoint: Endpoint) -> None:
        if endpoint.is_embedded:
            self.stderr.write("This is the local model: its judgments are no better than chance.")

    def started(self, run: Run) -> str:
        return f"{super().started(run)} {run.rater} judges."
