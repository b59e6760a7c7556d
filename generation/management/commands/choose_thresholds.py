"""``manage.py choose_thresholds --study STUDY``: make judgments of scores, each subject's threshold chosen on others."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from conversations.enums import StageNumber
from conversations.models import Study
from generation.kinds.scores.choosing_thresholds import FOLDS, NotEnoughConsensus, choose_thresholds
from generation.kinds.scores.scorings import scorings_of
from judgments.disclosure import look
from judgments.enums import LookWay


class Command(BaseCommand):
    help = "Choose the thresholds of raters who score relevance, by cross-fitting over subjects. May be repeated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", required=True, help="The study's slug.")
        parser.add_argument("--rater", help="Of this rater only, for example BM25; all that have scores if left out.")
        parser.add_argument("--folds", type=int, default=FOLDS, help="How many parts the subjects are put into.")

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(slug=options["study"], deleted_at__isnull=True).first()
        if study is None:
            raise CommandError(f"There is no study {options['study']}.")
        if options["folds"] < 2:
            raise CommandError("There must be at least two folds.")
        raters = [one.rater for one in scorings_of(study) if options["rater"] in (None, one.rater.name)]
        if not raters:
            raise CommandError("No such rater has scored anything in this study.")
        look(study=study, user=None, by=LookWay.COMMAND_LINE, now=timezone.now(), at=[StageNumber.RELEVANCE])
        for rater in raters:
            try:
                chosen = choose_thresholds(study=study, rater=rater, folds=options["folds"], now=timezone.now())
            except NotEnoughConsensus as missing:
                raise CommandError(f"{rater}: {missing}") from missing
            for threshold in chosen.thresholds:
                self.stdout.write(
                    f"{rater}, fold {threshold.fold} of {threshold.folds}: yes from {threshold.value:.4g}, "
                    f"F1 {threshold.f1:.3f} on {threshold.units} units of {threshold.subjects} other subjects"
                )
            self.stdout.write(f"{rater}: {chosen.labels} judgments are new or changed.")
