"""Starting the runs of a ladder: the same runs as everywhere, told which cases and which attributes."""

from datetime import datetime

from accounts.models import User
from conversations.enums import SelectionPool
from generation.kinds.responses.start import start_responses
from generation.kinds.selections.start import start_selections
from generation.ladder.scope import RUNGS, Ladder
from generation.models import Run

SELECTIONS = {f"select-{pool}": pool for pool in SelectionPool}
RESPONSES = {f"respond-{policy}": policy for policy in RUNGS}


def start_step(ladder: Ladder, key: str, *, actor: User | None, now: datetime) -> Run:
    """A run of what the step lacks and can be done now. Raises KeyError for a step that is no run, and NothingToDo."""
    if key in SELECTIONS:
        return start_selections(
            study=ladder.study,
            endpoint=ladder.endpoint,
            configuration=ladder.selections(SELECTIONS[key]),
            cases=ladder.cases,
            actor=actor,
            now=now,
        )
    return start_responses(
        study=ladder.study,
        endpoint=ladder.endpoint,
        configuration=ladder.responses(RESPONSES[key]),
        cases=ladder.cases,
        actor=actor,
        now=now,
    )
