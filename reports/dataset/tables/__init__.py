"""The dataset of a study as tables. Exports write them and the report computes from them: one definition of both."""

from reports.dataset.tables.judgments import JUDGMENTS
from reports.dataset.tables.material import COMPARISONS, ITEMS, SELECTION_RECORDS, SELECTIONS, SUBJECTS
from reports.dataset.tables.people import BLINDING_ANSWERS, RATERS
from reports.dataset.tables.protocol import GUIDELINES, READING_LISTS
from reports.dataset.tables.results import CONSENSUS
from reports.dataset.tables.silent import SILENT_CASES
from reports.dataset.tables.table import Column, Kind, Table
from reports.dataset.tables.training import PREFERENCES, RELEVANCE, TIES, VERIFIER

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        JUDGMENTS,
        ITEMS,
        CONSENSUS,
        COMPARISONS,
        SELECTIONS,
        SELECTION_RECORDS,
        SILENT_CASES,
        SUBJECTS,
        RATERS,
        BLINDING_ANSWERS,
        GUIDELINES,
        READING_LISTS,
        PREFERENCES,
        TIES,
        VERIFIER,
        RELEVANCE,
    )
}

__all__ = [
    "BLINDING_ANSWERS",
    "COMPARISONS",
    "CONSENSUS",
    "GUIDELINES",
    "ITEMS",
    "JUDGMENTS",
    "PREFERENCES",
    "RATERS",
    "READING_LISTS",
    "RELEVANCE",
    "SELECTIONS",
    "SELECTION_RECORDS",
    "SILENT_CASES",
    "SUBJECTS",
    "TABLES",
    "TIES",
    "VERIFIER",
    "Column",
    "Kind",
    "Table",
]
