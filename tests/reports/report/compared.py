"""A study of two systems of which one helps; each subject's last prompt is left as it was by the one that helps."""

from typing import Any

import numpy as np

from conversations.enums import Origin
from conversations.models import Study
from conversations.services.arms import ensure_arm
from judgments.models import Judgment, Unit
from judgments.work.opening import open_stage
from tests import factories
from tests.judgments.rated import NOW
from tests.rows import made_once

SUBJECTS, PROMPTS, RATERS, K = 12, 11, 9, 2
HELPS, OTHER = "memory 2", "memory 1"
EFFECTS = {HELPS: 0.9, OTHER: 0.0}


@made_once
def compared_study() -> Study:
    study = factories.study()
    prompts = [factories.prompt(study, topic=("travel", "food")[place % 2]) for place in range(PROMPTS)]
    arms = {name: ensure_arm(system=factories.system(study, name)) for name in EFFECTS}
    for _subject in range(SUBJECTS):
        person = factories.subject(study, origin=Origin.REAL, stated_conversations=5)
        for place, about in enumerate(prompts):
            case = factories.case(person, about)
            for name, arm in arms.items():
                if name == HELPS and place == PROMPTS - 1:
                    factories.silent_case(case, arm)
                else:
                    factories.comparison(case, [], by=arm.system, arm=arm)
    stage = factories.stage(study, 3, k=K)
    open_stage(stage=stage, actor=None, now=NOW)
    _judge(study)
    study.stages.update(state="closed")
    return study


def _judge(study: Study) -> None:
    """Whatever a rater thinks of one arm is hers alone: nobody sees both arms of a case."""
    chance = np.random.default_rng(3)
    raters = [factories.rater(study) for _ in range(RATERS)]
    units = Unit.objects.filter(task__stage__study=study, task__kind="regular", attribute=None)
    rows: list[dict[str, Any]] = []
    sees = [raters[place] for place in chance.permutation(RATERS)]
    for unit, name in units.order_by("id").values_list("id", "task__comparison__system__name"):
        sees = sees[K:] + sees[:K]
        for rater in sees[:K]:
            label = int(np.clip(np.floor(3 + EFFECTS[name] + chance.normal(0, 0.5) + chance.uniform()), 1, 5))
            rows.append({"unit_id": unit, "rater": rater, "label": label})
    Judgment.objects.bulk_create(Judgment(**row, stage_number=3, submitted_at=NOW) for row in rows)
