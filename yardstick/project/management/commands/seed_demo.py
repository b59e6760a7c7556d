"""``manage.py seed_demo``: a study to click through, and with ``--from FILE...`` one of your own files.

May run at every start: what exists already is left as it is.
"""

import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import create_user
from conversations.enums import Origin
from conversations.models import Study
from yardstick.project.seeding import files, studies, summary

USERNAME = "demo"


class Command(BaseCommand):
    help = "Seed the demo study and write what to open into demo.txt of the state folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date first")
        parser.add_argument("--from", nargs="+", type=Path, default=[], dest="files", metavar="FILE")
        parser.add_argument(
            "--origin", choices=Origin.values, default=Origin.UNKNOWN, help="of the files' conversations"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["migrate"]:
            call_command("migrate", interactive=False, verbosity=0)
        target = Path(settings.STATE_DIR) / "demo.txt"
        user, password = _admin(summary.remembered_password(target))
        seeded: list[Study] = []
        demo = studies.demo_study(user)
        if demo is not None:
            seeded.append(demo)
        own = files.earlier_study()
        if options["files"]:
            try:
                origin = Origin(options["origin"])
                own = files.study_from(options["files"], origin=origin, user=user, say=self.stdout.write)
            except files.UnreadableFile as error:
                raise CommandError(str(error)) from error
        if own is not None:
            seeded.insert(0, own)
        summary.write(target, username=user.username, password=password, studies=seeded)


def _admin(remembered: str) -> tuple[User, str]:
    """The demo's admin. Its password is random, and kept for as long as the summary is."""
    user = User.objects.filter(username=USERNAME).first()
    if user is not None and remembered and user.check_password(remembered):
        return user, remembered
    password = secrets.token_urlsafe(12)
    if user is None:
        return create_user(username=USERNAME, password=password, is_staff=True), password
    user.set_password(password)
    user.save(update_fields=["password"])
    return user, password
