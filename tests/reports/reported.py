"""A study that has something of everything a report shows; its raters are simulated."""

import random
from datetime import timedelta
from typing import Any

from django.utils import timezone

from conversations.models import (
    Attribute,
    Comparison,
    ComparisonAttribute,
    Prompt,
    Response,
    Selection,
    SelectionRecord,
    Study,
)
from judgments.models import Assignment, Judgment, Unit
from raters.models import Rater
from reports.models import Report
from reports.report import computing
from tests import factories, worlds
from tests.judgments.rated import NOW, careful, work
from tests.rows import made_once

TYPES = ("habit", "taste")
TOPICS = ("travel", "cooking")
JUDGES = ("assistant", "simulated judge A", "simulated judge B")


@made_once
def reported_study(*, subjects: int = 8) -> Study:
    """All stages judged by three simulated humans and three simulated LLM judges. The stages are still open."""
    study = worlds.rateable_study(subjects=subjects, prompts=2, k=3)
    _describe(study)
    for _rater in range(3):
        rater = factories.rater(study)
        for stage in study.stages.all():
            work(rater, stage, leaning, pages=200)
    for name in JUDGES:
        _judge(study, name)
    return study


def leaning(assignment: Assignment, unit: int) -> int:
    """As careful raters, but with an opinion at stage 3 that varies and a failure mode left out."""
    if assignment.stage.number != 3:
        return careful(assignment, unit)
    settled = random.Random(unit).choice([1, 2, 3, 3, 4, 4, 5])
    slip = random.Random(f"{unit}:{assignment.rater_id}").choice([-1, 0, 0, 1])
    label = min(5, max(1, settled + slip))
    return 6 - label if assignment.personalized_left else label


def computed(study: Study, **key: Any) -> Report:
    """The report of those who may see all, or of another part."""
    report = Report.objects.create(study=study, requested_at=NOW, **key)
    found = computing.compute_report(report_id=report.pk, now=timezone.now())
    assert found is not None
    return found


def close_all(study: Study) -> None:
    study.stages.update(state="closed")


def _describe(study: Study) -> None:
    for place, prompt in enumerate(Prompt.objects.filter(study=study)):
        Prompt.objects.filter(pk=prompt.pk).update(topic=TOPICS[place % 2])
    for place, attribute in enumerate(Attribute.objects.filter(subject__study=study)):
        Attribute.objects.filter(pk=attribute.pk).update(type=TYPES[place % 2])
    for row in ComparisonAttribute.objects.filter(comparison__case__subject__study=study):
        row.mentioned = bool(row.pk % 2)
        row.save()
    for response in Response.objects.filter(case__subject__study=study):
        response.latency_ms = 900 + 400 * (response.kind == "personalized") + response.pk % 90
        response.input_tokens, response.output_tokens = 50 + response.pk % 7, 120
        response.save()
    for comparison in Comparison.objects.filter(case__subject__study=study).select_related("system"):
        SelectionRecord.objects.create(system=comparison.system, case=comparison.case)
        for attribute in Attribute.objects.filter(subject=comparison.case.subject):
            chosen = bool((attribute.pk + comparison.pk) % 3)
            Selection.objects.create(
                system=comparison.system, case=comparison.case, attribute=attribute, selected=chosen
            )


def _judge(study: Study, name: str) -> None:
    judge = Rater.objects.create(kind="model", name=name)
    chance = random.Random(name)
    units = Unit.objects.filter(task__stage__study=study, task__kind="regular").order_by("id")
    Judgment.objects.bulk_create(
        Judgment(
            unit_id=unit,
            rater=judge,
            presentation=presentation,
            stage_number=number,
            label=chance.choice({1: [1, 1, 1, 3], 2: [0, 1, 1], 3: [3, 4, 4, 5]}[number]),
            submitted_at=NOW + timedelta(minutes=1),
        )
        for unit, number in units.values_list("id", "task__stage__number")
        for presentation in ((0, 1) if number == 3 else (0,))
    )
    Judgment.objects.filter(stage_number=1, label=3, failure_mode="", unit__task__stage__study=study).update(
        failure_mode="overgeneralization"
    )
