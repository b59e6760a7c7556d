"""Labels given elsewhere: models' votes, panels, humans judged before."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files import File
from django.utils import timezone

from conversations.enums import BatchState, Origin, Policy
from conversations.formats import Format
from conversations.models import Batch, BatchProblem, Comparison, Study
from conversations.services import batches, importing
from judgments.models import Assignment, Consensus, Judgment, Slot, Task, Unit
from judgments.work.estimates import estimate_of
from judgments.work.opening import open_stage
from raters.enums import RaterKind
from raters.models import Rater
from tests import factories

pytestmark = pytest.mark.django_db
DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def study() -> Study:
    made = factories.study()
    subject = factories.subject(made, external_id="ada")
    attributes = factories.attributes(subject, 2)
    case = factories.case(subject, factories.prompt(made, external_id="p1"))
    factories.comparison(case, attributes[:1])
    return made


def bring(
    study: Study, file: BytesIO, file_format: Format | None = None, *, state: BatchState = BatchState.DONE
) -> Batch:
    batch = batches.receive(
        study=study, file=File(file), filename="votes.jsonl", origin=Origin.UNKNOWN, user=None, format=file_format
    )
    imported = importing.import_batch(batch_id=batch.pk, now=timezone.now())
    assert imported is not None
    assert imported.state == state
    return imported


def votes(study: Study, *rows: Mapping[str, object], state: BatchState = BatchState.DONE) -> Batch:
    common: dict[str, object] = {
        "kind": "judgment",
        "rater": "big-model",
        "rater_kind": "model",
        "stage": 2,
        "subject": "ada",
    }
    lines = "".join(json.dumps({**common, **row}) + "\n" for row in rows)
    return bring(study, BytesIO(lines.encode()), Format.YARDSTICK, state=state)


def texts(study: Study) -> list[str]:
    return [attribute.text for attribute in study.subjects.get().attributes.order_by("id")]


def test_votes_come_before_the_stage_opens_and_make_no_work_yet(study):
    first, second = texts(study)
    batch = votes(
        study,
        {"prompt": "p1", "attribute": first, "label": "yes"},
        {"prompt": "p1", "attribute": second, "label": "no"},
    )
    assert batch.counts["judgments"] == {"new": 2, "known": 0}
    assert list(Judgment.objects.order_by("unit__attribute").values_list("label", flat=True)) == [1, 0]
    assert Rater.objects.get().kind == RaterKind.MODEL
    assert (Task.objects.count(), Slot.objects.count()) == (1, 0)
    built = open_stage(stage=factories.stage(study, 2), actor=None, now=timezone.now())
    assert (built.tasks, built.slots) == (0, 3)


def test_same_votes_again_change_nothing_and_others_are_refused(study):
    first, _ = texts(study)
    votes(study, {"prompt": "p1", "attribute": first, "label": "yes"})
    assert votes(study, {"prompt": "p1", "attribute": first, "label": "yes", "note": "again"}).counts["judgments"] == {
        "new": 0,
        "known": 1,
    }
    other = votes(study, {"prompt": "p1", "attribute": first, "label": "no"}, state=BatchState.FAILED)
    assert other.counts["problems"] == 1
    assert Judgment.objects.get().label == 1


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"subject": "nobody", "prompt": "p1", "attribute": "x", "label": "yes"}, "subject"),
        ({"prompt": "p9", "attribute": "x", "label": "yes"}, "prompt"),
        ({"prompt": "p1", "attribute": "never said", "label": "yes"}, "attribute"),
        ({"stage": 3, "prompt": "p1", "system": "other", "label": 4}, "system"),
    ],
)
def test_vote_on_what_is_not_there_is_reported(study, row, field):
    assert votes(study, row, state=BatchState.FAILED).counts["problems"] == 1
    assert BatchProblem.objects.get().field == field
    assert Judgment.objects.count() == 0


def test_stage_3_takes_the_overall_unit_and_given_attributes_only(study):
    given, context = texts(study)
    batch = votes(
        study,
        {"stage": 3, "prompt": "p1", "label": 4},
        {"stage": 3, "prompt": "p1", "attribute": given, "label": 5},
        {"stage": 3, "prompt": "p1", "attribute": context, "label": 5},
    )
    assert (batch.counts["judgments"]["new"], batch.counts["problems"]) == (2, 1)
    assert list(Judgment.objects.order_by("label").values_list("unit__attribute__text", "label")) == [
        (None, 4),
        (given, 5),
    ]


def test_what_is_said_of_an_arm_tells_which_comparison_was_judged(study):
    case = Comparison.objects.get().case
    memory = factories.arm(factories.system(study), "memory 2", settings={"attributes": 5})
    own = factories.arm(factories.system(study), policy=Policy.OWN)
    first, second = (factories.comparison(case, [], arm=arm) for arm in (memory, own))
    judged = {"stage": 3, "prompt": "p1", "label": 4}
    batch = votes(
        study,
        judged | {"arm": "memory 2"},
        judged | {"arm": {"policy": "own"}, "label": 5},
        judged,
        judged | {"arm": "memory 3"},
        {"prompt": "p1", "attribute": texts(study)[0], "label": "yes", "arm": "memory 2"},
        judged | {"arm": {"settings": {"attributes": 5.0}}, "rater": "other-model"},
    )
    assert [(one.line, one.field) for one in BatchProblem.objects.order_by("pk")] == [
        (5, "arm"),
        (3, "arm"),
        (4, "arm"),
    ]
    assert batch.counts["judgments"]["new"] == 3
    labels = Judgment.objects.order_by("pk").values_list("unit__task__comparison", "label")
    assert list(labels) == [(first.pk, 4), (second.pk, 5), (first.pk, 4)]


def test_panel_gates_and_uploaded_human_speaks_for_nobody_who_rates_here(study):
    first, second = texts(study)
    factories.rater(study, name="Rater 1")
    votes(
        study,
        {"rater": "jury", "rater_kind": "panel", "stage": 1, "attribute": first, "label": "accept"},
        {"rater": "Rater 1", "rater_kind": "human", "stage": 1, "attribute": second, "label": "reject"},
    )
    found = Consensus.objects.order_by("unit__attribute").values_list("label", "by_panel", "raters", "provisional")
    assert list(found) == [(1, True, 0, False), (3, False, 1, True)]
    assert Rater.objects.filter(name="Rater 1").get().judgments.count() == 0


def test_what_was_judged_elsewhere_comes_with_its_page(study):
    given, _ = texts(study)
    page = {"rater": "r7", "rater_kind": "human", "stage": 3, "prompt": "p1", "shown_left": "generic"}
    said = {"submitted_at": "2026-05-01T11:30:00+02:00", "active_ms": 48_000, "comment": "Both are short."}
    batch = votes(
        study,
        {**page, **said, "label": 4},
        {**page, **said, "label": 2, "attribute": given},
        {**page, "shown_left": "personalized", "label": 3, "presentation": 1},
        {**page, "shown_left": None, "label": 3, "attribute": given, "presentation": 1},
    )
    assert (batch.counts["judgments"]["new"], batch.counts["problems"]) == (4, 0)
    first, again = Assignment.objects.order_by("presentation")
    assert (first.personalized_left, first.active_ms, first.comment, first.outcome) == (
        False,
        48_000,
        "Both are short.",
        "submitted",
    )
    assert first.submitted_at == datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
    assert first.submitted_at - first.started_at == timedelta(seconds=48)
    assert list(first.judgments.order_by("id").values_list("label", "submitted_at")) == [
        (4, first.submitted_at),
        (2, first.submitted_at),
    ]
    assert (again.personalized_left, again.judgments.count()) == (True, 1)
    assert Judgment.objects.filter(assignment=None).get().presentation == 1
    assert Consensus.objects.get(unit__attribute=None).label == 4, "repeats are not counted"
    batches.undo(batch=batch, actor=None, now=timezone.now())
    assert (Judgment.objects.count(), Assignment.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("said", "field", "expected"),
    [
        ({"rater_kind": None}, "rater_kind", "who judged: human, model or panel"),
        ({"presentation": 2}, "presentation", "a whole number from 0 to 1"),
        ({"submitted_at": "2026-05-01T11:30:00"}, "submitted_at", "a moment with its time zone"),
        ({"submitted_at": "2999-05-01T11:30:00Z"}, "submitted_at", "a moment before this import"),
        ({"submitted_at": "0001-01-01T00:00:00+23:00"}, "submitted_at", "a moment with its time zone"),
        ({"active_ms": -1}, "active_ms", "a whole number from 0 to 86400000"),
        ({"shown_left": "left"}, "shown_left", "one of generic, personalized"),
        ({"stage": 1, "label": "accept", "shown_left": "generic"}, "shown_left", "nothing but at stage 3"),
        ({"comment": "Another."}, "comment", "what another row of this rater's page says"),
    ],
)
def test_what_a_judgment_says_is_checked_row_by_row(study, said, field, expected):
    given, _ = texts(study)
    good = {"rater": "r7", "rater_kind": "human", "stage": 3, "prompt": "p1", "label": 4, "comment": "One."}
    batch = votes(study, good, {**good, "attribute": given, **said})
    problem = BatchProblem.objects.get(batch=batch)
    assert (problem.line, problem.field) == (2, field)
    assert problem.expected.startswith(expected)
    assert Judgment.objects.count() == 1


def test_undoing_the_batch_takes_its_labels_out(study):
    first, _ = texts(study)
    batch = votes(study, {"prompt": "p1", "attribute": first, "label": "yes"})
    batches.undo(batch=batch, actor=None, now=timezone.now())
    assert Judgment.objects.count() == 0


def test_a_page_that_was_rated_elsewhere_is_given_out_for_the_ratings_it_lacks(study):
    first, second = texts(study)
    factories.stage(study, 2, k=3)
    human = {"rater_kind": "human", "prompt": "p1", "label": "yes"}
    votes(
        study,
        *({**human, "rater": rater, "attribute": first} for rater in "abc"),
        *({**human, "rater": rater, "attribute": second} for rater in "ab"),
        {**human, "rater": "c", "attribute": second, "presentation": 1},  # a repeat counts for nothing
    )
    built = open_stage(stage=factories.stage(study, 2), actor=None, now=timezone.now())
    assert (built.tasks, built.slots) == (0, 1)


@needs_data
def test_release_builds_the_units_of_its_readme_and_takes_its_votes():
    study = factories.study()
    for name in ("task5_items", "task6_items"):
        with (DATA / "release" / f"{name}.jsonl").open("rb") as stream:
            bring(study, BytesIO(stream.read()))
    Comparison.objects.update(released_at=timezone.now())  # the leak scan holds some until an admin releases them
    second, third = factories.stage(study, 2), factories.stage(study, 3)
    assert (estimate_of(second).units, estimate_of(third).units) == (3973, 1724)
    for path in [
        *sorted((DATA / "release" / "votes").glob("*.jsonl")),
        DATA / "release" / "human_majority_stage2.jsonl",
    ]:
        with path.open("rb") as stream:
            bring(study, BytesIO(stream.read()))
    assert Judgment.objects.filter(rater__kind=RaterKind.MODEL).count() == 2 * 3973
    assert Judgment.objects.filter(rater__kind=RaterKind.PANEL).count() == 2094  # and three are null
    assert Unit.objects.filter(task__stage=second).count() == 3973
    third_built = open_stage(stage=third, actor=None, now=timezone.now())
    overall = Unit.objects.filter(task__stage=third, attribute__isnull=True).count()
    assert (overall, third_built.units - overall) == (308, 1416)
