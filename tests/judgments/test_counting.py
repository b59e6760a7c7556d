"""What counts, and what the counted labels come to, is said in several forms: on generated judgments they are equal."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from judgments.counting import counted
from judgments.enums import ExclusionReason, Outcome, TaskKind
from judgments.models import Adjudication, Assignment, Consensus, Judgment, Task, Unit
from judgments.oversight.disagreement import said_of, units_in_disagreement
from judgments.stages import behaviour
from raters.enums import RaterKind
from raters.models import Rater
from reports.dataset.reading import read_table
from reports.dataset.tables.judgments import JUDGMENTS
from reports.stats import consensus as of_arrays
from reports.stats.ratings import Ratings
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LABELS = {1: [1, 2, 3], 2: [0, 1], 3: [1, 2, 3, 4, 5]}
RATERS = [RaterKind.HUMAN] * 5 + [RaterKind.PANEL, RaterKind.PANEL, RaterKind.MODEL, "oneself"]

judgment = st.fixed_dictionaries(
    {
        "rater": st.integers(0, len(RATERS) - 1) | st.integers(0, 3),
        "presentation": st.sampled_from([0, 0, 0, 1]),
        "label": st.integers(0, 4),
        "excluded": st.sampled_from([False, False, False, True]),
        "outcome": st.sampled_from([None, "submitted", "submitted", "surplus"]),
    }
)
unit = st.fixed_dictionaries(
    {
        "number": st.sampled_from([1, 2, 3]),
        "kind": st.sampled_from([TaskKind.REGULAR, TaskKind.REGULAR, TaskKind.REGULAR, TaskKind.GOLD]),
        "adjudicated": st.none() | st.integers(0, 4),
        "judgments": st.lists(judgment, max_size=8, unique_by=lambda said: (said["rater"], said["presentation"])),
    }
)


@settings(max_examples=40)
@given(k=st.integers(1, 4), units=st.lists(unit, min_size=1, max_size=8))
def test_every_form_of_counting_and_of_consensus_says_the_same(k: int, units: list[dict[str, Any]]) -> None:
    with transaction.atomic():
        _store(k, units)
        transaction.set_rollback(True)


def _store(k: int, units: list[dict[str, Any]]) -> None:
    study = factories.study()
    study.stages.update(k=k)
    subject, *_ = factories.material(study, subjects=1, attributes_each=2)
    raters = [_rater(kind, subject) for kind in RATERS]
    expected: dict[Unit, list[int]] = {}
    panels: dict[Unit, list[int]] = {}
    counts: set[int] = set()
    for planned in units:
        made = _unit(study, subject, planned)
        expected[made], panels[made] = [], []
        for said in planned["judgments"]:
            row = _judgment(made, planned, said, raters[said["rater"]])
            if _may_count(planned, said):
                if RATERS[said["rater"]] == RaterKind.HUMAN:
                    expected[made].append(row.label)
                    counts.add(row.pk)
                elif RATERS[said["rater"]] == RaterKind.PANEL:
                    panels[made].append(row.label)
    _counting_agrees(study, counts)
    for number in (1, 2, 3):
        stage = study.stages.get(number=number)
        of_stage = {made: labels for made, labels in expected.items() if made.task.stage_id == stage.pk}
        _consensus_agrees(stage, of_stage, panels)
        _disagreement_agrees(stage, of_stage)


def _rater(kind: str, subject: Any) -> Rater:
    if kind == "oneself":
        return Rater.objects.create(kind=RaterKind.HUMAN, name="oneself", subject=subject)
    return Rater.objects.create(kind=kind, name=kind)


def _unit(study: Any, subject: Any, planned: dict[str, Any]) -> Unit:
    number = planned["number"]
    case = subject.cases.get()
    target = {1: {"subject": subject}, 2: {"case": case}, 3: {"comparison": case.comparisons.get()}}[number]
    task = Task.objects.create(stage=study.stages.get(number=number), kind=planned["kind"], **target)
    made = Unit.objects.create(task=task, position=0, attribute=subject.attributes.first())
    if planned["adjudicated"] is not None:
        label = _label(number, planned["adjudicated"])
        Adjudication.objects.create(unit=made, stage_number=number, label=label, decided_at=NOW)
    return made


def _label(number: int, drawn: int) -> int:
    return LABELS[number][drawn % len(LABELS[number])]


def _judgment(made: Unit, planned: dict[str, Any], said: dict[str, Any], rater: Rater) -> Judgment:
    page = None
    if said["outcome"] is not None:
        page = Assignment.objects.create(
            task=made.task,
            stage=made.task.stage,
            rater=rater,
            presentation=said["presentation"],
            started_at=NOW,
            submitted_at=NOW,
            outcome=said["outcome"],
        )
    return Judgment.objects.create(
        unit=made,
        rater=rater,
        presentation=said["presentation"],
        stage_number=planned["number"],
        assignment=page,
        label=_label(planned["number"], said["label"]),
        submitted_at=NOW,
        excluded_at=NOW if said["excluded"] else None,
        exclusion_reason=ExclusionReason.OTHER if said["excluded"] else "",
    )


def _may_count(planned: dict[str, Any], said: dict[str, Any]) -> bool:
    """docs/protocol.md, Counting, but for the kind of rater."""
    return (
        planned["kind"] == TaskKind.REGULAR
        and said["presentation"] == 0
        and not said["excluded"]
        and said["outcome"] in {None, Outcome.SUBMITTED}
    )


def _counting_agrees(study: Any, counts: set[int]) -> None:
    assert set(Judgment.objects.filter(counted()).values_list("pk", flat=True)) == counts
    by_unit = Unit.objects.filter(counted("judgments__", task="task__"))
    assert set(by_unit.values_list("judgments", flat=True)) == counts
    exported = read_table(JUDGMENTS, study, [1, 2, 3], ["judgment_id", "counted"]).to_pylist()
    assert {row["judgment_id"] for row in exported if row["counted"]} == counts
    assert len(exported) == Judgment.objects.count()


def _consensus_agrees(stage: Any, labels_of: dict[Unit, list[int]], panels: dict[Unit, list[int]]) -> None:
    way = behaviour(stage.number)
    humans = _of_arrays(stage.number, labels_of)
    by_panel = _of_arrays(stage.number, {made: panels[made] for made in labels_of})
    view = {row.unit_id: row for row in Consensus.objects.filter(stage=stage)}
    decided = dict(Adjudication.objects.values_list("unit", "label"))
    for made, labels in labels_of.items():
        if not labels and not panels[made]:
            continue  # an adjudication alone makes no consensus
        row = view.pop(made.pk)
        agreed = way.consensus(labels or panels[made])
        assert (humans if labels else by_panel)[made.pk] == pytest.approx(agreed)
        assert row.label == pytest.approx(decided.get(made.pk, agreed))
        assert (row.raters, row.by_panel, row.adjudicated) == (len(labels), not labels, made.pk in decided)
        assert row.provisional == (made.pk not in decided and 0 < len(labels) < stage.k)
    assert not view


def _of_arrays(number: int, labels_of: dict[Unit, list[int]]) -> dict[int, float]:
    rows = [(made.pk, rater, label) for made, labels in labels_of.items() for rater, label in enumerate(labels)]
    if not rows:
        return {}
    units, raters, labels = (list(column) for column in zip(*rows, strict=True))
    ratings = Ratings.from_rows(units=units, raters=raters, labels=labels)
    agreed = _agreed(number, ratings)
    assert agreed.known.all()
    return dict(zip(ratings.unit_keys.tolist(), agreed.label.tolist(), strict=True))


def _agreed(number: int, ratings: Ratings) -> of_arrays.ConsensusLabels:
    if number == 3:
        return of_arrays.mean(ratings)
    return of_arrays.majority(ratings, LABELS[number], otherwise=2 if number == 1 else 0)


def _disagreement_agrees(stage: Any, labels_of: dict[Unit, list[int]]) -> None:
    found = set(units_in_disagreement(stage).values_list("pk", flat=True))
    assert found == {made.pk for made, labels in labels_of.items() if _disagree(stage.number, labels)}
    for made, labels in labels_of.items():
        assert sorted(said.label for said in said_of(made)) == sorted(labels)


def _disagree(number: int, labels: Sequence[int]) -> bool:
    """Stage 1 and 2: any two differ. Stage 3: by two points."""
    return bool(labels) and int(np.ptp(labels)) >= (2 if number == 3 else 1)
