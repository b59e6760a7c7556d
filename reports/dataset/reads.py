"""A study's dataset as of one moment."""

from collections.abc import Sequence

from conversations.enums import StageNumber
from conversations.models import Study
from reports.dataset.dataset import Dataset
from reports.dataset.reading import read_table, snapshot
from reports.dataset.study_facts import study_facts
from reports.dataset.tables import TABLES


def all_stages() -> list[int]:
    return [int(number) for number in StageNumber]


def dataset_of(study: Study, withheld: Sequence[int] = ()) -> Dataset:
    """All a report needs, as of one moment, without the rows of withheld stages."""
    stages = [number for number in all_stages() if number not in withheld]
    with snapshot():
        facts = study_facts(study, withheld)
        return Dataset.of(facts, lambda name, columns: read_table(TABLES[name], study, stages, columns))
