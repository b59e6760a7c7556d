"""What the command ``mentions`` asks."""

from typing import Any

from django.core.management.base import CommandParser

from conversations.models import Study
from generation.kinds.command import KindCommand
from generation.kinds.mentions.configuration import MentionsConfiguration


class MentionsCommand(KindCommand):
    help = "Let a model say whether each personalized response mentions each given attribute explicitly."
    limit_help = "At most so many cases."
    nothing = "there is no given attribute that only the rule decided."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all-again", action="store_true", help="Ask about those an uploader or a model decided too."
        )

    def configuration(self, study: Study, options: dict[str, Any]) -> MentionsConfiguration:
        return MentionsConfiguration(all_again=options["all_again"])
