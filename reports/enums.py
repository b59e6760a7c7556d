"""The words that ``reports`` stores."""

from django.db import models


class ExportKind(models.TextChoices):
    """What is exported. All but the last three are tables of ``reports.dataset.tables`` by the same name.

    Guidelines and reading lists, tables too, come with the whole dataset only.
    """

    JUDGMENTS = "judgments", "Judgments: one row for each rater and unit"
    CONSENSUS = "consensus", "Consensus: one row for each judged unit"
    ITEMS = "items", "Items: one row for each unit"
    COMPARISONS = "comparisons", "Comparisons: generic and personalized responses"
    SELECTIONS = "selections", "Selections of systems"
    SELECTION_RECORDS = "selection_records", "Cases that systems spoke about"
    SILENT_CASES = "silent_cases", "Cases on which an arm is silent"
    SUBJECTS = "subjects", "Subjects, by pseudonym"
    RATERS = "raters", "Raters, by pseudonym"
    BLINDING_ANSWERS = "blinding_answers", "Answers to: which one was personalized?"
    PREFERENCES = "preferences", "Preference pairs: prompt, chosen, rejected"
    TIES = "ties", "Pairs without a preference"
    VERIFIER = "verifier", "Verifier set: attributes with labels"
    RELEVANCE = "relevance", "Relevance set: attributes and prompts with labels"
    LLM_COMPARATOR = "llm_comparator", "For LLM Comparator"
    LABEL_STUDIO = "label_studio", "For Label Studio"
    DATASET = "dataset", "The whole dataset: all tables, with card and manifest"


class ExportFormat(models.TextChoices):
    JSONL = "jsonl", "JSONL (exact)"
    SHEET = "sheet", "CSV for spreadsheets"
    CSV = "csv", "CSV (exact)"
    XLSX = "xlsx", "Excel workbook (exact)"
    PARQUET = "parquet", "Parquet (exact)"
    JSON = "json", "JSON"
    ZIP = "zip", "ZIP of a folder"

    @property
    def extension(self) -> str:
        return self.CSV.value if self is self.SHEET else self.value


TABLE_FORMATS = (ExportFormat.JSONL, ExportFormat.SHEET, ExportFormat.XLSX, ExportFormat.CSV, ExportFormat.PARQUET)
# What a kind is written as: a table in any of these, the others in one way.
FORMATS = dict.fromkeys(ExportKind, TABLE_FORMATS) | {
    ExportKind.LLM_COMPARATOR: (ExportFormat.JSON,),
    ExportKind.LABEL_STUDIO: (ExportFormat.JSON,),
    ExportKind.DATASET: (ExportFormat.ZIP,),
}


class ExportState(models.TextChoices):
    PENDING = "pending", "Waiting for a worker"
    RUNNING = "running", "Being written"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"


class ReportState(models.TextChoices):
    PENDING = "pending", "Waiting for a worker"
    RUNNING = "running", "Being computed"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"


class ImportState(models.TextChoices):
    PENDING = "pending", "Waiting for a worker"
    RUNNING = "running", "Being imported"
    DONE = "done", "Imported"
    REFUSED = "refused", "Refused"  # the dataset is not as it should be; ``problems`` says where
    FAILED = "failed", "Failed"
