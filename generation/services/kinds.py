"""Every kind of run: what it will take, and how it is started. The page, the commands and the API all come here."""

from collections.abc import Callable
from typing import Final

from generation.enums import RunKind
from generation.models import Run
from generation.queries.estimates import CostEstimate, estimate_extraction, estimate_responses
from generation.queries.mentions import estimate_mentions
from generation.queries.scoring import estimate_scores
from generation.queries.vote_estimates import estimate_votes
from generation.services.mentions import start_mentions
from generation.services.runs import start_extraction, start_responses, start_votes
from generation.services.scoring import start_scores

# By the study, the endpoint, the configuration and the limit.
ESTIMATES: Final[dict[str, Callable[..., CostEstimate]]] = {
    RunKind.EXTRACTION: estimate_extraction,
    RunKind.RESPONSES: estimate_responses,
    RunKind.VOTES: estimate_votes,
    RunKind.SCORES: estimate_scores,
    RunKind.MENTIONS: estimate_mentions,
}
# By those, the budget, the actor and the time. They raise ``NothingToDo``.
STARTS: Final[dict[str, Callable[..., Run]]] = {
    RunKind.EXTRACTION: start_extraction,
    RunKind.RESPONSES: start_responses,
    RunKind.VOTES: start_votes,
    RunKind.SCORES: start_scores,
    RunKind.MENTIONS: start_mentions,
}
