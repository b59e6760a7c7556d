"""What the command ``select`` asks."""

from typing import Any

from django.core.management.base import CommandParser

from conversations.enums import SelectionPool
from conversations.models import Study
from generation.kinds.command import KindCommand
from generation.kinds.selections.configuration import AttributesOf, SelectionsConfiguration


class SelectionsCommand(KindCommand):
    help = "Ask a system which attributes it would use for each case, by the workers."
    limit_help = "At most so many cases."
    nothing = "this system has spoken about every case."
    study_is_an_option = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pool", choices=SelectionPool.values, default=SelectionPool.ALL.value)
        parser.add_argument(
            "--attributes-of",
            choices=AttributesOf.values,
            default=AttributesOf.OWN.value,
            help="Its own attributes, or all of the study whoever extracted them.",
        )

    def configuration(self, study: Study, options: dict[str, Any]) -> SelectionsConfiguration:
        return SelectionsConfiguration(
            pool=SelectionPool(options["pool"]),
            attributes_of=AttributesOf(options["attributes_of"]),
            seed=study.seed,
        )
