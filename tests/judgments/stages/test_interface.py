"""What depends on the stage stands in ``judgments.stages``, and nowhere else."""

from pathlib import Path

import pytest
from django.db import connection

from conversations.enums import Gating, StageNumber
from conversations.formats.readers.yardstick.judgments import _LABELS as LABELS_OF_THE_FORMAT
from judgments.enums import FailureMode
from judgments.stages import BEHAVIOURS, behaviour
from reports.dataset.tables.sources import label_word
from reports.imports.whole_rows import _FROM, _TO
from tests.judgments.stages.stage_branches import branches_of

PROJECT = Path(__file__).parents[3]
APPS = ("accounts", "conversations", "raters", "judgments", "generation", "reports", "yardstick")
EXCEPTIONS = {
    "conversations/formats/readers/yardstick/judgments.py": "below judgments: a test holds its labels equal",
    "conversations/models/studies.py": "below judgments: how long a unit takes by default",
    "generation/adversarial/__init__.py": "made-up cases, each written for one stage",
    "reports/imports/whole_rows.py": "read in a process without Django: a test holds its ranges equal",
}
PLANTED = [
    "if stage.number == 3: pass",
    "if stage_number != StageNumber.RESPONSE: pass",
    "side = left if row['stage'] == 3 else None",
    "if self.stage.number in {1, 2}: pass",
    "if StageNumber.EXTRACTION in withheld: pass",
    "if row['stage'] > 1: pass",
    "if StageNumber(number) is StageNumber.RELEVANCE: pass",
    "LABELS = {StageNumber.EXTRACTION: 'accept', StageNumber.RELEVANCE: 'yes'}",
    "WORDS = {1: 'accept', 2: 'yes', 3: 'better'}",
    "gap = GAPS[StageNumber.RESPONSE]",
    "match stage.number:\n    case 1: pass",
    "match one:\n    case StageNumber.RESPONSE | None: pass",
]
ALLOWED = [
    "stage = Stage.objects.get(study=study, number=StageNumber.RELEVANCE)",
    "if behaviour(stage.number).has_sides: pass",
    "if stage.number == other.number: pass",
    "if stage.k == 1: pass",
    "WORDS = {'accept': 1, 'reject': 3}",
    "sizes = {1: 'one', 20: 'many'}",
]


def _modules():
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            name = path.relative_to(PROJECT).as_posix()
            if "/migrations/" not in name and not name.startswith("judgments/stages/"):
                yield name, path.read_text()


def test_nothing_else_branches_on_the_number_of_a_stage():
    found = {name: lines for name, source in _modules() if (lines := branches_of(source))}
    assert {f"{name}:{lines}" for name, lines in found.items() if name not in EXCEPTIONS} == set()
    assert set(found) == set(EXCEPTIONS), "an exception that is not needed any more goes"


@pytest.mark.parametrize("source", PLANTED)
def test_a_planted_branch_is_found(source):
    assert branches_of(source)


@pytest.mark.parametrize("source", ALLOWED)
def test_what_does_not_branch_is_left_alone(source):
    assert branches_of(source) == []


def test_the_upload_format_has_the_labels_of_the_stages():
    words = {number: set(way.words.values()) for number, way in BEHAVIOURS.items() if way.has_words}
    assert {number: set(labels) for number, labels in LABELS_OF_THE_FORMAT.items()} == words


def test_an_imported_dataset_may_hold_the_labels_of_the_stages():
    ranges = {number: (way.scale[0], way.scale[-1]) for number, way in BEHAVIOURS.items()}
    assert {number: (_FROM[number], _TO[number]) for number in _FROM} == ranges


@pytest.mark.django_db
def test_exports_write_the_words_of_the_stages():
    statement = f"SELECT {label_word('given.label')} FROM (SELECT %s AS number) stage, (SELECT %s AS label) given"  # noqa: S608 - own words only
    for number, way in BEHAVIOURS.items():
        for label, word in way.words.items():
            with connection.cursor() as cursor:
                cursor.execute(statement, [number, label])
                assert cursor.fetchone() == (word,)


@pytest.mark.parametrize("number", list(StageNumber))
def test_a_stage_fills_in_its_interface(number):
    way = behaviour(number)
    assert way.number == number
    assert {choice.value for choice in way.choices()} == set(way.words) == set(way.labels.values)
    keys = [key for choice in way.choices() for key in choice.keys]
    assert len(keys) == len(set(keys))
    assert all(choice.key for choice in way.choices())
    assert way.asked_for in way.words
    assert way.best_label in {way.scale[0], way.scale[-1]}
    assert Gating.ALL in way.gatings
    assert [way.parse_label(word) for word in way.words.values()] == list(way.words)
    assert set(way.every_failure_mode()) <= set(FailureMode)
