"""``manage.py mentions --study STUDY``: let a model say which given attributes responses mention, by the workers."""

from typing import Any

from django.core.management.base import CommandParser

from conversations.models import Study
from generation.configuration import MentionsConfiguration
from generation.enums import RunKind
from generation.management.starting import RunCommand


class Command(RunCommand):
    help = "Let a model say whether each personalized response mentions each given attribute explicitly."
    kind = RunKind.MENTIONS
    limit_help = "At most so many cases."
    nothing = "there is no given attribute that only the rule decided."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", required=True, help="The study's slug.")
        super().add_arguments(parser)
        parser.add_argument(
            "--all-again", action="store_true", help="Ask about those an uploader or a model decided too."
        )

    def configuration(self, study: Study, options: dict[str, Any]) -> MentionsConfiguration:
        return MentionsConfiguration(all_again=options["all_again"])
