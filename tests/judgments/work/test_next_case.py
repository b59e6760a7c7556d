"""What a rater's very next case deals to them is what looking further ahead would have dealt them."""

import random

import pytest
from django.db import transaction

from accounts.statements import Statement, columns, one
from judgments.eligibility.regular_tasks import eligible_sql
from judgments.models import Assignment
from judgments.work.claiming import claim_next, claim_parameters, lock_queue
from judgments.work.dealing import next_case_sql, next_sql
from tests import factories
from tests.judgments.arms_to_deal import open_with_arms
from tests.judgments.rated import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("silent", "k"), [(0, 3), (4, 2)])
def test_both_ways_of_looking_find_the_same_slot(silent, k):
    stage = open_with_arms(cases=12, silent=silent, k=k)
    eligible = eligible_sql(stage)
    near, far = (Statement(sql, columns) for sql in (next_case_sql(stage), next_sql(stage, eligible=eligible)) if sql)
    raters = [factories.rater(stage.study) for _ in range(5)]
    draw, compared = random.Random(silent), 0
    for _ in range(50):
        rater = draw.choice(raters)
        with transaction.atomic():
            queue = lock_queue(rater=rater, stage=stage, now=NOW)
            assert queue is not None
            known = claim_parameters(rater, stage, queue, NOW)
            found = one(near, known)
            if found is not None:
                assert found == one(far, known)
                compared += 1
        page = claim_next(rater=rater, stage=stage, now=NOW)
        if page is not None:
            Assignment.objects.filter(pk=page.pk).update(
                outcome=draw.choice(["submitted", "cannot_judge"]), submitted_at=NOW
            )
    assert compared > 20
