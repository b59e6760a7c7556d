"""What the command ``make_controls`` asks."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from conversations.models import Study
from generation.kinds.command import KindCommand
from generation.kinds.controls.configuration import PERSONAL_NEEDS_ENDPOINT, ControlsConfiguration
from generation.kinds.controls.scope import systems_with_generics


class ControlsCommand(KindCommand):
    help = (
        "Set cases aside and make pairs with a known answer of them, which show whether raters could see a difference."
    )
    limit_help = "At most so many cases."
    nothing = "no case is set aside that lacks controls, and none can be set aside."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--generic-of", metavar="SYSTEM", help="Take the generic responses of this system; no endpoint is called."
        )
        parser.add_argument(
            "--personal", action="store_true", help="Also with a response that was written for another subject."
        )

    def configuration(self, study: Study, options: dict[str, Any]) -> ControlsConfiguration:
        name = options["generic_of"]
        if name and options["personal"]:
            raise CommandError(PERSONAL_NEEDS_ENDPOINT)
        source = _named(study, name) if name else None
        return ControlsConfiguration(generic_of=source, personal=options["personal"])


def _named(study: Study, name: str) -> int:
    found = [system.pk for system in systems_with_generics(study) if name in {str(system), system.name}]
    if len(found) != 1:
        raise CommandError(f"Not one system but {len(found)} of this study with generic responses: {name}")
    return found[0]
