"""What relevance is scored for, by which rater, and what that takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from conversations.enums import StageState
from conversations.models import Attribute, Case, Stage, Study, System
from generation.enums import ItemState
from generation.kinds.scores.configuration import ScoresConfiguration
from generation.models import Endpoint, RunItem, Score
from generation.prompting import estimate_tokens
from generation.queries.estimates import system_of
from judgments.eligibility.live import live_tasks
from judgments.enums import TaskKind
from judgments.models import Unit
from judgments.stages import behaviour
from raters.enums import RaterKind
from raters.models import Rater

BM25 = "BM25"


def scorer_name(configuration: ScoresConfiguration, system: System | None) -> str:
    """Of the rater whose judgments the scores become. With reasons it is another one."""
    name = f"{system}, embedding similarity" if configuration.calls_endpoint else BM25
    return f"{name} with reasons" if configuration.with_reason else name


def scorer(study: Study, configuration: ScoresConfiguration, endpoint: Endpoint) -> Rater | None:
    """That rater, if it has scored in the study."""
    system = system_of(endpoint) if configuration.calls_endpoint else None
    if configuration.calls_endpoint and system is None:
        return None
    name = scorer_name(configuration, system)
    return Rater.objects.filter(kind=RaterKind.MODEL, name=name, enrolments__study=study).first()


def text_of(attribute: Attribute, configuration: ScoresConfiguration) -> str:
    """What is read of an attribute: its text, and its reason if that was chosen."""
    with_reason = configuration.with_reason and attribute.reason
    return f"{attribute.text}\n{attribute.reason}" if with_reason else attribute.text


def fitted(text: str, endpoint: Endpoint) -> str:
    """As much of the text as the model's context holds, from its start."""
    tokens = estimate_tokens(text)
    return text if tokens <= endpoint.context_tokens else text[: len(text) * endpoint.context_tokens // tokens]


def units_to_score(stage: Stage, rater: Rater | None) -> QuerySet[Unit]:
    """Every unit of stage 2 that raters may be shown and that this rater has not scored: one for a (case, attribute).

    Of a stage in draft everything that is built; afterwards what human raters get.
    """
    tasks = live_tasks(stage).filter(kind=TaskKind.REGULAR)
    if stage.state != StageState.DRAFT:
        tasks = tasks.filter(position__isnull=False)
    units = Unit.objects.filter(task__in=tasks, attribute__withdrawn_at__isnull=True)
    if rater is not None:
        units = units.filter(~Exists(Score.objects.filter(unit=OuterRef("pk"), rater=rater)))
    return units


@dataclass(frozen=True, slots=True)
class ScoringWork:
    """Of one subject: what is to be scored, and the cases of a stage in draft that have units missing."""

    subject_id: int
    pairs: frozenset[tuple[int, int]]  # (case, attribute)
    unbuilt: frozenset[int]


def work_of(stage: Stage, rater: Rater | None, *, limit: int | None) -> list[ScoringWork]:
    """Subjects with something to score, in their order."""
    pairs: dict[int, set[tuple[int, int]]] = {}
    unbuilt: dict[int, set[int]] = {}
    built = units_to_score(stage, rater).order_by().values_list("task__case__subject", "task__case", "attribute")
    for subject_id, case_id, attribute_id in built.iterator():
        pairs.setdefault(subject_id, set()).add((case_id, attribute_id))
    for subject_id, case_id, attribute_id in _unbuilt_pairs(stage):
        pairs.setdefault(subject_id, set()).add((case_id, attribute_id))
        unbuilt.setdefault(subject_id, set()).add(case_id)
    subjects = stage.study.subjects.filter(pk__in=pairs).exclude(pk__in=_being_scored(rater))
    wanted = subjects.order_by("number").values_list("pk", flat=True)[:limit]
    return [ScoringWork(pk, frozenset(pairs[pk]), frozenset(unbuilt.get(pk, ()))) for pk in wanted]


def _being_scored(rater: Rater | None) -> QuerySet[RunItem, Any]:
    """Subjects that this rater is about to score."""
    asked = RunItem.objects.filter(subject__isnull=False, state__in=[ItemState.WAITING, ItemState.RUNNING])
    return (asked.filter(run__rater=rater) if rater else asked.none()).values("subject")


def _unbuilt_pairs(stage: Stage) -> Iterator[tuple[int, int, int]]:
    if stage.state != StageState.DRAFT:
        return iter(())
    pairs = behaviour(stage.number).pairs(stage, gated=False).filter(built=False)
    return pairs.order_by().values_list("subject_id", "target_id", "judged_id").iterator()


def texts_to_embed(
    work: Sequence[ScoringWork], configuration: ScoresConfiguration, endpoint: Endpoint
) -> Iterator[tuple[int, list[str]]]:
    """By subject, the texts that no subject before it needs as well: each is paid for once."""
    pairs = [pair for one in work for pair in one.pairs]
    prompts = dict(Case.objects.filter(pk__in={case for case, _ in pairs}).values_list("pk", "prompt__text"))
    attributes = Attribute.objects.only("text", "reason").in_bulk({attribute for _, attribute in pairs})
    known: set[str] = set()
    for one in work:
        cases, found = {case for case, _ in one.pairs}, {attribute for _, attribute in one.pairs}
        needed = [prompts[case] for case in sorted(cases)]
        needed += [text_of(attributes[attribute], configuration) for attribute in sorted(found)]
        texts = [text for text in dict.fromkeys(fitted(text, endpoint) for text in needed) if text not in known]
        known.update(texts)
        yield one.subject_id, texts
