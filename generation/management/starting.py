"""What the commands that start a run have in common."""

from decimal import Decimal
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.refusals import Refusal
from conversations.models import Study
from generation import tasks
from generation.configuration import RunConfiguration
from generation.enums import RunKind
from generation.kinds.registry import kind_of
from generation.models import Endpoint
from generation.services.endpoints import ensure_default_endpoint
from generation.services.runs import NothingToDo
from generation.waiting import follow


class RunCommand(BaseCommand):
    """Says what a run of this kind will take, and starts it unless only that was asked."""

    kind: ClassVar[RunKind]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks = kind_of(self.kind).command()
        self.help = self.asks.help

    def add_arguments(self, parser: CommandParser) -> None:
        if self.asks.study_is_an_option:
            parser.add_argument("--study", required=True, help="The study's slug.")
        else:
            parser.add_argument("study", help="The study's slug.")
        self.asks.add_arguments(parser)
        parser.add_argument("--endpoint", help="The endpoint's name; the default endpoint if left out.")
        parser.add_argument("--limit", type=int, help=self.asks.limit_help)
        parser.add_argument("--budget", type=Decimal, help="The run pauses before it is passed.")
        parser.add_argument("--estimate", action="store_true", help="Only say what it would take; start nothing.")
        parser.add_argument("--wait", action="store_true", help="Follow the run until it ends.")

    def handle(self, *args: Any, **options: Any) -> None:
        study, endpoint = study_and_endpoint(options["study"], options["endpoint"])
        configuration = self.asks.configuration(study, options)
        if warning := self.asks.warning(endpoint):
            self.stderr.write(warning)
        self._say_what_it_takes(study, endpoint, configuration, options["limit"])
        if options["estimate"]:
            return
        try:
            run = kind_of(self.kind).start(
                study=study,
                endpoint=endpoint,
                configuration=configuration,
                limit=options["limit"],
                budget=options["budget"],
                now=timezone.now(),
            )
        except NothingToDo as refusal:
            said = self.asks.nothing if str(refusal) == NothingToDo.text else str(refusal)
            self.stdout.write(f"Nothing to do: {said}")
            return
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        tasks.announce(run.endpoint_id)
        self.stdout.write(f"Run {run.pk} has {run.items.count()} items. {self.asks.started(run)}".rstrip())
        if options["wait"]:
            follow(run, self.stdout.write)

    def _say_what_it_takes(
        self, study: Study, endpoint: Endpoint, configuration: RunConfiguration, limit: int | None
    ) -> None:
        takes = kind_of(self.kind).estimate(study, endpoint, configuration, limit=limit)
        self.stdout.write(
            f"{takes.items} items, {takes.calls} calls: about {takes.input_tokens} tokens of input, at most "
            f"{takes.output_tokens} of output and {takes.cost:.2f} at the endpoint's prices."
        )
        for reason in takes.left_out:
            self.stdout.write(reason)


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
