"""From the example file of two systems to a report with both, judged blind to which system it is."""

from pathlib import Path

import pytest
from django.conf import settings as project

from conversations.models import SilentCase
from judgments.work.opening import open_stage
from reports.dataset.reads import dataset_of
from reports.report.figures.report import report_figures
from tests import factories
from tests.conversations.importing import bring
from tests.judgments.rated import NOW, careful, work
from tests.judgments.rating.opened_pages import open_task, rater_client

# The dataset is read in a transaction of its own kind.
pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLE = Path(project.BASE_DIR) / "static" / "examples" / "two-systems.jsonl"
SYSTEMS = ["memory-a", "memory-b"]


@pytest.fixture
def study(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = factories.study()
    batch = bring(made, [], content=EXAMPLE.read_bytes())
    assert batch.counts["problems"] == 0
    for number in (1, 2, 3):
        open_stage(stage=factories.stage(made, number, k=2, control_share=0), actor=None, now=NOW)
    return made


def test_two_systems_of_one_file_stand_beside_each_other_at_every_stage(study):
    for stage in study.stages.all():
        page = open_task(rater_client(stage), stage).content.decode()
        assert not [name for name in (*SYSTEMS, "spring release") if name in page]
    for _rater in range(4):
        rater = factories.rater(study)
        for stage in study.stages.all():
            work(rater, stage, careful, pages=50)
    assert SilentCase.objects.get().arm.system.name == "memory-b"
    figures = report_figures(dataset_of(study))
    extraction, relevance = figures["stage_1"]["by_system"], figures["stage_2"]
    assert [each["name"] for each in extraction] == SYSTEMS
    assert extraction[0]["apart"]["value"] == -extraction[1]["apart"]["value"]
    first, second = relevance["selections"]
    (apart,) = relevance["selections_apart"]
    assert (apart["one"], apart["other"], apart["f1"]["n"]) == (*SYSTEMS, first["units"])
    assert apart["f1"]["value"] == pytest.approx(first["f1"]["value"] - second["f1"]["value"])
    assert [(each["name"], each["silent"]) for each in figures["arms"]] == list(zip(SYSTEMS, (0, 1), strict=True))
    assert [each["name"] for each in figures["verdict"]["arms"]] == SYSTEMS
    assert len(figures["verdict"]["contrasts"]) == 1
