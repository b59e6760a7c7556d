"""A study that was judged, and its figures."""

from typing import Any

from conversations.models import (
    Study,
)
from judgments.models import Judgment, Unit
from raters.models import Rater
from reports.dataset.reads import dataset_of
from reports.report.figures.report import report_figures
from tests import factories, worlds
from tests.judgments.rated import NOW, careful, work
from tests.rows import made_once


@made_once
def judged_study() -> Study:
    """Ten subjects, all stages judged by three humans and by one model that likes everything."""
    study = worlds.rateable_study(subjects=10, prompts=1, k=3)
    for _rater in range(3):
        rater = factories.rater(study)
        for stage in study.stages.all():
            work(rater, stage, careful, pages=50)
    model = Rater.objects.create(kind="model", name="assistant")
    for unit in Unit.objects.filter(task__stage__study=study).select_related("task__stage"):
        number = unit.task.stage.number
        for presentation in (0, 1) if number == 3 else (0,):
            Judgment.objects.create(
                unit=unit,
                rater=model,
                presentation=presentation,
                stage_number=number,
                label={1: 1, 2: 1, 3: 5}[number],
                submitted_at=NOW,
            )
    return study


def figures(study: Study, **options: Any) -> dict[str, Any]:
    return report_figures(dataset_of(study, **options))
