"""Searches for evidence, as jobs that survive their worker."""

from accounts import jobs
from conversations.enums import SearchState
from conversations.models import EvidenceSearch

SEARCHES = jobs.JobKind(
    EvidenceSearch,
    running=SearchState.RUNNING,
    asked_at="requested_at",
    ended_at="finished_at",
    given_up=f"The worker died {jobs.MOST_ATTEMPTS} times while it searched. What was found is kept.",
)
