"""What may become of the votes, on the page of their run."""

from typing import Any

from accounts.models import User
from generation.kinds.kind import ResultsPart
from generation.models import Run
from judgments.stages import behaviour


def _context(run: Run, user: User) -> dict[str, Any]:
    """Votes on relevance say which attributes a system could use."""
    return {"calls_endpoint": True} if run.stage_number and behaviour(run.stage_number).selects else {}


OUTCOME = ResultsPart(template="generation/votes_outcome.html", context=_context)
