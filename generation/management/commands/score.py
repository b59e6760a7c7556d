"""``manage.py score --study STUDY --method bm25|embedding``: score the relevance of attributes, by the workers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from generation import tasks
from generation.configuration import ScoresConfiguration
from generation.enums import ScoringMethod
from generation.management.commands.extract import study_and_endpoint
from generation.queries.scoring import estimate_scores
from generation.services.runs import NothingToDo
from generation.services.scoring import start_scores
from generation.waiting import follow


class Command(BaseCommand):
    help = "Score the units of stage 2 by retrieval; choose_thresholds makes judgments of the scores."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", required=True, help="The study's slug.")
        parser.add_argument("--method", choices=ScoringMethod.values, required=True, help="BM25 calls no endpoint.")
        parser.add_argument("--with-reason", action="store_true", help="Read an attribute's reason too.")
        parser.add_argument("--endpoint", help="Whose embeddings; the default endpoint if left out.")
        parser.add_argument("--limit", type=int, help="At most so many subjects.")
        parser.add_argument("--wait", action="store_true", help="Follow the run until it ends.")

    def handle(self, *args: Any, **options: Any) -> None:
        study, endpoint = study_and_endpoint(options["study"], options["endpoint"])
        configuration = ScoresConfiguration(method=ScoringMethod(options["method"]), with_reason=options["with_reason"])
        estimate = estimate_scores(study, endpoint, configuration, limit=options["limit"])
        try:
            run = start_scores(
                study=study,
                endpoint=endpoint,
                configuration=configuration,
                limit=options["limit"],
                now=timezone.now(),
            )
        except NothingToDo:
            self.stdout.write("Nothing to do: this rater has scored every unit of stage 2, or there is none.")
            return
        tasks.announce(run.endpoint_id)
        self.stdout.write(f"Run {run.pk} has {run.items.count()} items, {estimate.calls} calls; {run.rater} scores.")
        if options["wait"]:
            follow(run, self.stdout.write)
