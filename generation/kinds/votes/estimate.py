"""What it will take to have a stage judged by a model: an upper side, told before anything is built or sent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce, Length

from conversations.models import Case, Comparison, Conversation, Stage, Study
from generation.kinds.votes import scope
from generation.kinds.votes.configuration import VotesConfiguration
from generation.kinds.votes.judges import as_on_pages, judge_of, units_per_call
from generation.models import Endpoint
from generation.prompting import estimate_tokens, load
from generation.queries.estimates import CHARACTERS_PER_TOKEN, CostEstimate, priced, system_of
from judgments.order import page_count
from judgments.stages import behaviour
from raters.models import Rater

_FORMAT_TOKENS = 150  # labels, boundaries, the form of the answer
_UNIT_TOKENS, _TOKENS_WITH_EVIDENCE = 40, 150


@dataclass(frozen=True, slots=True)
class _Estimated:
    """One task in one order, or one that is still to be built."""

    target_id: int
    units: int


def estimate_votes(
    study: Study, endpoint: Endpoint, configuration: VotesConfiguration, *, limit: int | None
) -> CostEstimate:
    stage = Stage.objects.get(study=study, number=configuration.stage)
    configuration = as_on_pages(configuration, stage)
    system = system_of(endpoint)
    asked = _asked(stage, judge_of(system, configuration) if system else None, limit)
    overhead = _overhead(stage, configuration)
    room = max(256, endpoint.context_tokens - endpoint.max_tokens - overhead)
    material = _material_tokens(stage, {one.target_id for one in asked})
    size = units_per_call(endpoint, configuration)
    unit_tokens = _TOKENS_WITH_EVIDENCE if behaviour(stage.number).rests_on_conversations else _UNIT_TOKENS
    calls = input_tokens = 0
    for one in asked:
        parts = page_count(one.units, size)
        calls += parts
        input_tokens += parts * (overhead + min(room, material.get(one.target_id, 0)))
        input_tokens += one.units * unit_tokens
    return priced(endpoint, items=len(asked), calls=calls, input_tokens=input_tokens)


def _asked(stage: Stage, rater: Rater | None, limit: int | None) -> list[_Estimated]:
    target = f"{behaviour(stage.number).target}_id"
    presentations = scope.presentations_of(stage.number)
    built: dict[int, list[_Estimated]] = {}
    for presentation in presentations:
        live = Count("units", filter=Q(units__attribute__withdrawn_at__isnull=True))
        tasks = scope.tasks_to_judge(stage, rater, presentation).annotate(live=live)
        for task_id, target_id, units in tasks.values_list("pk", target, "live"):
            built.setdefault(task_id, []).append(_Estimated(target_id, units))
    asked = [one for task_id in sorted(built)[:limit] for one in built[task_id]]
    left = None if limit is None else max(0, limit - len(built))
    unbuilt = [
        _Estimated(target_id, min(stage.page_size, units - first))
        for target_id, units in scope.unbuilt_targets(stage).items()
        for first in range(0, units, stage.page_size)
    ]
    return asked + [one for one in unbuilt[:left] for _ in presentations]


def _overhead(stage: Stage, configuration: VotesConfiguration) -> int:
    template, guidelines = load(*configuration.template), stage.guidelines.first()
    texts = [template.system, template.user, guidelines.text if guidelines else ""]
    return sum(map(estimate_tokens, texts)) + _FORMAT_TOKENS


def _material_tokens(stage: Stage, target_ids: Collection[int]) -> dict[int, int]:
    """By target: the conversations, the prompt, or the prompt and both responses."""
    count = {"subject": _of_conversations, "case": _of_prompts, "comparison": _of_responses}
    characters = count[behaviour(stage.number).target](target_ids)
    if behaviour(stage.number).shows_card(stage):
        characters = _with_cards(characters)
    return {target_id: int(count / CHARACTERS_PER_TOKEN) for target_id, count in characters.items()}


def _with_cards(characters: Mapping[int, int]) -> dict[int, int]:
    """As if everything that is said of a person stood on the card."""
    known = Comparison.objects.filter(pk__in=characters).annotate(
        known=Coalesce(Sum(Length("case__subject__attributes__text")), 0)
    )
    return {target_id: characters[target_id] + more for target_id, more in known.values_list("pk", "known")}


def _of_conversations(subject_ids: Collection[int]) -> dict[int, int]:
    conversations = Conversation.objects.filter(subject__in=subject_ids, withdrawn_at__isnull=True)
    return dict(conversations.values_list("subject").annotate(characters=Sum("character_count")))


def _of_prompts(case_ids: Collection[int]) -> dict[int, int]:
    return dict(Case.objects.filter(pk__in=case_ids).values_list("pk", Length("prompt__text")))


def _of_responses(comparison_ids: Collection[int]) -> dict[int, int]:
    all_three = Length("case__prompt__text") + Length("generic__text") + Length("personalized__text")
    return dict(Comparison.objects.filter(pk__in=comparison_ids).values_list("pk", all_three))
