"""``manage.py use_as_selection --study STUDY --rater NAME``: a model rater's labels of stage 2 become a selection."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from conversations.models import Study
from generation.services.labels_as_selections import NothingToUse, use_labels_as_selection
from raters.enums import RaterKind
from raters.models import Rater


class Command(BaseCommand):
    help = "Make a selection of what a model rater says yes to at stage 2, of a system named so. May be repeated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", required=True, help="The study's slug.")
        parser.add_argument("--rater", required=True, help="The model rater's name, for example BM25.")

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(slug=options["study"], deleted_at__isnull=True).first()
        if study is None:
            raise CommandError(f"There is no study {options['study']}.")
        raters = Rater.objects.filter(kind=RaterKind.MODEL, name=options["rater"], enrolments__study=study)
        rater = raters.first()
        if rater is None:
            raise CommandError(f"No model rater of the study is called {options['rater']}.")
        try:
            used = use_labels_as_selection(study=study, rater=rater, actor=None, now=timezone.now())
        except NothingToUse as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(str(used))
