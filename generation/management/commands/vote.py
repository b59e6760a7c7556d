"""``manage.py vote --study STUDY --stage N``: let a model judge a stage, by the workers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from conversations.enums import StageNumber
from generation import tasks
from generation.configuration import VotesConfiguration
from generation.management.commands.extract import study_and_endpoint
from generation.services.runs import NothingToDo, start_votes
from generation.waiting import follow


class Command(BaseCommand):
    help = "Let a model judge the units of a stage under its guidelines; at stage 3 in both orders."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", required=True, help="The study's slug.")
        parser.add_argument("--stage", type=int, choices=StageNumber.values, required=True, help="1, 2 or 3.")
        parser.add_argument("--endpoint", help="The endpoint's name; the default endpoint if left out.")
        parser.add_argument("--limit", type=int, help="At most so many pages.")
        parser.add_argument("--wait", action="store_true", help="Follow the run until it ends.")

    def handle(self, *args: Any, **options: Any) -> None:
        study, endpoint = study_and_endpoint(options["study"], options["endpoint"])
        if endpoint.is_embedded:
            self.stderr.write("This is the local model: its judgments are no better than chance.")
        try:
            run = start_votes(
                study=study,
                endpoint=endpoint,
                configuration=VotesConfiguration.for_stage(options["stage"]),
                limit=options["limit"],
                now=timezone.now(),
            )
        except NothingToDo:
            self.stdout.write("Nothing to do: this model has judged every unit of the stage, or there is none.")
            return
        tasks.announce(run.endpoint_id)
        self.stdout.write(f"Run {run.pk} has {run.items.count()} items; {run.rater} judges.")
        if options["wait"]:
            follow(run, self.stdout.write)
