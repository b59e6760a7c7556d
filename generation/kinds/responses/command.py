"""What the command ``respond`` asks."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from conversations.enums import Policy
from conversations.models import Study
from generation.kinds.command import KindCommand
from generation.kinds.responses.configuration import DEFAULT_POLICY, POLICIES, ResponsesConfiguration


class ResponsesCommand(KindCommand):
    help = "Write the generic and the personalized response of each case, by the workers."
    limit_help = "At most so many cases."
    nothing = "every case has both responses of this system."
    study_is_an_option = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--policy", choices=[str(policy) for policy in POLICIES], default=str(DEFAULT_POLICY))
        parser.add_argument("--selection-of", help="The system whose selection is used, with --policy selection.")
        parser.add_argument("--max-given", type=int, default=10, help="At most so many attributes for each response.")

    def configuration(self, study: Study, options: dict[str, Any]) -> ResponsesConfiguration:
        system = study.systems.filter(name=options["selection_of"]).order_by("-pk").first()
        if options["policy"] == Policy.SELECTION and system is None:
            raise CommandError("--policy selection needs --selection-of with the name of a system of the study.")
        return ResponsesConfiguration(
            policy=Policy(options["policy"]),
            selection_system=system.pk if system else None,
            max_given=options["max_given"],
        )
