"""Samples of attributes: bounded, spread, and steady."""

from datetime import UTC, datetime

import pytest

from judgments.models import Unit
from judgments.stages import behaviour
from judgments.work.estimates import estimate_of
from judgments.work.opening import extend_open_stages, open_stage
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sampled(stage):
    """By subject, the ids of the attributes in its tasks."""
    found: dict[int, set[int]] = {}
    for subject, attribute in Unit.objects.filter(task__stage=stage).values_list("task__subject", "attribute"):
        found.setdefault(subject, set()).add(attribute)
    return found


def study_with_strata(*, seed=5):
    """Two subjects with 12 attributes each: two systems, three conversations, one of which has most of them."""
    study = factories.study(seed=seed)
    systems = [factories.system(study, "one"), factories.system(study, "other")]
    strata = {}
    for _ in range(2):
        subject = factories.subject(study)
        conversations = [*[1] * 4, 2, 3]
        for system in systems:
            for attribute, conversation in zip(
                factories.attributes(subject, 6, system=system), conversations, strict=True
            ):
                attribute.evidence = [{"conversation": conversation}]
                attribute.save()
                strata[attribute.pk] = (system.pk, conversation)
    return study, strata


@pytest.mark.parametrize("most", [1, 6, 8, 20])
def test_sample_of_attributes_is_bounded_and_spread_over_systems_and_conversations(most):
    study, strata = study_with_strata()
    stage = factories.stage(study, 1, attributes_per_subject=most)
    told = estimate_of(stage)
    built = open_stage(stage=stage, actor=None, now=NOW)
    assert told.units == built.units == 2 * min(most, 12)
    for attributes in sampled(stage).values():
        assert len(attributes) == min(most, 12)
        assert len({strata[each] for each in attributes}) == min(most, 6)


def test_sample_is_drawn_by_the_seed_and_keeps_what_is_judged_when_attributes_are_added():
    study, _strata = study_with_strata()
    stage = factories.stage(study, 1, attributes_per_subject=6)
    drawn = set(behaviour(1).pairs(stage).values_list("id", flat=True))
    assert drawn == set(behaviour(1).pairs(stage).values_list("id", flat=True))
    study.seed = 6
    study.save()
    stage.refresh_from_db()
    assert drawn != set(behaviour(1).pairs(stage).values_list("id", flat=True))
    open_stage(stage=stage, actor=None, now=NOW)
    before = sampled(stage)
    for subject in study.subjects.all():
        factories.attributes(subject, 6)
    extend_open_stages(study=study, now=NOW)
    assert sampled(stage) == before


def test_sample_is_filled_up_where_an_attribute_is_withdrawn():
    study, _strata = study_with_strata()
    stage = factories.stage(study, 1, attributes_per_subject=6)
    first = behaviour(1).pairs(stage).first()
    type(first).objects.filter(pk=first.pk).update(withdrawn_at=NOW)
    assert behaviour(1).pairs(stage).filter(subject_id=first.subject_id).count() == 6
