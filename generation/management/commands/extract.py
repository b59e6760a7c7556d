"""``manage.py extract STUDY``: let the workers extract attributes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from conversations.models import Study
from generation import tasks
from generation.configuration import ExtractionConfiguration
from generation.models import Endpoint
from generation.services.endpoints import ensure_default_endpoint
from generation.services.runs import NothingToDo, start_extraction
from generation.waiting import follow


class Command(BaseCommand):
    help = "Extract attributes from each subject's conversations, by the workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", help="The study's slug.")
        parser.add_argument("--endpoint", help="The endpoint's name; the default endpoint if left out.")
        parser.add_argument("--limit", type=int, help="At most so many subjects.")
        parser.add_argument("--threshold", type=float, default=0.4, help="Lowest confidence that is kept.")
        parser.add_argument("--max-attributes", type=int, default=12, help="At most so many for each subject.")
        parser.add_argument("--max-parts", type=int, default=30, help="At most so many calls for each subject.")
        parser.add_argument("--wait", action="store_true", help="Follow the run until it ends.")

    def handle(self, *args: Any, **options: Any) -> None:
        study, endpoint = study_and_endpoint(options["study"], options["endpoint"])
        configuration = ExtractionConfiguration(
            confidence_threshold=options["threshold"],
            max_attributes=options["max_attributes"],
            max_parts=options["max_parts"],
            seed=study.seed,
        )
        try:
            run = start_extraction(
                study=study,
                endpoint=endpoint,
                configuration=configuration,
                limit=options["limit"],
                now=timezone.now(),
            )
        except NothingToDo:
            self.stdout.write("Nothing to do: every subject with conversations has attributes of this system.")
            return
        tasks.announce(run.endpoint_id)
        self.stdout.write(f"Run {run.pk} has {run.items.count()} items.")
        if options["wait"]:
            follow(run, self.stdout.write)


def study_and_endpoint(slug: str, name: str | None) -> tuple[Study, Endpoint]:
    study = Study.objects.filter(slug=slug, deleted_at__isnull=True).first()
    if study is None:
        raise CommandError(f"There is no study {slug}.")
    if name is None:
        return study, ensure_default_endpoint(study)
    endpoint = Endpoint.objects.filter(study=study, name=name).first()
    if endpoint is None:
        raise CommandError(f"The study has no endpoint {name}.")
    return study, endpoint
