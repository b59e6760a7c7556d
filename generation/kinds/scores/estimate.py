"""What it will take to score relevance, told before anything is built or sent."""

from decimal import Decimal

from conversations.enums import StageNumber
from conversations.models import Stage, Study
from generation.kinds.scores.configuration import ScoresConfiguration
from generation.kinds.scores.scope import scorer, texts_to_embed, work_of
from generation.models import Endpoint
from generation.prompting import estimate_tokens
from generation.queries.estimates import CostEstimate
from generation.services.embedding import requests_of

_MILLION = Decimal(1_000_000)


def estimate_scores(
    study: Study, endpoint: Endpoint, configuration: ScoresConfiguration, *, limit: int | None
) -> CostEstimate:
    stage = Stage.objects.get(study=study, number=StageNumber.RELEVANCE)
    work = work_of(stage, scorer(study, configuration, endpoint), limit=limit)
    if not configuration.calls_endpoint:
        return CostEstimate(len(work), 0, 0, 0, Decimal(0))
    calls = tokens = 0
    for _, texts in texts_to_embed(work, configuration, endpoint):
        calls += len(requests_of(texts))
        tokens += sum(map(estimate_tokens, texts))
    return CostEstimate(len(work), calls, tokens, 0, endpoint.input_price * tokens / _MILLION)
