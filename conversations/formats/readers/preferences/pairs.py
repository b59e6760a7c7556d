"""A prompt with two responses, and what people said of them: rows that every source of such pairs is translated into."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from conversations.formats.rows import CaseRow, JudgmentRow, PromptRow, ResponseRow, Row, StatedArm, SubjectRow

STAGE = 3
SYSTEM = "preference pairs"


@dataclass(frozen=True, slots=True)
class PreferencePair:
    prompt: str
    first: str  # A, or rejected: stored as the generic response
    second: str  # B, or chosen: stored as the personalized one
    arm: str
    models: tuple[str | None, str | None] = (None, None)


@dataclass(frozen=True, slots=True)
class PreferenceVerdict:
    rater_name: str
    rater_kind: str  # "human" or "panel"
    label: int  # 1 to 5, 5 where the second response is much better
    submitted_at: datetime | None = None


def pair_rows(
    line: int, pair: PreferencePair, *, prompt: str, subject: str, system: str, verdicts: Iterable[PreferenceVerdict]
) -> Iterator[Row]:
    """``prompt`` and ``subject`` are ids."""
    yield SubjectRow(line=line, subject=subject)
    yield PromptRow(line=line, prompt=prompt, text=pair.prompt)
    yield CaseRow(line=line, subject=subject, prompt=prompt)
    said = {"line": line, "system": system, "subject": subject, "prompt": prompt}
    yield ResponseRow(**said, kind="generic", text=pair.first, model=pair.models[0])  # type: ignore[arg-type]
    arm = StatedArm(name=pair.arm)
    yield ResponseRow(**said, kind="personalized", text=pair.second, arm=arm, model=pair.models[1])  # type: ignore[arg-type]
    for verdict in verdicts:
        yield JudgmentRow(
            line=line,
            rater=verdict.rater_name,
            rater_kind=verdict.rater_kind,
            stage=STAGE,
            subject=subject,
            prompt=prompt,
            label=verdict.label,
            system=system,
            arm=arm,
            submitted_at=verdict.submitted_at,
        )
