"""``manage.py run STUDY RUN``: how far a run is, and the acts on it that its page has."""

from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from generation import tasks
from generation.models import Run
from generation.services import runs
from generation.waiting import follow, say_how_far


class Command(BaseCommand):
    help = "Say how far a run is; pause it, let it go on, cancel it, or try again what failed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", help="The study's slug.")
        parser.add_argument("run", type=int, help="The run's number.")
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--pause", action="store_true", help="Begin nothing new.")
        acts.add_argument("--resume", action="store_true", help="Go on.")
        acts.add_argument("--cancel", action="store_true", help="Drop what waits.")
        acts.add_argument("--retry", nargs="?", const="", metavar="REASON", help="What failed, or with one reason.")
        parser.add_argument("--budget", type=Decimal, help="With --resume: the new budget.")
        parser.add_argument("--wait", action="store_true", help="Follow the run until it ends.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Run.objects.filter(study__slug=options["study"], study__deleted_at__isnull=True, pk=options["run"])
        run = found.select_related("endpoint").first()
        if run is None:
            raise CommandError(f"The study {options['study']} has no run {options['run']}.")
        self._act(run, options)
        tasks.announce(run.endpoint_id)
        if options["wait"]:
            follow(run, self.stdout.write)
        else:
            say_how_far(run, self.stdout.write)

    def _act(self, run: Run, options: dict[str, Any]) -> None:
        now = timezone.now()
        if options["pause"]:
            runs.pause_run(run=run, actor=None)
        elif options["resume"]:
            runs.resume_run(run=run, actor=None, budget=options["budget"])
        elif options["cancel"]:
            runs.cancel_run(run=run, actor=None, now=now)
        elif options["retry"] is not None:
            count = runs.retry_failed(run=run, actor=None, now=now, reason_code=options["retry"])
            self.stdout.write(f"{count} failed items will be tried again.")
