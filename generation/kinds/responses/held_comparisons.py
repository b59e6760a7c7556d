"""What becomes of a comparison that the leak scan holds: it is released, or what leaks is written again with another seed.

Only a text at fault is: a personalized one for its arm, given what it was given before; a generic one for every arm that
shares it, whose held comparisons get the new one.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations.models import Comparison, Response
from conversations.scans import kinds_at_fault
from conversations.services.comparisons import release_comparison
from generation.enums import RunKind, RunState
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.models import ModelCall, Run, RunItem
from generation.queries.progress import being_rewritten
from generation.services.endpoints import ensure_system


class NotRewritable(Refusal):
    """It can't be written again. The message says why."""


class BeingRewritten(Refusal):
    """What is written again is not released: the new pair takes its place."""


@transaction.atomic
def release_held(*, comparison: Comparison, actor: User | None, now: datetime) -> None:
    """Let raters see it all the same. Raises BeingRewritten."""
    comparison = _locked(comparison)
    if being_rewritten([comparison]):
        raise BeingRewritten("It is being written again: wait for the new one, or cancel its run.")
    release_comparison(comparison=comparison, actor=actor, now=now)


@transaction.atomic
def rewrite_comparison(*, comparison: Comparison, actor: User | None, now: datetime) -> Run:
    """A run of a call for each text at fault. The held comparison stays as it is until what is new exists.

    Raises:
        NotRewritable: it is released, it was uploaded, its endpoint has changed since, or it is being written again.
    """
    comparison = _locked(comparison)
    if comparison.released_at is not None:
        raise NotRewritable("It is released: raters may have it already.")
    first = _first_run(comparison)
    if ensure_system(endpoint=first.endpoint).pk != comparison.system_id:
        raise NotRewritable(
            f"The endpoint “{first.endpoint}” has changed since: what it writes now is another system's."
        )
    if being_rewritten([comparison]):
        raise NotRewritable("It is being written again already.")
    run = Run.objects.create(
        study_id=first.study_id,
        kind=RunKind.RESPONSES,
        system_id=comparison.system_id,
        endpoint=first.endpoint,
        configuration=_configuration(first, comparison).stored(),
        created_by=actor,
        state=RunState.RUNNING,
        started_at=now,
    )
    RunItem.objects.bulk_create(
        RunItem(run=run, case_id=comparison.case_id, response_kind=kind)
        for kind in kinds_at_fault(comparison.leak_reasons)
    )
    record(
        actor=actor,
        action="comparison.rewrite",
        study_id=first.study_id,
        target=f"comparison {comparison.pk}",
        details={"reasons": comparison.leak_reasons, "run": run.pk},
    )
    return run


def _locked(comparison: Comparison) -> Comparison:
    """Released or written again, never both."""
    locked = Comparison.objects.select_for_update(of=("self",)).select_related("personalized", "system")
    return locked.get(pk=comparison.pk)


def _first_run(comparison: Comparison) -> Run:
    call = ModelCall.objects.filter(pk=comparison.personalized.provenance.get("run_call"))
    found = call.select_related("item__run__endpoint").first()
    if found is None:
        raise NotRewritable("It was uploaded: upload another pair, or release it.")
    return found.item.run


def _configuration(first: Run, comparison: Comparison) -> ResponsesConfiguration:
    """That of the run before, but for the attempt and the seed."""
    before = ResponsesConfiguration.of(first.configuration)
    written = Response.objects.filter(case=comparison.case_id, system=comparison.system_id)
    attempt = (written.aggregate(last=Max("attempt"))["last"] or 0) + 1
    parameters = before.parameters | {"seed": before.parameters.get("seed", 0) + 1000 * (attempt - before.attempt)}
    return before.model_copy(update={"attempt": attempt, "parameters": parameters, "rewrites": comparison.pk})
