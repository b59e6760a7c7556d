"""What a kind of run is to the rest of the house: one ``GenerationKind``, made in one package of ``kinds``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from accounts.models import User
from conversations.models import Study
from generation.configuration import RunConfiguration
from generation.enums import RunKind
from generation.kinds.command import KindCommand
from generation.kinds.fields import KindFields
from generation.kinds.run_form import RunForm
from generation.models import Endpoint, Run, RunItem
from generation.queries.estimates import CostEstimate


class Estimator[Configuration: RunConfiguration](Protocol):
    """What a run would take. Nothing is stored or sent."""

    def __call__(
        self, study: Study, endpoint: Endpoint, configuration: Configuration, *, limit: int | None
    ) -> CostEstimate: ...


class Start[Configuration: RunConfiguration](Protocol):
    """A run of everything that is missing, or of so much of it as the limit says. Raises ``NothingToDo``."""

    def __call__(
        self,
        *,
        study: Study,
        endpoint: Endpoint,
        configuration: Configuration,
        limit: int | None = None,
        budget: Decimal | None = None,
        actor: User | None = None,
        now: datetime,
    ) -> Run: ...


# Produce and store what one item asks for. False where another worker has stored it already. Raises what
# ``make_call`` raises.
type Produce = Callable[[RunItem], bool]


@dataclass(frozen=True, slots=True)
class ResultsPart:
    """What the page of a run says below its progress."""

    template: str
    context: Callable[[Run, User], dict[str, Any]]  # as this user may see it; empty for nothing


@dataclass(frozen=True, kw_only=True)
class GenerationKind[Configuration: RunConfiguration]:
    name: str  # what a run stores: a value of ``RunKind``
    button: str  # what leads to the page that starts one
    lead: str  # what such a run does, for that page
    configuration: type[Configuration]
    form: type[RunForm]  # what the page asks
    fields: type[KindFields]  # what the API asks
    command: type[KindCommand]  # what the command asks
    estimate: Estimator[Configuration]
    start: Start[Configuration]
    produce: Produce
    is_on_study_page: bool = True  # or its button is on the page of runs only
    local_model: str = "generation/local_model.html"  # what is said of it where its endpoint is the local model
    without_calls: str = ""  # what is said where a run has items and makes no call
    outcome: ResultsPart | None = None

    @property
    def label(self) -> str:
        return RunKind(self.name).label
