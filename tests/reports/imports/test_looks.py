"""Who looked early goes with a dataset, and stays for ever."""

import json
from dataclasses import replace

import pytest

from conversations.models import Study
from judgments.models import Look
from reports.dataset.looking import LookFacts
from reports.dataset.reads import dataset_of
from reports.dataset.study_facts import StudyFacts
from reports.exports.making import write_dataset_to
from reports.exports.scope import ExportScope
from reports.imports.dataset import import_folder
from reports.imports.looks import check_looks
from reports.imports.problems import DatasetRefused
from reports.report.figures.report import report_figures
from reports.report.presenting.document import document
from tests import factories
from tests.judgments.rated import NOW
from tests.reports.imports.imported import full_study, imported

pytestmark = pytest.mark.django_db(transaction=True)
SENTENCES = [
    (
        "Before stage 1 had ended, others than the owner saw labels of it: 2 analysts (the figures of raters); "
        "whoever runs the installation (the report)."
    ),
    "Before stage 3 had ended, others than the owner saw labels of it: 1 admin (the report, while it was closed).",
    "Stage 3 was opened again on 2026-03-01, after labels of it had been seen.",
]


@pytest.fixture
def folder(tmp_path):
    write_dataset_to(tmp_path / "dataset", ExportScope(full_study(), [1, 2, 3]))
    return tmp_path / "dataset"


def test_the_report_says_who_looked_here_and_where_the_dataset_comes_to(folder):
    again = imported(folder)
    original = Study.objects.exclude(pk=again.pk).get()
    for study in (original, again):
        figures = report_figures(dataset_of(study))
        assert figures["verdict"]["beside"][-3:] == SENTENCES
        page = document(figures)
        assert all(each in page.pasteable and each in str(page.verdict.blocks) for each in SENTENCES)
        section = page.sections[-1]
        assert [len(block.rows) for block in section.blocks if block.kind == "table"] == [3]
    assert not Look.objects.filter(stage__study=again, looker__gte=0).exists()
    assert not Look.objects.filter(stage__study=again, stage__number=2).exists()  # it was closed, and stayed so


def test_a_dataset_from_before_has_no_looks(folder):
    _change(folder, lambda facts: [facts.pop("looks"), facts.pop("reopenings")])
    assert report_figures(dataset_of(imported(folder)))["looking"] == {"looks": [], "reopenings": [], "sentences": []}
    assert not Look.objects.filter(stage__study__slug="again").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("way", "telepathy"),
        ("role", "nobody"),
        ("role", ["owner"]),
        ("stage", [1]),
        ("way", {}),
        ("members", 10**9),
        ("members", 0),
        ("members", True),
        ("stage", 4),
        ("while_collecting", 1),
        ("first_at", "yesterday"),
        ("first_at", "2026-03-01T12:00:00"),
    ],
)
def test_looks_that_no_export_writes_are_refused(field, value):
    look = LookFacts(1, "report", "owner", while_collecting=True, members=1, first_at="2026-03-01T12:00:00+00:00")
    facts = StudyFacts("s", "S", 1, 0.25, "USD", 12.0, {}, looks=[look])
    check_looks(facts)
    with pytest.raises(DatasetRefused):
        check_looks(replace(facts, looks=[replace(look, **{field: value})]))


def test_an_archive_with_such_looks_leaves_nothing(folder):
    _change(folder, lambda facts: facts["reopenings"][0].update(reopened_at="soon"))
    with pytest.raises(DatasetRefused):
        import_folder(study=factories.study(), folder=folder, actor=None, now=NOW)
    assert not Look.objects.filter(looker__lt=0).exists()


def test_figures_from_before_say_that_it_is_not_known_who_looked(folder):
    figures = report_figures(dataset_of(Study.objects.get()))
    del figures["looking"]
    assert "before it was written down" in document(figures).sections[-1].missing


def _change(folder, change):
    facts = json.loads((folder / "study.json").read_text())
    change(facts)
    (folder / "study.json").write_text(json.dumps(facts))
