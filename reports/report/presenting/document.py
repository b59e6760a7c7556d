"""The whole report in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.report.charts.chart import Chart
from reports.report.presenting import wording
from reports.report.presenting.blocks import Section, Stat
from reports.report.presenting.bottleneck import bottleneck_section
from reports.report.presenting.by_raters import by_raters_section
from reports.report.presenting.extraction import extraction_section
from reports.report.presenting.judges import judges_section
from reports.report.presenting.looking import looking_section
from reports.report.presenting.planner import planner_section
from reports.report.presenting.relevance import relevance_section
from reports.report.presenting.response import response_section
from reports.report.presenting.ruling import rules_section, with_rules_said
from reports.report.presenting.sensitivity import sensitivity_section
from reports.report.presenting.verdict import origins, pasteable, verdict_section

COUNTS = {
    "subjects": "Subjects",
    "real_conversations": "Real conversations",
    "comparisons": "Comparisons",
    "human_judgments": "Human judgments",
    "human_raters": "Human raters",
    "model_judgments": "LLM judgments",
    "model_raters": "LLM raters",
    "held": "Held back by the leak scan",
    "replaced": "Written again after the leak scan",
    "released": "Released by an admin",
    "identical": "Comparisons of one text",
}
WITHHELD = "This stage is still open: until it closes only the study's owner sees its labels."
NOT_IN_PART = "Nothing that has been judged of this stage belongs to this part of the study."
NOT_JUDGED = "Nothing of this stage has been judged yet."


@dataclass(frozen=True, slots=True)
class Document:
    verdict: Section
    sections: Sequence[Section]
    counts: Sequence[Stat]
    origins: Sequence[str]
    pasteable: str

    @property
    def charts(self) -> dict[str, Chart]:
        return {chart.key: chart for section in (self.verdict, *self.sections) for chart in section.charts}


def document(figures: dict[str, Any]) -> Document:
    """Of what ``report_figures`` returns, fresh or read back from JSON."""
    withheld = set(figures["withheld"])
    nothing = NOT_IN_PART if figures.get("scope", {}).get("column") else NOT_JUDGED
    why = {number: WITHHELD if number in withheld else nothing for number in (1, 2, 3)}
    return Document(
        verdict=verdict_section(figures),
        sections=[
            sensitivity_section(figures),
            with_rules_said(bottleneck_section(figures), figures, 1, 2, 3),
            with_rules_said(extraction_section(figures.get("stage_1"), why[1]), figures, 1),
            with_rules_said(relevance_section(figures.get("stage_2"), why[2]), figures, 2),
            with_rules_said(response_section(figures.get("stage_3"), why[3], figures.get("pooled", "")), figures, 3),
            with_rules_said(judges_section(figures), figures, 2, 3),
            with_rules_said(planner_section(figures), figures, 3),
            with_rules_said(by_raters_section(figures), figures, 1, 2, 3),
            rules_section(figures),
            looking_section(figures),
        ],
        counts=[Stat(title, wording.count(figures["counts"].get(key))) for key, title in COUNTS.items()],
        origins=origins(figures),
        pasteable=pasteable(figures),
    )
