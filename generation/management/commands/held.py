"""``manage.py held STUDY``: the comparisons that the leak scan holds, and what becomes of them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from conversations.models import Study
from generation import tasks
from generation.kinds.responses.held_comparisons import BeingRewritten, NotRewritable, release_held, rewrite_comparison
from generation.queries.progress import held_comparisons


class Command(BaseCommand):
    help = "List the comparisons that the leak scan holds back, release one, or have it written again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", help="The study's slug.")
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--release", type=int, metavar="COMPARISON", help="Let raters see it all the same.")
        acts.add_argument("--rewrite", type=int, metavar="COMPARISON", help="Write again what would unblind a rater.")

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(slug=options["study"], deleted_at__isnull=True).first()
        if study is None:
            raise CommandError(f"There is no study {options['study']}.")
        wanted = options["release"] if options["release"] is not None else options["rewrite"]
        if wanted is None:
            for each in held_comparisons(study):
                reasons = "; ".join(each.leak_reasons)
                # A reason quotes what a model wrote: no control character of it reaches the terminal.
                shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in reasons)
                self.stdout.write(f"{each.pk}: {each.case.subject}, by {each.system}: {shown}")
            return
        comparison = held_comparisons(study).filter(pk=wanted).first()
        if comparison is None:
            raise CommandError(f"The study holds no comparison {wanted}.")
        now = timezone.now()
        try:
            if options["release"] is not None:
                release_held(comparison=comparison, actor=None, now=now)
                self.stdout.write(f"Comparison {wanted} is released.")
            else:
                run = rewrite_comparison(comparison=comparison, actor=None, now=now)
                tasks.announce(run.endpoint_id)
                self.stdout.write(f"Run {run.pk} writes again what would unblind a rater.")
        except (BeingRewritten, NotRewritable) as error:
            raise CommandError(str(error)) from error
