"""How far runs are, and whether anybody works on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Q, QuerySet, Sum

from conversations.enums import ResponseKind
from conversations.models import Comparison, Study
from generation.enums import CallState, FailureReason, ItemState, RunKind, RunState
from generation.models import ModelCall, Run, RunItem, WorkerBeat

LLM_QUEUE = "llm"
SCHEDULER = "scheduler"
SILENT_AFTER = timedelta(seconds=30)
PAGE = 50
_RATE_WINDOW = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class RunProgress:
    total: int
    waiting: int
    running: int
    done: int
    failed: int
    cancelled: int
    produced: int
    per_minute: float | None
    seconds_left: int | None

    @property
    def finished(self) -> int:
        return self.done + self.failed + self.cancelled

    @property
    def text(self) -> str:
        return f"{self.finished} of {self.total}"

    @property
    def produced_text(self) -> str:
        return f"{self.produced} stored"

    @property
    def rate_text(self) -> str:
        return f"{self.per_minute:.0f} a minute" if self.per_minute else ""

    @property
    def left_text(self) -> str:
        if self.seconds_left is None or not self.waiting + self.running:
            return ""
        minutes = -(-self.seconds_left // 60)
        return f"about {minutes} min left" if minutes > 1 else "about a minute left"


@dataclass(frozen=True, slots=True)
class ReasonCount:
    code: str
    label: str
    items: int
    example: str


@dataclass(frozen=True, slots=True)
class Spending:
    calls: int
    interrupted: int
    input_tokens: int
    output_tokens: int
    cost: Decimal


def progress_of(run: Run, *, now: datetime) -> RunProgress:
    counts = run.items.aggregate(
        total=Count("id"),
        **{state: Count("id", filter=Q(state=state)) for state in ItemState.values},
        produced=Sum("produced", default=0),
        recent=Count("id", filter=Q(finished_at__gt=now - _RATE_WINDOW)),
    )
    recent = counts.pop("recent")
    window = min(_RATE_WINDOW, now - (run.started_at or now))
    per_second = recent / window.total_seconds() if recent and window.total_seconds() >= 1 else None
    open_items = counts["waiting"] + counts["running"]
    return RunProgress(
        **counts,
        per_minute=per_second * 60 if per_second else None,
        seconds_left=int(open_items / per_second) if per_second and run.state == RunState.RUNNING else None,
    )


def reasons_of(run: Run) -> list[ReasonCount]:
    """Why items failed, and why others wait to be tried again."""
    rows = (
        run.items.filter(state=ItemState.FAILED)
        .values("reason_code")
        .annotate(items=Count("id"), example=Max("reason"))
        .order_by("-items", "reason_code")
    )
    return [
        ReasonCount(row["reason_code"], FailureReason(row["reason_code"]).label, row["items"], row["example"])
        for row in rows
    ]


def spending_of(run: Run) -> Spending:
    """What was paid, the most that calls in flight can cost included."""
    found = ModelCall.objects.filter(item__run=run).aggregate(
        calls=Count("id"),
        interrupted=Count("id", filter=Q(state=CallState.INTERRUPTED)),
        input_tokens=Sum("input_tokens", default=0),
        output_tokens=Sum("output_tokens", default=0),
        cost=Sum("cost", default=Decimal(0)),
    )
    return Spending(**found)


def items_after(run: Run, *, state: str, after: int) -> tuple[list[RunItem], int | None]:
    """One page of items in their order, and the id to go on after."""
    items = (
        run.items.select_related(
            "subject", "case__subject", "case__prompt", "task__subject", "task__case__subject", "task__case__prompt"
        )
        .select_related("task__comparison__case__subject", "task__comparison__case__prompt")
        .defer("notes")
    )
    if state in ItemState.values:
        items = items.filter(state=state)
    found = list(items.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def runs_of(study: Study) -> QuerySet[Run]:
    return (
        Run.objects.filter(study=study)
        .select_related("system", "endpoint")
        .annotate(
            total=Count("items"),
            done=Count("items", filter=Q(items__state=ItemState.DONE)),
            failed=Count("items", filter=Q(items__state=ItemState.FAILED)),
            finished=Count("items", filter=Q(items__state__in=[ItemState.DONE, ItemState.FAILED, ItemState.CANCELLED])),
        )
        .order_by("-id")
    )


def silence(*, now: datetime) -> str:
    """What nobody has heard of for 30 seconds, said for the page; empty while all is well."""
    seen = {beat.name: beat for beat in WorkerBeat.objects.filter(seen_at__gt=now - SILENT_AFTER)}
    if not any(LLM_QUEUE in beat.queues for beat in seen.values()):
        return "No worker that calls models has been seen for 30 s. What waits stays waiting until one is started."
    if SCHEDULER not in seen:
        return (
            "The scheduler has not been seen for 30 s: beat, the broker or the default worker is down. "
            "Retries and what a lost worker held wait for it."
        )
    return ""


def being_rewritten(comparisons: Iterable[Comparison]) -> set[int]:
    """Those, by id, of which a text is on its way: their own, or the generic one that they share."""
    found = list(comparisons)
    items = RunItem.objects.filter(
        run__kind=RunKind.RESPONSES,
        run__configuration__attempt__gt=1,
        case__in=[one.case_id for one in found],
        state__in=[ItemState.WAITING, ItemState.RUNNING],
    )
    rows = list(items.values_list("run__configuration__rewrites", "response_kind", "case_id", "run__system_id"))
    own = {rewrites for rewrites, *_ in rows}
    shared = {(case, system) for _, kind, case, system in rows if kind == ResponseKind.GENERIC}
    return {one.pk for one in found if one.pk in own or (one.case_id, one.system_id) in shared}


def held_comparisons(study: Study) -> QuerySet[Comparison]:
    """Comparisons that the leak scan holds back. A control that is held is not used: there are others."""
    return (
        Comparison.objects.filter(
            system__study=study, control="", released_at__isnull=True, withdrawn_at__isnull=True, identical=False
        )
        .exclude(leak_reasons=[])
        .select_related("system", "arm__system", "arm__selecting_system", "case__prompt", "case__subject")
        .order_by("-id")
    )
