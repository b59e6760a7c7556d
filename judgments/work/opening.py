"""A stage is planned, opened, paused, closed; while it is open it takes up new material."""

import itertools
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations.enums import COLLECTING, Gating, Role, StageState, StudyState
from conversations.models import Conversation, Stage, Study, Subject
from conversations.services.stages import close
from conversations.services.studies import STAGE_SETTINGS
from judgments.eligibility.requirements import describe_tasks
from judgments.eligibility.specials import MOST_SPECIAL, shares_of
from judgments.eligibility.wanted import has_unbuilt
from judgments.enums import TaskKind
from judgments.models import ConsensusSnapshot, Reopening, SnapshotLabel, Task
from judgments.stages import behaviour
from judgments.stages.person_card import freeze_cards
from judgments.work.building import Built, build_tasks
from judgments.work.consensus_labels import consensus_labels
from judgments.work.control_tasks import build_control_tasks
from judgments.work.filling import filling_of
from judgments.work.filling_words import refusal
from judgments.work.rules import take_down_rules
from judgments.work.withdrawing import sync_withdrawn

SETTINGS = frozenset(STAGE_SETTINGS)
FIXED_ONCE_OPENED = frozenset({"k", "gating", "page_size", "attributes_per_subject"})
# What judgments are given under: from the first page on its owner answers for a change.
OWNERS_ONCE_OPENED = frozenset({"person_card", "reading", "others_drawn", "words_to_read"})
SHARES = frozenset({"gold_share", "attention_share", "repeat_share", "control_share"})
_LABELS_AT_ONCE = 2000
BUILT_AT_ONCE = 2000  # targets: what a request can wait for, and enough for raters who come meanwhile
BUILT_IN_BACKGROUND = 5000  # targets in one transaction


class StageRefused(Refusal):
    """The stage can't do that now. The message says why, for an admin."""


class OwnerOpensAgain(StageRefused):
    """Who asked manages the study and does not own it. Labels of a closed stage have been free to see."""

    code, status = "permission_denied", 403


class OwnerChangesRules(StageRefused):
    """Who asked manages the study and does not own it. It changes what judgments are given under."""

    code, status = "permission_denied", 403


@transaction.atomic
def update_stage(*, stage: Stage, actor: User | None, **settings: Any) -> Stage:
    """Change how a stage is rated. What its tasks were built from is fixed once it was opened.

    Raises:
        StageRefused, ValidationError.
    """
    found = _locked(stage)
    changed = {name: value for name, value in settings.items() if getattr(found, name) != value}
    if unknown := changed.keys() - SETTINGS:
        raise StageRefused(f"A stage has no setting {', '.join(sorted(unknown))}.")
    if OWNERS_ONCE_OPENED & changed.keys() and found.state != StageState.DRAFT:
        _refuse_rules_unless_owner(found, actor)
    if found.state != StageState.DRAFT and (fixed := changed.keys() & FIXED_ONCE_OPENED):
        raise StageRefused(f"{', '.join(sorted(fixed))} can't change any more: raters have been given tasks.")
    for name, value in changed.items():
        setattr(found, name, value)
    _refuse_gating(found)
    if SHARES & changed.keys():
        _refuse_too_many_special(found)
    if "qualification_tasks" in changed:
        _refuse_without_gold(found)
    found.full_clean()
    if changed:
        found.save(update_fields=list(changed))
        _freeze_cards(found, timezone.now())
        _record("stage.update", found, actor, {name: str(value) for name, value in changed.items()})
    return found


@transaction.atomic
def open_stage(*, stage: Stage, actor: User | None, now: datetime) -> Built:
    """Open a stage for the first time or again, with tasks for everything its gating asks for.

    Of a big stage only the first tasks are built here; ``extend_open_stages`` builds the others.
    With gating by consensus the first opening freezes the consensus of the stage before, which must be at rest.

    Raises:
        OwnerOpensAgain: the stage was closed, and the actor does not own the study.
        StageRefused.
    """
    found = _locked(stage)
    if found.state == StageState.OPEN:
        raise StageRefused(f"{found} is open already.")
    if found.study.state != StudyState.ACTIVE or found.study.deleted_at is not None:
        raise StageRefused("The study is closed.")
    if was_closed := found.state == StageState.CLOSED:
        _refuse_unless_owner(found, actor)
    _refuse_gating(found)
    _refuse_without_conversations(found)
    _refuse_without_raters(found, now)
    if found.gating == Gating.CONSENSUS and not found.built_from.exists():
        _freeze_consensus(found)
    sync_withdrawn(stage=found, now=now)
    built = build_tasks(stage=found, at_most=BUILT_AT_ONCE)
    build_control_tasks(stage=found)
    found.opened_at = found.opened_at or now
    _freeze_cards(found, now)
    describe_tasks(stage=found)
    take_down_rules(stage=found, now=now)
    if was_closed:
        Reopening.objects.create(stage=found, user=actor, reopened_at=now)
    _move(stage, StageState.OPEN, opened_at=found.opened_at, closed_at=None, is_building=has_unbuilt(found))
    stage.card_basis = found.card_basis
    _record("stage.open", found, actor, {"tasks": built.tasks, "units": built.units, "slots": built.slots})
    return built


@transaction.atomic
def pause_stage(*, stage: Stage, actor: User | None, now: datetime) -> None:
    """Give out no tasks and take no answers for a while. Drafts are still kept. Raises StageRefused."""
    found = _locked(stage)
    if found.state != StageState.OPEN:
        raise StageRefused(f"{found} is not open.")
    _move(stage, StageState.PAUSED)
    _record("stage.pause", found, actor, {})


