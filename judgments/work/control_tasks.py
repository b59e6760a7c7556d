"""Controls become pages that look like regular ones: with as many attributes, drawn from the same.

They stand outside the queue and have no slot: a rater is given one where one is due (``judgments/eligibility/specials.py``).
"""

import hmac
import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from django.db import transaction
from django.db.models import Count, Exists, OuterRef

from conversations.models import Attribute, Comparison, Stage
from judgments.eligibility.requirements import describe_tasks
from judgments.enums import TaskKind
from judgments.models import Task, Unit
from judgments.order import mixed
from judgments.stages import behaviour
from judgments.stages.response import shown
from judgments.work.building import PlannedPage, store_pages

_PAGES_LIKE = 500  # regular pages that tell how many attributes a page has
_CONTROLS_AT_ONCE = 500


@transaction.atomic
def build_control_tasks(*, stage: Stage) -> int:
    """A page for each control that has none, once there are regular pages to be like. Returns how many were made."""
    if not behaviour(stage.number).has_sides:
        return 0
    stage = Stage.objects.select_for_update(of=("self",), no_key=True).select_related("study").get(pk=stage.pk)
    sizes = _attributes_on_pages(stage)
    made = 0
    if sizes:
        for some in itertools.batched(_without_task(stage), _CONTROLS_AT_ONCE):
            made += store_pages(stage, list(_pages(stage, some, sizes)), kind=TaskKind.CONTROL)[0]
    if made:
        describe_tasks(stage=stage, only_unqueued=True)
    return made


def _without_task(stage: Stage) -> list[Comparison]:
    built = Task.objects.filter(stage=stage, comparison=OuterRef("pk"))
    controls = Comparison.objects.filter(shown(), ~Exists(built), case__subject__study_id=stage.study_id)
    return list(controls.exclude(control="").select_related("case").order_by("id"))


def _attributes_on_pages(stage: Stage) -> list[int]:
    """How many attributes the first regular pages ask about, each beside its overall unit."""
    overall = Unit.objects.filter(task=OuterRef("pk"), attribute__isnull=True)
    regular = Task.objects.filter(Exists(overall), stage=stage, kind=TaskKind.REGULAR, position__isnull=False)
    counted = regular.annotate(attributes=Count("units__attribute")).order_by("position")
    return list(counted.values_list("attributes", flat=True)[:_PAGES_LIKE])


def _pages(stage: Stage, controls: Collection[Comparison], sizes: Sequence[int]) -> Iterator[PlannedPage]:
    known = _attributes_of(stage, {control.case.subject_id for control in controls})
    for control in controls:
        size = sizes[_drawn(stage, control) % len(sizes)]
        yield PlannedPage(control.pk, [None, *_some(known[control.case.subject_id], size, stage, control)])


def _some(attributes: dict[int, bool], size: int, stage: Stage, control: Comparison) -> list[int]:
    """Of those that regular pages ask about first: others could tell that the page is none."""
    order = mixed(list(attributes), seed=stage.study.seed, target_id=control.pk)
    return sorted(order, key=lambda attribute_id: not attributes[attribute_id])[:size]


def _attributes_of(stage: Stage, subjects: Collection[int]) -> dict[int, dict[int, bool]]:
    """By subject, the attributes that there are, each with whether a regular page of the stage asks about it."""
    asked = Unit.objects.filter(attribute=OuterRef("pk"), task__stage=stage, task__kind=TaskKind.REGULAR)
    found = Attribute.objects.filter(subject__in=subjects, withdrawn_at__isnull=True).annotate(asked=Exists(asked))
    known: dict[int, dict[int, bool]] = defaultdict(dict)
    for pk, subject_id, is_asked in found.values_list("pk", "subject_id", "asked"):
        known[subject_id][pk] = is_asked
    return known


def _drawn(stage: Stage, control: Comparison) -> int:
    return int.from_bytes(hmac.digest(bytes(stage.study.key), f"control:{control.pk}".encode(), "sha256")[:8])
