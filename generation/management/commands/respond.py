"""``manage.py respond STUDY``: let the workers write responses."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from generation import tasks
from generation.configuration import ResponsesConfiguration
from generation.enums import AttributePolicy
from generation.management.commands.extract import study_and_endpoint
from generation.services.runs import NothingToDo, start_responses
from generation.waiting import follow


class Command(BaseCommand):
    help = "Write the generic and the personalized response of each case, by the workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", help="The study's slug.")
        parser.add_argument("--endpoint", help="The endpoint's name; the default endpoint if left out.")
        parser.add_argument("--limit", type=int, help="At most so many cases.")
        parser.add_argument("--policy", choices=AttributePolicy.values, default=AttributePolicy.ALL.value)
        parser.add_argument("--selection-of", help="The system whose selection is used, with --policy selection.")
        parser.add_argument("--max-given", type=int, default=10, help="At most so many attributes for each response.")
        parser.add_argument("--wait", action="store_true", help="Follow the run until it ends.")

    def handle(self, *args: Any, **options: Any) -> None:
        study, endpoint = study_and_endpoint(options["study"], options["endpoint"])
        system = study.systems.filter(name=options["selection_of"]).order_by("-pk").first()
        if options["policy"] == AttributePolicy.SELECTION and system is None:
            raise CommandError("--policy selection needs --selection-of with the name of a system of the study.")
        configuration = ResponsesConfiguration(
            policy=AttributePolicy(options["policy"]),
            selection_system=system.pk if system else None,
            max_given=options["max_given"],
        )
        try:
            run = start_responses(
                study=study,
                endpoint=endpoint,
                configuration=configuration,
                limit=options["limit"],
                now=timezone.now(),
            )
        except NothingToDo:
            self.stdout.write("Nothing to do: every case has both responses of this system.")
            return
        tasks.announce(run.endpoint_id)
        self.stdout.write(f"Run {run.pk} has {run.items.count()} items.")
        if options["wait"]:
            follow(run, self.stdout.write)
