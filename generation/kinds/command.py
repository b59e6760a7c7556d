"""What a kind's command says and asks besides what every such command does."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django.core.management.base import CommandParser

from conversations.models import Study
from generation.configuration import RunConfiguration
from generation.models import Endpoint, Run


class KindCommand(ABC):
    help: ClassVar[str]
    limit_help: ClassVar[str]
    nothing: ClassVar[str]  # what is said where there is nothing to do
    study_is_an_option: ClassVar[bool] = True  # ``--study``, or the first argument

    @abstractmethod
    def add_arguments(self, parser: CommandParser) -> None:
        """The kind's own options."""

    @abstractmethod
    def configuration(self, study: Study, options: dict[str, Any]) -> RunConfiguration:
        """What the run is told to do. Raises CommandError."""

    def warning(self, endpoint: Endpoint) -> str:
        """What should be known of the endpoint before; empty for nothing."""
        return ""

    def started(self, run: Run) -> str:
        """What is said of a run that has begun, after its number of items; empty for nothing."""
        return ""
