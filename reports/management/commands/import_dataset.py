"""``manage.py import_dataset DIR|ZIP --study NAME``: a dataset that Yardstick exported, as a study again."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from conversations.models import Study
from conversations.services.studies import create_study
from reports.imports.dataset import Imported, import_archive, import_folder
from reports.imports.problems import DatasetRefused

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Rebuild a study from an exported dataset. Its report has the same figures. The study must be empty, or new "
        "(--user NAME owns it). A dataset with anything wrong in it leaves nothing behind."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dataset", type=Path, help="the folder, or its ZIP")
        parser.add_argument("--study", required=True, help="the short name of the study to fill or to make")
        parser.add_argument("--user", help="who imports, and owns a study that is made")

    def handle(self, *args: Any, **options: Any) -> None:
        user = _user(options["user"])
        try:
            with transaction.atomic():
                found = self._import(_study(options["study"], user), options["dataset"], user)
        except DatasetRefused as refused:
            lines = "\n".join(f"  {problem}" for problem in refused.problems[:SHOWN])
            more = len(refused.problems) - SHOWN
            rest = f"\n  and {more} more" if more > 0 else ""
            raise CommandError(f"Nothing was imported:\n{lines}{rest}") from refused
        except OSError as error:
            raise CommandError(f"{options['dataset']}: {error.strerror or error}.") from error
        for table, rows in found.rows.items():
            self.stdout.write(f"  {table}: {rows}")
        self.stdout.write(f"Imported into {options['study']}.")

    def _import(self, study: Study, place: Path, user: User | None) -> Imported:
        now = timezone.now()
        if place.is_dir():
            return import_folder(study=study, folder=place, actor=user, now=now)
        with place.open("rb") as archive:
            return import_archive(study=study, archive=archive, actor=user, now=now)


def _user(username: str | None) -> User | None:
    if username is None:
        return None
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no user {username}.")
    return user


def _study(slug: str, user: User | None) -> Study:
    study = Study.objects.filter(slug=slug).first()
    if study is not None and study.deleted_at is None:
        return study
    if study is not None:
        raise CommandError(f"The study {slug} is deleted. Its owner can restore it.")
    if user is None:
        raise CommandError(f"There is no study {slug}. Add --user NAME to make it.")
    return create_study(user=user, title=slug.replace("-", " ").capitalize(), slug=slug)