@transaction.atomic
def close_stage(*, stage: Stage, actor: User | None, now: datetime) -> None:
    """End the rating of a stage. It can be opened again. Raises StageRefused."""
    found = _locked(stage)
    if found.state not in COLLECTING:
        raise StageRefused(f"{found} was not opened.")
    close(stage=found, actor=actor, now=now)
    stage.state, stage.closed_at = found.state, found.closed_at  # the caller's object goes on being shown


def extend_open_stages(*, now: datetime, study: Study | None = None) -> dict[int, Built]:
    """Take up what arrived and what was withdrawn since. Returns what was built, by stage id."""
    stages = Stage.objects.filter(
        state=StageState.OPEN, study__state=StudyState.ACTIVE, study__deleted_at__isnull=True
    ).select_related("study")
    if study is not None:
        stages = stages.filter(study=study)
    built = {}
    for stage in stages:
        sync_withdrawn(stage=stage, now=now)
        _freeze_cards(stage, now)
        if more := _build_while_open(stage):
            built[stage.pk] = more
        build_control_tasks(stage=stage)
        describe_tasks(stage=stage)
    return built


def _build_while_open(stage: Stage) -> Built | None:
    """In transactions of their own, so that raters get each part at once and a killed worker loses only one."""
    total = None
    while has_unbuilt(stage) and Stage.objects.filter(pk=stage.pk, state=StageState.OPEN).update(is_building=True):
        built = build_tasks(stage=stage, at_most=BUILT_IN_BACKGROUND)
        if not built.queued and not built.tasks:
            break
        total = total + built if total else built
    Stage.objects.filter(pk=stage.pk, is_building=True).update(is_building=False)
    return total


def _locked(stage: Stage) -> Stage:
    return Stage.objects.select_for_update(of=("self",), no_key=True).select_related("study").get(pk=stage.pk)


def _move(stage: Stage, state: StageState, **values: datetime | bool | None) -> None:
    Stage.objects.filter(pk=stage.pk).update(state=state, **values)
    stage.state = state  # the caller's object goes on being shown
    for name, value in values.items():
        setattr(stage, name, value)


def opens_again(stage: Stage, actor: User | None) -> bool:
    """Whether they may open it once it is closed. None is the operator at the command line."""
    return actor is None or stage.study.memberships.filter(user=actor, role=Role.OWNER).exists()


def _refuse_unless_owner(stage: Stage, actor: User | None) -> None:
    if not opens_again(stage, actor):
        raise OwnerOpensAgain(
            f"Only the study's owner opens {str(stage).lower()} again: its labels could be seen while it was closed."
        )


def _refuse_rules_unless_owner(stage: Stage, actor: User | None) -> None:
    if not opens_again(stage, actor):
        raise OwnerChangesRules(
            f"Only the study's owner changes what raters are given to read, and shows or hides the person card, once "
            f"{str(stage).lower()} was opened: judgments before and after are told apart in the report."
        )


def _freeze_cards(stage: Stage, now: datetime) -> None:
    """Once the stage was opened: for each subject the first time that raters may be shown a comparison of theirs."""
    if stage.opened_at is not None and behaviour(stage.number).shows_card(stage):
        freeze_cards(stage, now=now)


def _refuse_gating(stage: Stage) -> None:
    if stage.gating not in behaviour(stage.number).gatings:
        raise StageRefused(f"{stage} can't be built from: {Gating(stage.gating).label}.")


def _refuse_without_conversations(stage: Stage) -> None:
    """A dataset brings attributes, and how many conversations they rest on, but no transcripts."""
    if not behaviour(stage.number).rests_on_conversations:
        return
    stated = Subject.objects.filter(study=stage.study_id, stated_conversations__gt=0)
    if stated.exists() and not Conversation.objects.filter(subject__study=stage.study_id).exists():
        raise StageRefused(
            "The conversations of this study are not here, so raters of stage 1 would have nothing to judge by. "
            "Upload them first."
        )


def _refuse_without_raters(stage: Stage, now: datetime) -> None:
    """Where it is known who will rate, and none of them may be given anything of what there is."""
    if stage.opened_at is None and (filling := filling_of(stage, now=now)).nothing_can_be_filled:
        raise StageRefused(refusal(filling))


def _refuse_without_gold(stage: Stage) -> None:
    there = Task.objects.filter(stage=stage, kind=TaskKind.GOLD, withdrawn_at__isnull=True).count()
    if there < stage.qualification_tasks:
        raise StageRefused(
            f"A qualification on {stage.qualification_tasks} gold pages needs as many; {stage} has {there}. Make them first."
        )


def _refuse_too_many_special(stage: Stage) -> None:
    together = sum(shares_of(stage).values())
    if together > MOST_SPECIAL:
        raise StageRefused(
            f"Gold, attention checks, repeats and controls come to {together} percent of a rater's pages; "
            f"together they may be {MOST_SPECIAL} at most."
        )


def _freeze_consensus(stage: Stage) -> None:
    previous = Stage.objects.get(study_id=stage.study_id, number=stage.number - 1)
    if previous.state not in {StageState.PAUSED, StageState.CLOSED}:
        raise StageRefused(f"Close or pause {previous} first: {stage} is built from what its raters agreed on.")
    snapshot = ConsensusSnapshot.objects.create(stage=previous, opened_stage=stage)
    for some in itertools.batched(consensus_labels(previous), _LABELS_AT_ONCE):
        SnapshotLabel.objects.bulk_create(
            SnapshotLabel(
                snapshot=snapshot,
                unit_id=consensus.unit_id,
                label=consensus.label,
                raters=consensus.raters,
                provisional=consensus.provisional,
            )
            for consensus in some
        )


def _record(action: str, stage: Stage, actor: User | None, details: dict[str, Any]) -> None:
    record(actor=actor, action=action, study_id=stage.study_id, target=str(stage), details=details)
