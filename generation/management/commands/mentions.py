"""``manage.py mentions --study STUDY``: let a model say which given attributes responses mention, by the workers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from generation import tasks
from generation.configuration import MentionsConfiguration
from generation.management.commands.extract import study_and_endpoint
from generation.services.mentions import start_mentions
from generation.services.runs import NothingToDo
from generation.waiting import follow


class Command(BaseCommand):
    help = "Let a model say whether each personalized response mentions each given attribute explicitly."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", required=True, help="The study's slug.")
        parser.add_argument("--endpoint", help="The endpoint's name; the default endpoint if left out.")
        parser.add_argument("--limit", type=int, help="At most so many cases.")
        parser.add_argument(
            "--all-again", action="store_true", help="Ask about those an uploader or a model decided too."
        )
        parser.add_argument("--wait", action="store_true", help="Follow the run until it ends.")

    def handle(self, *args: Any, **options: Any) -> None:
        study, endpoint = study_and_endpoint(options["study"], options["endpoint"])
        try:
            run = start_mentions(
                study=study,
                endpoint=endpoint,
                configuration=MentionsConfiguration(all_again=options["all_again"]),
                limit=options["limit"],
                now=timezone.now(),
            )
        except NothingToDo:
            self.stdout.write("Nothing to do: there is no given attribute that only the rule decided.")
            return
        tasks.announce(run.endpoint_id)
        self.stdout.write(f"Run {run.pk} has {run.items.count()} items.")
        if options["wait"]:
            follow(run, self.stdout.write)
