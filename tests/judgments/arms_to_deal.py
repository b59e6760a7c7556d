"""Stage 3 of a study with three arms on each case, open."""

from datetime import UTC, datetime

from conversations.enums import Policy
from conversations.models import Stage
from judgments.work.opening import open_stage
from tests import factories
from tests.rows import made_once

POLICIES = (Policy.OWN, Policy.ACCEPTED, Policy.RELEVANT)


@made_once
def open_with_arms(*, cases: int, silent: int = 0, k: int = 3, seed: int = 1, several: bool = False) -> Stage:
    """Of each case a comparison of three arms of one system, of the first cases without the last arm, which is silent there."""
    study = factories.study(seed=seed, several_comparisons_per_case=several)
    person, made_by = factories.subject(study), factories.system(study)
    arms = [factories.arm(made_by, policy=policy) for policy in POLICIES]
    for number in range(cases):
        case = factories.case(person)
        for arm in arms[:2] if number < silent else arms:
            factories.comparison(case, [], arm=arm)
    stage = factories.stage(study, 3, k=k)
    open_stage(stage=stage, actor=None, now=datetime(2026, 3, 1, 11, tzinfo=UTC))
    return stage
