"""An exported dataset becomes a study that has the figures of the one it was made from."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from accounts.services import record
from conversations.enums import StageState
from conversations.models import Prompt, Stage, Study, Subject
from judgments.models import Judgment, Task
from judgments.stages.reading import ReadingRule, rule_in
from judgments.stages.response import NO_CARD, PERSON_CARD
from reports.dataset.study_facts import StudyFacts
from reports.imports.expected import LARGEST_COUNT, RULES
from reports.imports.looks import check_looks, keep_looks
from reports.imports.problems import DatasetRefused, Problem, excerpt, refusal
from reports.imports.process import reading
from reports.imports.rebuilding import rebuild
from reports.imports.references import check_references
from reports.imports.rules_in_force import check_rules
from reports.imports.staging import stage


@dataclass(frozen=True, slots=True)
class Imported:
    rows: dict[str, int]


# Told how many rows were read, and how many there are by the manifest.
type Beat = Callable[[int, int], None]


def nobody_waits(_read: int, _expected: int) -> None:
    """For whoever shows no progress."""


def import_archive(
    *, study: Study, archive: BinaryIO, actor: User | None, now: datetime, beat: Beat = nobody_waits
) -> Imported:
    """From a ZIP as the export page gives it. Raises DatasetRefused; then nothing is kept."""
    with tempfile.TemporaryDirectory(prefix="dataset-") as folder:
        return _import(study=study, folder=Path(folder), archive=archive, actor=actor, now=now, beat=beat)


def import_folder(
    *, study: Study, folder: Path, actor: User | None, now: datetime, beat: Beat = nobody_waits
) -> Imported:
    """All of it or nothing.

    Raises:
        DatasetRefused: the study has material, or the dataset is not as Yardstick writes it.
    """
    return _import(study=study, folder=folder, archive=None, actor=actor, now=now, beat=beat)


@transaction.atomic
def _import(
    *, study: Study, folder: Path, archive: BinaryIO | None, actor: User | None, now: datetime, beat: Beat
) -> Imported:
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    _refuse_unless_empty(study)
    with reading(folder=folder, archive=archive, salt=bytes(study.key)) as dataset:
        facts = _facts(dataset.study)
        _settle(study, facts)
        expected = _rows_said(dataset.said)
        try:
            rows = stage(dataset.blocks(), lambda read: beat(read, expected))
            _run(f"ANALYZE {', '.join(f'staged_{table}' for table in RULES)}")
            beat(expected, expected)
            check_references()
            rebuild(study, batches=facts.batches, rules=facts.rules, now=now)
            keep_looks(study, facts.looks, facts.reopenings)
        except DatabaseError as error:
            raise refusal("the dataset", "rows that fit together", str(error).splitlines()[0]) from error
    _refuse_unless_agreed(study)
    record(
        actor=actor,
        action="dataset.import",
        study_id=study.pk,
        target=excerpt(facts.slug),
        details={"rows": rows},
    )
    return Imported(rows)


def _refuse_unless_empty(study: Study) -> None:
    rows = {
        "subjects": Subject.objects.filter(study=study),
        "prompts": Prompt.objects.filter(study=study),
        "pages": Task.objects.filter(stage__study=study),
        "judgments": Judgment.objects.filter(unit__task__stage__study=study),
        "raters": study.enrolments.all(),
    }
    if found := [name for name, each in rows.items() if each.exists()]:
        raise refusal(study.slug, "a study without material, raters and judgments", f"one with {', '.join(found)}")


def _rows_said(said: dict[str, Any]) -> int:
    """Of the tables that are read. It is shown and nothing rests on it, so that it is only kept from being nonsense."""
    found = [said.get(table) for table in RULES]
    return sum(min(each, LARGEST_COUNT) for each in found if type(each) is int and each > 0)


def _facts(content: dict[str, Any]) -> StudyFacts:
    try:
        facts = StudyFacts.from_json(content)
        numbers = [facts.margin, facts.pay_per_hour, facts.platform_fee, *(each.k for each in facts.stages.values())]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise refusal("study.json", "the settings that an export writes", repr(error)) from error
    if set(facts.stages) != {1, 2, 3} or not all(type(each) in {int, float} for each in numbers):
        raise refusal("study.json", "three stages, and numbers where numbers are due", "others", field="stages")
    if not all(isinstance(name, str) for name in facts.batches.values()):
        raise refusal("study.json", "names of uploads", "others", field="batches")
    check_looks(facts)
    check_rules(facts.rules)
    return facts


def _settle(study: Study, facts: StudyFacts) -> None:
    """The settings that figures depend on; title and address stay the study's own."""
    study.seed, study.margin, study.currency = facts.seed, _cents(facts.margin), facts.currency
    study.pay_per_hour, study.platform_fee = _cents(facts.pay_per_hour), _tenths(facts.platform_fee)
    try:
        study.clean_fields(exclude=["created_by", "key"])
        study.save(update_fields=["seed", "margin", "currency", "pay_per_hour", "platform_fee"])
        for stage in study.stages.all():
            said = facts.stages[stage.number]
            stage.state, stage.k, stage.gating = _at_rest(said.state), said.k, said.gating
            stage.person_card = _has_card(facts, stage.number)
            _read_on(stage, facts)
            stage.clean_fields(exclude=["study"])
            stage.save(
                update_fields=["state", "k", "gating", "person_card", "reading", "others_drawn", "words_to_read"]
            )
    except ValidationError as error:
        problems = [
            Problem("study.json", 0, field, "a value a study can have", excerpt(" ".join(messages)))
            for field, messages in error.message_dict.items()
        ]
        raise DatasetRefused(problems) from error
    except DatabaseError as error:
        raise refusal("study.json", "values a study can have", str(error).splitlines()[0]) from error


