"""Let someone in again who has lost passkeys, app and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.factors import remove_all
from accounts.models import User


class Command(BaseCommand):
    help = "Remove all passkeys, the authenticator app and the recovery codes of an account; its password remains."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['username']}.")
        remove_all(user=user)
        self.stdout.write(f"{user.username} now signs in with the password alone.")
