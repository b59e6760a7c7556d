"""What may become of the votes, on the page of their run."""

from typing import Any

from accounts.models import User
from conversations.enums import StageNumber
from generation.kinds.kind import ResultsPart
from generation.models import Run


def _context(run: Run, user: User) -> dict[str, Any]:
    """Votes on relevance say which attributes a system could use."""
    return {"calls_endpoint": True} if run.stage_number == StageNumber.RELEVANCE else {}


OUTCOME = ResultsPart(template="generation/votes_outcome.html", context=_context)
