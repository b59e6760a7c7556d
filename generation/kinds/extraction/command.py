"""What the command ``extract`` asks."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from conversations.models import Study
from generation.kinds.command import KindCommand
from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.models import Endpoint


class ExtractionCommand(KindCommand):
    help = "Extract attributes from each subject's conversations, by the workers."
    limit_help = "At most so many subjects."
    nothing = "every subject with conversations has attributes of this system."
    study_is_an_option = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threshold", type=float, default=0.4, help="Lowest confidence that is kept.")
        parser.add_argument("--max-attributes", type=int, default=12, help="At most so many for each subject.")
        parser.add_argument("--max-parts", type=int, default=30, help="At most so many calls for each subject.")
        parser.add_argument("--embedding-endpoint", help="Find near-duplicates by this endpoint's embeddings.")

    def configuration(self, study: Study, options: dict[str, Any]) -> ExtractionConfiguration:
        name = options["embedding_endpoint"]
        endpoint = Endpoint.objects.filter(study=study, name=name).first() if name else None
        if name and endpoint is None:
            raise CommandError(f"The study has no endpoint {name}.")
        return ExtractionConfiguration(
            confidence_threshold=options["threshold"],
            max_attributes=options["max_attributes"],
            max_parts=options["max_parts"],
            seed=study.seed,
        ).embedded_by(endpoint)
