"""``manage.py score --study STUDY --method bm25|embedding``: score the relevance of attributes, by the workers."""

from typing import Any

from django.core.management.base import CommandParser

from conversations.models import Study
from generation.configuration import ScoresConfiguration
from generation.enums import RunKind, ScoringMethod
from generation.management.starting import RunCommand
from generation.models import Run


class Command(RunCommand):
    help = "Score the units of stage 2 by retrieval; choose_thresholds makes judgments of the scores."
    kind = RunKind.SCORES
    limit_help = "At most so many subjects."
    nothing = "this rater has scored every unit of stage 2, or there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", required=True, help="The study's slug.")
        parser.add_argument("--method", choices=ScoringMethod.values, required=True, help="BM25 calls no endpoint.")
        parser.add_argument("--with-reason", action="store_true", help="Read an attribute's reason too.")
        super().add_arguments(parser)

    def configuration(self, study: Study, options: dict[str, Any]) -> ScoresConfiguration:
        return ScoresConfiguration(method=ScoringMethod(options["method"]), with_reason=options["with_reason"])

    def started(self, run: Run) -> str:
        return f"{super().started(run)} {run.rater} scores."