def _has_card(facts: StudyFacts, number: int) -> bool:
    """As its last pages had it: those that were judged before there was a card go on without, until the owner changes it."""
    rules = [each for each in facts.rules if each.stage == number]
    if not rules:
        return facts.stages[number].state == StageState.DRAFT
    return bool(rules[-1].facts.get(PERSON_CARD, NO_CARD) != NO_CARD)


def _read_on(stage: Stage, facts: StudyFacts) -> None:
    """What is given to read goes on as at its last pages."""
    rules = [each for each in facts.rules if each.stage == stage.number]
    rule = rule_in(rules[-1].facts) if rules else ReadingRule()
    stage.reading = rule.kind
    if rule.most_is:
        setattr(stage, rule.most_is, rule.most)


def _at_rest(state: str) -> str:
    """No page is given out before somebody opens the stage here."""
    return StageState.PAUSED if state == StageState.OPEN else state


def _cents(amount: float) -> str:
    return f"{amount:.2f}"


def _tenths(percent: float) -> str:
    return f"{percent:.1f}"


def _refuse_unless_agreed(study: Study) -> None:
    """The consensus that the rebuilt judgments come to is the one that was exported, unit by unit."""
    found = _run(
        "SELECT staged.file_, staged.row_, staged.consensus::text || ' of ' || staged.raters, "
        "  built.label::text || ' of ' || built.raters "
        "FROM staged_consensus staged JOIN new_unit ON new_unit.old = staged.unit_id "
        "FULL JOIN (SELECT consensus.* FROM judgments_consensus consensus JOIN conversations_stage stage "
        "  ON stage.id = consensus.stage_id WHERE stage.study_id = %(study)s) built ON built.unit_id = new_unit.id "
        "WHERE (built.label, built.raters, built.by_panel, built.adjudicated) IS DISTINCT FROM "
        "  (staged.consensus, staged.raters::integer, staged.by_panel, staged.adjudicated) LIMIT 20",
        {"study": study.pk},
    )
    if found:
        raise DatasetRefused(
            [
                Problem(
                    file or "data/consensus",
                    row or 0,
                    "consensus",
                    f"{built} raters, as the judgments say",
                    said or "none",
                )
                for file, row, said, built in found
            ]
        )


def _run(query: str, said: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, said)
        return cursor.fetchall() if cursor.description else []
