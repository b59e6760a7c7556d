"""What an upload may leave out may be left out of a whole study: it is read, reported, exported, replayed and imported.

Which fields those are is asked of the reader of the rows; a new one is covered by the day it is read.
"""

import json
import re
from collections.abc import Iterator
from io import BytesIO, StringIO
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conversations.enums import Origin, Role
from conversations.formats import Format, Options
from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.readers import yardstick
from conversations.models import Membership, Study
from conversations.services import batches, importing
from judgments.models import Judgment
from reports.dataset.reads import dataset_of
from reports.enums import FORMATS
from reports.exports import making
from reports.exports.scope import ExportScope
from reports.models import Report
from reports.report import computing
from reports.report.figures.report import report_figures
from tests import factories

# The dataset is read in a transaction of its own kind.
pytestmark = pytest.mark.django_db(transaction=True)

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "upload-formats.md"

type Fields = dict[str, Any]

TEA, TRAIN = "Drinks tea without milk", "Takes the early train"
ARM = {"name": "warm", "policy": "selection", "selection_of": "rival", "settings": {"temperature": 1}}
JUDGES = (("r1", "human"), ("r2", "human"), ("judge", "model"), ("crowd", "panel"))


def material(subject: str) -> Iterator[Fields]:
    said = [{"role": "user", "content": "Tea, no milk. I leave at six."}, {"role": "assistant", "content": "Noted."}]
    yield {"kind": "subject", "subject": subject, "origin": "real", "stated_conversations": 3}
    yield {"kind": "conversation", "subject": subject, "conversation": f"{subject}-c", "turns": said} | {
        "language": "en",
        "model": "some-model",
        "toxic": False,
        "redacted": False,
    }
    for place, (text, quote) in enumerate(((TEA, "Tea, no milk."), (TRAIN, "I leave at six."))):
        evidence = [{"conversation": f"{subject}-c", "turn": 0, "quote": quote}]
        yield {"kind": "attribute", "subject": subject, "id": f"a{place}", "attribute": text, "system": "extractor"} | {
            "reason": "Said so.",
            "confidence": 0.5,
            "type": "habit",
            "evidence": evidence,
            "merged_from": ["Likes tea"],
        }
    case = {"subject": subject, "prompt": "p1"}
    yield {"kind": "case", **case}
    for text, score in ((TEA, 0.7), (TRAIN, 0.2)):
        yield {"kind": "selection", "system": "product", **case, "attribute": text, "selected": True, "score": score}
    answer = [{"attribute": TEA, "selected": True, "score": 0.7}, {"attribute": TRAIN, "selected": False, "score": 0.2}]
    yield {"kind": "selection", "system": "rival", **case, "attributes": answer}
    for kind, text in (("generic", "Have coffee."), ("personalized", "Have black tea before your train.")):
        given = [{"attribute": text, "given": True, "mentioned": text == TEA} for text in (TEA, TRAIN)]
        yield {"kind": "response", "system": "product", **case, "response": kind, "text": text, "attributes": given} | {
            "model": "some-model",
            "input_tokens": 12,
            "output_tokens": 5,
            "latency_ms": 300,
            "cost": "0.001",
            **({"arm": ARM} if kind == "personalized" else {}),
        }
    control = {"control": "personal", "right": "Have tea.", "wrong": "Walk the dog.", "system": "product"}
    other = "s2" if subject == "s1" else "s1"
    yield {"kind": "control", "subject": subject, "prompt": "p2", **control, "borrowed_from": other}


def judgments(subject: str) -> Iterator[Fields]:
    """Each label the same whatever a row leaves out, so that what becomes one row then says one thing."""
    for rater, kind in JUDGES:
        page = {"kind": "judgment", "rater": rater, "rater_kind": kind, "subject": subject, "note": "Yes."} | {
            "submitted_at": "2026-05-01T09:30:00Z",
            "active_ms": 48_000,
            "comment": "Clear.",
            "presentation": 0,
        }
        of_case = page | {
            "prompt": "p1",
            "shown_left": "generic",
            "system": "product",
            "arm": {},
            "stage": 3,
            "label": 4,
        }
        for text in (TEA, TRAIN):
            yield page | {"stage": 1, "attribute": text, "label": "reject", "failure_mode": "overgeneralization"}
            yield page | {"stage": 2, "prompt": "p1", "attribute": text, "label": "yes"}
            yield of_case | {"attribute": text}
        yield of_case
        yield of_case | {"presentation": 1}


def whole_upload() -> list[Fields]:
    prompts = [
        {"kind": "prompt", "prompt": "p1", "text": "What for breakfast?", "topic": "food"},
        {"kind": "prompt", "prompt": "p2", "text": "What to drink?", "topic": "food"},
    ]
    subjects = ("s1", "s2")
    return [*prompts, *(row for subject in subjects for row in (*material(subject), *judgments(subject)))]


def is_read(row: Fields) -> bool:
    try:
        list(yardstick.rows_of(1, Record(row), Context(Options())))
    except FieldError:
        return False
    return True


def paths(row: Fields) -> Iterator[tuple[str, ...]]:
    """Of every field of a row, and of every field of the objects in it."""
    for name, value in row.items():
        yield (name,)
        inner = value if isinstance(value, list) else [value]
        yield from sorted({(name, field) for each in inner if isinstance(each, dict) for field in each})


