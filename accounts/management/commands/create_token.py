"""``manage.py create_token NAME --user USERNAME --scope study:read``: a token for a script, printed once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import services
from accounts.models import Scope, User


class Command(BaseCommand):
    help = "Make an API token and print it. It is shown only now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what will use it")
        parser.add_argument("--user", required=True, help="whose rights it has")
        parser.add_argument("--scope", action="append", choices=Scope.values, required=True, dest="scopes")
        parser.add_argument("--days", type=int, default=90, help="how long it is valid; 0: until it is revoked")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']}.")
        days = options["days"]
        made = services.create_token(
            user=user,
            name=options["name"],
            scopes=options["scopes"],
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        self.stdout.write(made.secret)
