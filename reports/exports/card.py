"""The dataset card: what Hugging Face shows of a dataset, written from the study."""

import json
from collections.abc import Mapping
from typing import Any

from judgments.stages import behaviour
from reports.dataset.study_facts import StudyFacts
from reports.dataset.tables import TABLES


def dataset_card(facts: StudyFacts, manifest: Mapping[str, Any]) -> str:
    """Markdown with the YAML head that names the tables and their splits. Titles are texts of strangers: one line, quoted."""
    title = " ".join(facts.title.split())
    return (
        "\n".join(
            [
                "---",
                f"pretty_name: {json.dumps(title, ensure_ascii=False)}",
                "license: other",
                "license_name: to-be-stated-by-the-publisher",
                "tags:",
                "  - personalization",
                "  - human-evaluation",
                "  - preference",
                "configs:",
                *_configs(manifest),
                "---",
                "",
                f"# {_plain(title)}",
                "",
                "Human judgments of an LLM personalization, collected with Yardstick by the protocol of",
                "*Re-Centering Humans in LLM Personalization* (arXiv 2606.06614).",
                "",
                *_protocol(facts, manifest),
                *_opening(manifest),
                *_tables(manifest),
                *_limits(manifest),
            ]
        )
        + "\n"
    )


def _configs(manifest: Mapping[str, Any]) -> list[str]:
    """Every table. The loader opens no split without rows, so these are left out; a table of no rows keeps one of them."""
    lines = []
    for name in TABLES:
        of_table = [file for file in manifest["files"] if file["table"] == name]
        files = [file for file in of_table if file["rows"]] or of_table[:1]
        lines += [
            f"  - config_name: {name}",
            *(["    default: true"] if name == "judgments" else []),
            "    data_files:",
        ]
        for file in files:
            lines += [f"      - split: {file['split']}", f"        path: {file['path']}"]
    return lines


def _protocol(facts: StudyFacts, manifest: Mapping[str, Any]) -> list[str]:
    lines = [
        "## Protocol",
        "",
        "| stage | what is judged | state | ratings for each task |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {number} | {behaviour(number).name} | {stage.state} | {stage.k} |"
        for number, stage in sorted(facts.stages.items())
    ]
    if manifest["withheld"]:
        left_out = ", ".join(map(str, manifest["withheld"]))
        lines += ["", f"Judgments of stage {left_out} were left out: it was still open when this was made."]
    return [*lines, ""]


def _opening(manifest: Mapping[str, Any]) -> list[str]:
    """How to open a table with rows, one without, and one that was exported by itself."""
    with_rows = [name for name in TABLES if manifest["rows"].get(name)][:1]
    without = [name for name in TABLES if not manifest["rows"].get(name)][:1]
    return [
        "## Opening it",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        *(f'load_dataset("FOLDER", "{name}")' for name in with_rows),
        *(f'load_dataset("FOLDER", "{name}", streaming=True)  # as every table without rows' for name in without),
        'load_dataset("json", data_files="judgments.jsonl")  # a table that was exported by itself',
        "```",
        "",
    ]


def _tables(manifest: Mapping[str, Any]) -> list[str]:
    lines = [
        "## Tables",
        "",
        "`codebook.json` explains every column.",
        "",
        "| table | rows | one row is |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| `{table.name}` | {manifest['rows'].get(table.name, 0)} | {table.meaning.removeprefix('one row is ')} |"
        for table in TABLES.values()
    ]
    splits = ", ".join(f"{count} in {name}" for name, count in sorted(manifest["subjects_by_split"].items()))
    return [*lines, "", f"Splits are by subject ({splits or 'no subjects'}): no subject is in two of them.", ""]


def _limits(manifest: Mapping[str, Any]) -> list[str]:
    lines = [
        "## Raters",
        "",
        "Raters are known by a pseudonym that differs in every study. `rater_kind` tells humans, models and panels apart.",
        "",
        "## Limits",
        "",
        "- Conversations and model output are unmoderated texts and may hold personal or offensive content.",
        "- `subject_origin` says whether a subject is real; figures of other origins say nothing about real people.",
        "- Labels marked `provisional` rest on fewer ratings than planned.",
        "- The licence is for whoever publishes this to state; the texts may carry licences of their own.",
    ]
    lines += [f"- {_plain(warning)}" for warning in manifest["warnings"]]
    if manifest["exclusions"]:
        lines += ["", "## Exclusions", "", "| stage | reason | judgments | raters |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {row['stage']} | {row['reason']} | {row['judgments']} | {row['raters']} |"
            for row in manifest["exclusions"]
        ]
    return lines


def _plain(text: str) -> str:
    """Without what Markdown would take for a link, a picture or HTML."""
    return "".join("\\" + letter if letter in "\\`*_{}[]<>#|!" else letter for letter in text)
