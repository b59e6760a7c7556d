"""import(export(study)) gives the same figures to the last digit."""

import json
import shutil

import pytest
from django.test import Client
from django.utils import timezone
from pyarrow import parquet

from accounts.models import User
from conversations.enums import ReadingKind
from conversations.models import Guidelines, Subject
from judgments.enums import ExclusionReason
from judgments.models import Adjudication, Assignment, Consensus, Judgment, Unit
from judgments.stages.reading import ReadingRule, rule_of
from judgments.work.claiming import claim_next
from judgments.work.excluding import exclude_judgments, include_judgments
from judgments.work.opening import StageRefused, open_stage
from raters.models import Enrolment
from reports.dataset.reading import read_table
from reports.dataset.reads import dataset_of
from reports.dataset.tables import TABLES
from reports.exports.making import write_dataset_to
from reports.exports.scope import ExportScope
from reports.imports.expected import MAY_LACK
from reports.report.figures.report import report_figures
from tests import factories
from tests.reports.folders import relisted, zipped
from tests.reports.imports.imported import full_study, imported
from tests.said import said

# The dataset is read in a transaction of its own kind.
pytestmark = pytest.mark.django_db(transaction=True)
IDS = {"unit_id", "task_id", "attribute_id", "case_id", "comparison_id", "batch_id", "judgment_id", "assignment_id"}
IDS |= {"generic_response_id", "personalized_response_id", "arm_id"}
# Not exported, so not rebuilt: the study's own name, transcripts, consents.
LOST = {"study_id", "conversation_ids", "attribute_evidence", "evidence", "conversations", "stated_conversations"}
LOST |= {"consent_version"}


@pytest.fixture
def study():
    return full_study()


@pytest.fixture
def folder(study, tmp_path):
    write_dataset_to(tmp_path / "dataset", ExportScope(study, [1, 2, 3]))
    return tmp_path / "dataset"


def test_an_imported_study_has_the_figures_of_the_original_to_the_last_digit(study, folder):
    again = imported(folder)
    figures, rebuilt = report_figures(dataset_of(study)), report_figures(dataset_of(again))
    assert _comparable(rebuilt, _new_units(study, again)) == _comparable(figures, {})
    assert rebuilt["verdict"] == figures["verdict"]
    assert rebuilt["bottleneck"] == figures["bottleneck"]


def test_an_imported_study_is_exported_as_the_original_was(study, folder):
    again = imported(folder)
    signs = Assignment.objects.filter(stage__study=again, pastes__gt=0).values_list("pastes", "exits_with_copy")
    assert [*signs, *again.enrolments.exclude(consent_language="").values_list("consent_language")] == [(3, 2), ("de",)]
    for name, table in TABLES.items():
        before, after = (read_table(table, each, [1, 2, 3]).to_pylist() for each in (study, again))
        kept = [column for column in table.names if column not in IDS | LOST]
        if name == "raters":  # models have no enrolment where they judged first
            kept.remove("languages")
        rows = [[_only(row, kept) for row in each] for each in (before, after)]
        if name in {
            "selections",
            "selection_records",
            "blinding_answers",
            "silent_cases",
        }:  # they have no ids of their own to be in the order of
            rows = [sorted(each, key=repr) for each in rows]
        assert rows[1] == rows[0], name
    subjects = [(row.stated_conversations, row.conversations.count()) for row in Subject.objects.filter(study=again)]
    assert subjects == [(row.conversations.count(), 0) for row in Subject.objects.filter(study=study)]


def test_imported_raters_are_nobody_here(study, folder):
    again = imported(folder)
    enrolments = Enrolment.objects.filter(study=again).select_related("rater")
    assert len(enrolments) == 6
    assert not any(each.rater.user or each.external_id or each.entry_link or each.consent for each in enrolments)
    assert not set(enrolments.values_list("rater", flat=True)) & set(study.enrolments.values_list("rater", flat=True))


def test_pages_go_on_with_the_person_card_and_the_reading_rule_they_had(study, folder):
    facts = json.loads((folder / "study.json").read_text())
    for each in facts["rules"]:
        each["facts"] |= ReadingRule(ReadingKind.DRAWN, 4).facts if each["stage"] == 1 else {}
    (folder / "study.json").write_text(json.dumps(facts))
    again = imported(folder)
    assert [each.stages.get(number=3).person_card for each in (study, again)] == [True, True]
    assert rule_of(again.stages.get(number=1)) == ReadingRule(ReadingKind.DRAWN, 4)


def test_a_zip_is_imported_as_the_folder_is(folder, tmp_path):
    again = imported(zipped(folder, tmp_path / "dataset.zip"))
    assert Judgment.objects.filter(unit__task__stage__study=again).count() > 100


