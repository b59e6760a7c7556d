"""Which cases of the run are silent, and which its arm still waits for, on the page of the run."""

from typing import Any

from accounts.models import User
from conversations.enums import ResponseKind
from generation.enums import ItemState
from generation.kinds.kind import ResultsPart
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.responses.scope import responses_to_write
from generation.models import Run


def _context(run: Run, user: User) -> dict[str, Any]:
    """Counts only, as they are now: what waited when the run began may be ready since."""
    configuration = ResponsesConfiguration.of(run.configuration)
    done = run.items.filter(response_kind=ResponseKind.PERSONALIZED, state=ItemState.DONE)
    silent = done.filter(produced=0, notes__given=0).count()
    rewrites = configuration.attempt > 1
    left_out = [] if rewrites else responses_to_write(run.study, run.system, configuration).left_out
    if not silent and not left_out:
        return {}
    return {"silent_cases": silent, "left_out": left_out, "calls_endpoint": True}


OUTCOME = ResultsPart(template="generation/written.html", context=_context)
