"""The report as PDF, set by Typst.

All texts reach the template as values of a JSON file: Typst never reads them as markup or code.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from conversations.models import Study
from reports.models import Report
from reports.report.charts.chart import WIDE
from reports.report.charts.standing import standalone
from reports.report.presenting.blocks import (
    Block,
    Drawn,
    Examples,
    Fold,
    Heading,
    LadderLink,
    RatersLink,
    Section,
    Stats,
    TableBlock,
    Text,
)
from reports.report.presenting.document import Document
from reports.report.units import UnitText

TEMPLATE = Path(__file__).parent.parent / "pdf" / "report.typ"
FONT = "Libertinus Serif"  # Typst brings it along
LONGEST_TEXT = 600


def as_pdf(*, study: Study, report: Report, document: Document, texts: Mapping[int, UnitText], part_name: str) -> bytes:
    files = _files(study, report, document, texts, part_name)
    compile_files: Any = typst.compile  # its type information knows nothing of files in memory
    return bytes(compile_files(files, format="pdf"))


def _files(
    study: Study, report: Report, document: Document, texts: Mapping[int, UnitText], part_name: str
) -> dict[str, bytes]:
    content = {
        "title": study.title,
        "part": part_name,
        "collecting": bool(report.figures and report.figures["collecting"]),
        "origins": document.origins,
        "withheld": bool(report.withheld),
        "computed": f"{report.computed_at:%Y-%m-%d %H:%M} UTC" if report.computed_at else "",
        "basis": _basis(report.figures or {}),
        "verdict": _section(document.verdict, texts, report.drawings),
        "sections": [_section(section, texts, report.drawings) for section in document.sections],
        "counts": [{"label": item.label, "number": item.number} for item in document.counts],
    }
    files = {"main.typ": TEMPLATE.read_bytes(), "report.json": json.dumps(content, ensure_ascii=False).encode()}
    for key, drawn in report.drawings.items():
        files[f"{key}.svg"] = standalone(drawn[WIDE], font=FONT).encode()
    return files


def _basis(figures: Mapping[str, Any]) -> str:
    study = figures.get("study", {})
    return f"Intervals are 95 %. Seed {study.get('seed')}, protocol {figures.get('protocol_version')}, Yardstick {study.get('app_version')}."


def _section(section: Section, texts: Mapping[int, UnitText], drawings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": section.title,
        "about": section.about,
        "lead": section.lead,
        "missing": section.missing,
        "blocks": [_block(block, texts, drawings) for block in section.blocks],
    }


def _block(block: Block, texts: Mapping[int, UnitText], drawings: Mapping[str, Any]) -> dict[str, Any]:
    match block:
        case TableBlock():
            content = _table(block)
        case Stats():
            content = {
                "items": [{"label": item.label, "number": item.number, "note": item.note} for item in block.items]
            }
        case Drawn():
            content = _drawn(block, drawings)
        case Examples():
            content = {"groups": [_group(group, texts) for group in block.groups]}
        case Text() | RatersLink() | LadderLink():
            content = {"sentences": block.sentences}
        case Fold():
            content = {"summary": block.summary, "in_view": block.in_view, "sentences": block.sentences}
        case Heading():
            content = {"text": block.text}
    return {"kind": block.kind, **content}


def _table(block: TableBlock) -> dict[str, Any]:
    rows = [[{"text": cell.text, "detail": cell.detail} for cell in row] for row in block.rows]
    columns = [{"name": name, "is_number": is_number} for name, is_number in block.headed]
    return {"caption": block.caption, "columns": columns, "rows": rows, "notes": block.notes}


def _drawn(block: Drawn, drawings: Mapping[str, Any]) -> dict[str, Any]:
    chart = block.chart
    file = f"{chart.key}.svg" if chart.key in drawings else ""
    return {"title": chart.title, "description": chart.description, "file": file, "note": block.note}


def _group(group: Any, texts: Mapping[int, UnitText]) -> dict[str, Any]:
    known = [(row, texts[row["unit_id"]]) for row in group.rows if row["unit_id"] in texts]
    return {"title": group.title, "note": group.note, "rows": [_example(row, text) for row, text in known]}


def _example(row: Mapping[str, Any], text: UnitText) -> dict[str, Any]:
    means = [("humans", row["human_mean"]), ("LLMs", row["model_mean"])]
    return {
        "unit": row["unit_id"],
        "arm": row.get("arm", ""),
        "prompt": text.prompt[:LONGEST_TEXT],
        "attribute": "" if text.attribute is None else text.attribute.text[:LONGEST_TEXT],
        "means": ", ".join(f"{who} {mean:.2f}" for who, mean in means if mean is not None),
    }
