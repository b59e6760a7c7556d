"""What the command ``vote`` asks."""

from typing import Any

from django.core.management.base import CommandParser

from conversations.enums import StageNumber
from conversations.models import Study
from generation.kinds.command import KindCommand
from generation.kinds.votes.configuration import VotesConfiguration
from generation.models import Endpoint, Run


class VotesCommand(KindCommand):
    help = "Let a model judge the units of a stage under its guidelines; at stage 3 in both orders."
    limit_help = "At most so many pages."
    nothing = "this model has judged every unit of the stage, or there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stage", type=int, choices=StageNumber.values, required=True, help="1, 2 or 3.")

    def configuration(self, study: Study, options: dict[str, Any]) -> VotesConfiguration:
        return VotesConfiguration.for_stage(options["stage"])

    def warning(self, endpoint: Endpoint) -> str:
        return "This is the local model: its judgments are no better than chance." if endpoint.is_embedded else ""

    def started(self, run: Run) -> str:
        return f"{run.rater} judges."
