"""What the command ``score`` asks."""

from typing import Any

from django.core.management.base import CommandParser

from conversations.models import Study
from generation.kinds.command import KindCommand
from generation.kinds.scores.configuration import ScoresConfiguration, ScoringMethod
from generation.models import Run


class ScoresCommand(KindCommand):
    help = "Score the units of stage 2 by retrieval; choose_thresholds makes judgments of the scores."
    limit_help = "At most so many subjects."
    nothing = "this rater has scored every unit of stage 2, or there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--method", choices=ScoringMethod.values, required=True, help="BM25 calls no endpoint.")
        parser.add_argument("--with-reason", action="store_true", help="Read an attribute's reason too.")

    def configuration(self, study: Study, options: dict[str, Any]) -> ScoresConfiguration:
        return ScoresConfiguration(method=ScoringMethod(options["method"]), with_reason=options["with_reason"])

    def started(self, run: Run) -> str:
        return f"{run.rater} scores."
