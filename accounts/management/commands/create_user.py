"""``manage.py create_user NAME --staff``: an account. The password is asked for, or read from standard input."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts import services


class Command(BaseCommand):
    help = "Make an account. With --staff it may create studies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--staff", action="store_true", help="may create studies")

    def handle(self, *args: Any, **options: Any) -> None:
        # A password as an argument would be in the shell's history and in the list of processes.
        password = getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            services.create_user(username=options["username"], password=password, is_staff=options["staff"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{options['username']} can sign in.")