def test_a_stage_that_is_opened_again_asks_only_for_the_ratings_that_lack(study, folder):
    study.stages.update(state="open")
    pages = Assignment.objects.filter(stage__study=study, stage__number=3)
    pages.update(outcome="submitted")
    pages.filter(pk=pages.filter(task__kind="regular")[0].pk).update(outcome="surplus")
    shutil.rmtree(folder)
    write_dataset_to(folder, ExportScope(study, [1, 2, 3]))
    again = imported(folder)
    assert set(again.stages.values_list("state", flat=True)) == {"paused"}, "nobody is given pages before it is opened"
    now = timezone.now()
    with pytest.raises(StageRefused, match="conversations of this study are not here"):
        open_stage(stage=again.stages.get(number=1), actor=None, now=now)
    stage = factories.stage(again, 3, control_share=0)
    lacking = Consensus.objects.filter(stage=stage, raters__lt=3).values_list("unit__task", "raters").distinct()
    assert len(lacking) == 1
    built = open_stage(stage=stage, actor=None, now=now)
    assert (built.tasks, built.slots) == (0, 1)
    rater = factories.rater(again)
    claimed = claim_next(rater=rater, stage=stage, now=now)
    assert claimed.task_id == lacking[0][0]
    Assignment.objects.filter(pk=claimed.pk).update(outcome="returned", submitted_at=now)
    assert claim_next(rater=rater, stage=stage, now=now) is None
    judged = Judgment.objects.filter(unit__task__stage=stage, assignment__outcome="submitted")
    who = judged.filter(rater__kind="human")[0].rater
    exclude_judgments(rater=who, stage=stage, reason=ExclusionReason.OTHER, actor=None, now=now)
    include_judgments(rater=who, stage=stage, actor=None, now=now)
    surplus = Assignment.objects.filter(stage=stage, outcome="surplus").values_list("task_id", flat=True)
    assert list(surplus) == [claimed.task_id], "as it came"


def test_raters_of_an_imported_study_were_told_what_they_had_been_told(study, folder):
    again = imported(folder)
    told = [
        list(
            Guidelines.objects.filter(stage__study=each)
            .order_by("stage__number", "version")
            .values_list("text", flat=True)
        )
        for each in (study, again)
    ]
    assert told[1] == told[0]
    assert len(told[0]) == 4
    versions = Assignment.objects.filter(stage__study=again, judgments__isnull=False).values_list("guidelines__version")
    assert set(versions) == {(1,), (2,)}
    assert Adjudication.objects.get(unit__task__stage__study=again).note == "Decided."


def test_a_dataset_without_guidelines_leaves_the_study_its_own(folder):
    """Made before they were exported, and so before rules were stored."""
    _drop_late_columns(folder, {"judgments": MAY_LACK["judgments"]})
    facts = json.loads((folder / "study.json").read_text())
    (folder / "study.json").write_text(json.dumps({**facts, "rules": []}))
    said = json.loads((folder / "manifest.json").read_text())
    said["files"] = [file for file in said["files"] if file["table"] != "guidelines"]
    (folder / "manifest.json").write_text(json.dumps(said))
    again = imported(folder)
    assert not again.stages.get(number=3).person_card
    assert Guidelines.objects.filter(stage__study=again).count() == 3
    assert not Assignment.objects.filter(stage__study=again, guidelines__isnull=False).exists()


def test_a_dataset_without_the_columns_that_came_later_is_imported(folder):
    """As the first exports were."""
    _drop_late_columns(folder, MAY_LACK)
    assert Judgment.objects.filter(unit__task__stage__study=imported(folder)).count() > 100


def test_the_study_page_says_that_an_imported_stage_was_rated_elsewhere(folder):
    again = imported(folder)
    client = Client()
    client.force_login(User.objects.get(username="importer"))
    assert client.get(f"/studies/{again.slug}/stages/card/").content.count(b"Rated elsewhere") == 3
    page = said(client.get(f"/studies/{again.slug}/stages/3/"))
    assert "it gives out the pages that lack ratings" in page
    Assignment.objects.filter(stage__study=again).update(outcome="submitted")
    open_stage(stage=again.stages.get(number=3), actor=None, now=timezone.now())
    assert "No page lacks a rating." in said(client.get(f"/studies/{again.slug}/stages/3/"))


def _new_units(study, again):
    old, new = (
        list(Unit.objects.filter(task__stage__study=each).order_by("id").values_list("id", flat=True))
        for each in (study, again)
    )
    return dict(zip(new, old, strict=True))


def _comparable(found, units):
    """Without the study's own names, and with units by the original's ids."""
    found = {**found, "study": {**found["study"], "slug": "", "title": "", "batches": {}}}
    return json.loads(json.dumps(found), object_hook=lambda row: _renamed(row, units))


def _renamed(row, units):
    return {name: units.get(value, value) if name == "unit_id" else value for name, value in row.items()}


def _only(row, columns):
    return {column: row[column] for column in columns}


def _drop_late_columns(folder, columns):
    for table, names in columns.items():
        for path in (folder / "data" / table).glob("*.parquet"):
            rows = parquet.read_table(path)
            parquet.write_table(rows.drop_columns(sorted(names & set(rows.column_names))), path)
    relisted(folder)
