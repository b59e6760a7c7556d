"""The dataset in memory is the same whether it comes from the database or from files."""

import json

import pytest
from pyarrow import compute, parquet

from reports.dataset.dataset import COLUMNS, Dataset, read_folder
from reports.dataset.reading import read_table
from reports.dataset.reads import dataset_of
from reports.dataset.tables import TABLES
from tests import factories, worlds
from tests.judgments.rated import careful, work

# The dataset is read in a transaction of its own kind.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study():
    study = worlds.rateable_study(subjects=3, prompts=2, k=1)
    rater = factories.rater(study)
    for stage in study.stages.all():
        work(rater, stage, careful, pages=3)
    return study


def test_files_give_the_same_dataset_as_the_database(study, tmp_path):
    read = dataset_of(study)
    (tmp_path / "study.json").write_text(json.dumps(read.facts.as_json()))
    for name in COLUMNS:
        (tmp_path / "data" / name).mkdir(parents=True)
        whole = read_table(TABLES[name], study, [1, 2, 3])
        half = whole.num_rows // 2  # the second half first: the order of files must not matter
        parquet.write_table(whole.slice(half), tmp_path / "data" / name / "a.parquet")
        parquet.write_table(whole.slice(0, half), tmp_path / "data" / name / "b.parquet")
    again = read_folder(tmp_path)
    assert again.facts == read.facts
    for name, table in read.tables.items():
        assert again.tables[name].equals(table), name


def test_a_withheld_stage_leaves_no_judgments_and_is_named(study):
    read = dataset_of(study, withheld=[1])
    assert read.facts.withheld == [1]
    assert set(read.column("judgments", "stage")) == {2, 3}
    assert set(read.column("consensus", "stage")) == {2, 3}


def test_a_part_keeps_what_belongs_to_its_items_and_nothing_else(study):
    read = dataset_of(study)
    part: Dataset = read.only(lambda items: compute.equal(items.column("subject_key"), "subject-2"))
    assert set(part.column("items", "subject_key")) == {"subject-2"}
    assert set(part.column("judgments", "unit_id")) <= set(part.column("items", "unit_id"))
    assert 0 < len(part.column("judgments", "unit_id")) < len(read.column("judgments", "unit_id"))
    assert set(part.column("comparisons", "subject_key")) == {"subject-2"}
    assert list(part.column("subjects", "subject_key")) == ["subject-2"]


def test_a_folder_that_lacks_a_table_says_which(study, tmp_path):
    (tmp_path / "study.json").write_text(json.dumps(dataset_of(study).facts.as_json()))
    with pytest.raises(FileNotFoundError, match="data/judgments"):
        read_folder(tmp_path)
