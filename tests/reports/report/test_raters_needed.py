"""Before stage 3 is opened its page says how many raters a verdict needs, from what there is to judge."""

import pytest
from django.utils import timezone

from conversations.models import Comparison, Study
from judgments.work.estimates import estimate_of
from judgments.work.opening import open_stage
from reports.report.reads import PlannedComparisons, planned_comparisons
from tests import factories
from tests.reports.report.shown import member

pytestmark = pytest.mark.django_db


def test_what_is_to_be_judged_is_counted_without_what_nobody_is_shown():
    study = factories.study()
    factories.material(study, subjects=5)
    first, second, *_ = Comparison.objects.order_by("id")
    Comparison.objects.filter(pk=first.pk).update(identical=True)
    Comparison.objects.filter(pk=second.pk).update(withdrawn_at=timezone.now())
    planned = planned_comparisons(study)
    assert (planned.subjects, planned.comparisons) == (3, 3)
    assert planned_comparisons(factories.study()) == PlannedComparisons(subjects=0, prompts=0, comparisons=0)


def test_the_page_of_stage_3_asks_for_it_until_the_stage_is_open():
    study = factories.study(margin="0.25")
    factories.material(study, subjects=5)
    owner = member(study)
    part = f"/studies/{study.slug}/report/raters-needed/"
    stages = {number: factories.stage(study, number) for number in (1, 3)}
    pages = {number: owner.get(f"/studies/{study.slug}/stages/{number}/").content.decode() for number in (1, 3)}
    assert part in pages[3]
    assert part not in pages[1]
    said = owner.get(part).content.decode()
    assert "different raters in all" in said
    assert "around their average: an assumption" in said
    open_stage(stage=stages[3], actor=None, now=timezone.now())
    assert part not in owner.get(f"/studies/{study.slug}/stages/3/").content.decode()


def test_the_fee_of_a_platform_is_in_the_estimate():
    study = factories.study(pay_per_hour="12.00")
    factories.material(study, subjects=5)
    stage = factories.stage(study, 3)
    assert estimate_of(stage).fee_text == ""
    Study.objects.filter(pk=study.pk).update(platform_fee="30.0")
    stage.refresh_from_db()
    estimate = estimate_of(stage)
    assert float(estimate.fee) == pytest.approx(float(estimate.money) * 0.3, abs=0.01)
    assert estimate.fee > 0