def without(row: Fields, path: tuple[str, ...]) -> Fields:
    if path[0] not in row or len(path) == 1:
        return {name: value for name, value in row.items() if name != path[0]}
    inner = row[path[0]]
    less = [without(each, path[1:]) for each in inner] if isinstance(inner, list) else without(inner, path[1:])
    return row | {path[0]: less}


def optional_fields() -> dict[str, list[tuple[str, ...]]]:
    """By kind of row, what the reader takes a row without. Of judgments at any stage."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in whole_upload():
        known = found.setdefault(row["kind"], [])
        known += [path for path in paths(row) if path not in known and is_read(without(row, path))]
    return found


OPTIONAL = optional_fields()
EACH_FIELD = [(kind, path) for kind, fields in OPTIONAL.items() for path in fields]
# Of each kind of row one field at a time. That kinds take turns together makes four times fewer studies.
ONE_AT_A_TIME = [
    [(kind, path) for kind, path in zip(OPTIONAL, paths, strict=True) if path is not None]
    for paths in zip_longest(*OPTIONAL.values())
]


def less(rows: list[Fields], kind: str, path: tuple[str, ...]) -> list[Fields]:
    """The rows of the kind without the field, as far as they can be read without it."""
    found = [without(row, path) if row["kind"] == kind else row for row in rows]
    return [now if is_read(now) else before for before, now in zip(rows, found, strict=True)]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def test_the_rows_of_this_test_have_every_field_there_is():
    used: dict[str, set[str]] = {}
    for row in whole_upload():
        used.setdefault(row["kind"], set()).update(row)
    assert used == {name: kind.fields | {"kind"} for name, kind in yardstick.KINDS.items()}


def test_the_documentation_names_what_may_be_left_out():
    table = re.findall(r"^\| `(\w+)` \| (`.*) \| (.*) ?\|$", DOCUMENTATION.read_text(), re.MULTILINE)
    documented = {kind: set(re.findall(r"`(\w+)`", optional)) for kind, _required, optional in table}
    for kind, fields in OPTIONAL.items():
        assert {path[0] for path in fields if len(path) == 1} <= documented[kind]


def test_a_study_of_whole_rows_keeps_its_figures(tmp_path):
    is_shown(*goes_all_the_way(whole_upload(), tmp_path))


@pytest.mark.parametrize(
    "fields", ONE_AT_A_TIME, ids=lambda fields: ",".join(".".join((kind, *path)) for kind, path in fields)
)
def test_a_study_without_one_optional_field_of_each_kind_keeps_its_figures(tmp_path, fields):
    goes_all_the_way(without_fields(whole_upload(), fields), tmp_path)


def test_a_study_without_any_optional_field_keeps_its_figures(tmp_path):
    is_shown(*goes_all_the_way(without_fields(whole_upload(), EACH_FIELD), tmp_path))


def test_a_subject_without_any_optional_field_beside_whole_ones_keeps_the_figures(tmp_path):
    rows = whole_upload()
    goes_all_the_way(
        [
            *without_fields([row for row in rows if row.get("subject") == "s1"], EACH_FIELD),
            *(row for row in rows if row.get("subject") != "s1"),
        ],
        tmp_path,
    )


def without_fields(rows: list[Fields], fields: list[tuple[str, tuple[str, ...]]]) -> list[Fields]:
    for kind, path in fields:
        rows = less(rows, kind, path)
    return rows


def goes_all_the_way(rows: list[Fields], place: Path) -> tuple[Study, User]:
    """From the upload to a study that is made of the export again."""
    study, owner = uploaded(rows)
    judged = set(Judgment.objects.values_list("stage_number", "rater__kind"))
    assert judged >= {(stage, kind) for stage in (1, 2, 3) for kind in ("human", "model", "panel")}
    study.stages.update(state="closed")
    figures = report_figures(dataset_of(study))
    for kind, formats in FORMATS.items():
        for each in formats:
            making.write_export_to(place / "export", ExportScope(study, [1, 2, 3]), kind=kind, file_format=each)
    making.write_dataset_to(place / "dataset", ExportScope(study, [1, 2, 3]))
    (place / "figures").write_text(json.dumps(figures))
    call_command("replay", place / "dataset", against=place / "figures", stderr=StringIO())
    call_command("import_dataset", place / "dataset", study="again", user=owner.username, stdout=StringIO())
    again = report_figures(dataset_of(Study.objects.get(slug="again")))
    for part in ("verdict", "bottleneck", "counts"):
        assert again[part] == figures[part]
    return study, owner


def uploaded(rows: list[Fields]) -> tuple[Study, User]:
    study, owner = factories.study(), User.objects.create_user("owner")
    Membership.objects.create(study=study, user=owner, role=Role.OWNER)
    file = File(BytesIO("".join(json.dumps(row) + "\n" for row in rows).encode()))
    batch = batches.receive(
        study=study, file=file, filename="all.jsonl", origin=Origin.REAL, user=owner, format=Format.YARDSTICK
    )
    done = importing.import_batch(batch_id=batch.pk, now=timezone.now())
    assert done is not None
    assert done.state == "done"
    return study, owner


def is_shown(study: Study, owner: User) -> None:
    """The report with its charts, as a worker makes it and the page shows it."""
    report = Report.objects.create(study=study, requested_at=timezone.now())
    computed = computing.compute_report(report_id=report.pk, now=timezone.now())
    assert computed is not None
    assert computed.figures is not None
    client = Client()
    client.force_login(owner)
    page = client.get(f"/studies/{study.slug}/report/")
    assert page.status_code == 200
    assert computed.figures["verdict"]["sentence"] in page.content.decode()
