"""The dataset's tables: every column can be read, alone and together, and says what the database says."""

from datetime import timedelta
from typing import Any

import pytest

from conversations.models import Study
from judgments.enums import ExclusionReason
from judgments.models import Consensus, Judgment, ReadingList, Task
from judgments.work.excluding import exclude_judgments
from raters.pseudonyms import rater_key
from reports.dataset.reading import count_rows, read_table, record_batches
from reports.dataset.tables import CONSENSUS, JUDGMENTS, TABLES
from tests import factories, worlds
from tests.judgments.rated import NOW, careful, work
from tests.rows import made_once

STAGES = [1, 2, 3]
HOSTILE = 'a,"b"\r\n=cmd \\N t f ""'


@pytest.fixture
def study(db) -> Study:
    return judged_study()


@made_once
def judged_study() -> Study:
    study = worlds.rateable_study(subjects=2, prompts=2, k=1)
    rater = factories.rater(study)
    for stage in study.stages.all():
        work(rater, stage, careful, pages=2)
    return study


def rows(table: str, study: Study, *columns: str, stages: list[int] | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_table(TABLES[table], study, stages or STAGES, columns or None).to_pylist()
    return found


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_as_many_rows_as_it_counts(study, name):
    read = read_table(TABLES[name], study, STAGES)
    assert read.column_names == TABLES[name].names
    assert read.num_rows == count_rows(TABLES[name], study, STAGES)
    assert read.num_rows or name in {
        "selections",
        "selection_records",
        "blinding_answers",
        "ties",
        "silent_cases",
        "reading_lists",
    }


@pytest.mark.parametrize("name", TABLES)
def test_each_column_can_be_read_alone(study, name):
    whole = read_table(TABLES[name], study, STAGES)
    for column in TABLES[name].names:
        assert read_table(TABLES[name], study, STAGES, [column]).column(column) == whole.column(column)


def test_a_column_that_a_table_does_not_have_is_refused(study):
    with pytest.raises(KeyError, match="wages"):
        read_table(JUDGMENTS, study, STAGES, ["label", "wages"])


def test_no_rows_are_an_empty_table_with_all_columns(study):
    read = read_table(JUDGMENTS, study, [])
    assert (read.num_rows, read.column_names) == (0, JUDGMENTS.names)


def test_texts_come_back_as_they_are(study):
    judgment = Judgment.objects.earliest("id")
    Judgment.objects.filter(pk=judgment.pk).update(note=HOSTILE)
    found = {row["judgment_id"]: row["note"] for row in rows("judgments", study, "judgment_id", "note")}
    assert found.pop(judgment.pk) == HOSTILE
    assert set(found.values()) == {""}  # an empty text is not none


def test_a_judgment_is_told_as_it_was_given(study):
    judgment = Judgment.objects.filter(stage_number=3, unit__attribute__isnull=False).select_related("assignment")[0]
    row = next(row for row in rows("judgments", study) if row["judgment_id"] == judgment.pk)
    assert judgment.assignment is not None
    left = judgment.assignment.personalized_left
    assert row["answer_recoded"] == judgment.label
    assert row["answer_raw"] == (6 - judgment.label if left else judgment.label)
    assert row["shown_left"] == ("personalized" if left else "generic")
    assert row["rater_key"] == rater_key(study=study, rater_id=judgment.rater_id)
    assert row["assignment_id"] == str(judgment.assignment_id)
    assert abs(row["submitted_at"] - judgment.submitted_at) < timedelta(milliseconds=1)
    assert (row["counted"], row["excluded"], row["task_kind"]) == (True, False, "regular")


def test_a_reading_list_names_its_page_and_what_was_drawn(study):
    task = Task.objects.filter(stage__study=study, subject__isnull=False).latest("id")
    ReadingList.objects.create(task=task, rule="drawn:2", conversation_ids=[7, 9], frozen_at=NOW)
    assert rows("reading_lists", study) == [
        {
            "task_id": task.pk,
            "subject_key": f"subject-{task.subject.number}",
            "rule": "drawn:2",
            "conversation_ids": "[7, 9]",
            "frozen_at": NOW,
        }
    ]


def test_excluded_judgments_stay_and_are_marked(study):
    judgment = Judgment.objects.filter(stage_number=1).select_related("rater").earliest("id")
    stage = factories.stage(study, 1)
    exclude_judgments(rater=judgment.rater, stage=stage, reason=ExclusionReason.SPEEDING, actor=None, now=NOW)
    marks = {(row["excluded"], row["exclusion_reason"], row["counted"]) for row in rows("judgments", study, stages=[1])}
    assert marks == {(True, "speeding", False)}
    assert rows("consensus", study, stages=[1]) == []


def test_consensus_is_the_database_views(study):
    read = {row["unit_id"]: row["consensus"] for row in rows("consensus", study)}
    assert read == dict(Consensus.objects.filter(stage__study=study).values_list("unit_id", "label"))


def test_rows_of_other_stages_are_left_out_where_they_must_be_withheld(study):
    assert {row["stage"] for row in rows("judgments", study, stages=[2])} == {2}
    assert {row["stage"] for row in rows("consensus", study, stages=[2])} == {2}
    assert {row["stage"] for row in rows("items", study, stages=[2])} == {1, 2, 3}


def test_another_studys_rows_are_never_read(study):
    stranger = worlds.rateable_study(subjects=1)
    for table in TABLES.values():
        assert count_rows(table, stranger, STAGES) <= count_rows(table, study, STAGES)
    assert {row["study_id"] for row in rows("judgments", study)} == {study.slug}
    assert rows("judgments", stranger) == []


def test_batches_are_blocks_of_the_same_rows(study):
    batches = list(record_batches(CONSENSUS, study, STAGES))
    assert sum(batch.num_rows for batch in batches) == count_rows(CONSENSUS, study, STAGES)
