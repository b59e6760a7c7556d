"""What a study that lets models write should have them do next."""

from dataclasses import dataclass

from conversations.enums import ResponseKind, SelectionPool
from conversations.models import Attribute, Case, Conversation, Response, SelectionRecord, SilentCase, Study
from generation.enums import RunKind


@dataclass(frozen=True, slots=True)
class NextStep:
    text: str
    kind: str = ""  # of the run that does it; empty where it is no run


def next_step(study: Study) -> NextStep | None:
    """The first thing that is missing on the way to comparisons; None where nothing is, or there is nothing to begin with."""
    conversations = Conversation.objects.filter(subject__study=study, withdrawn_at__isnull=True)
    if not Attribute.objects.filter(subject__study=study, withdrawn_at__isnull=True).exists():
        told = NextStep("No attributes yet: let a model extract them, or upload them.", RunKind.EXTRACTION)
        return told if conversations.exists() else None
    if not Case.objects.filter(subject__study=study, for_controls=False).exists():
        return NextStep("No cases yet: sample them from your prompts, or upload them.")
    spoken = SelectionRecord.objects.filter(case__subject__study=study, pool=SelectionPool.ALL)
    if not spoken.exists():
        return NextStep(
            "No system has said which attributes it would use. Responses under the policy own need that, and so does the "
            "report to name the bottleneck.",
            RunKind.SELECTIONS,
        )
    written = Response.objects.filter(kind=ResponseKind.PERSONALIZED, case__subject__study=study)
    if not written.exists() and not SilentCase.objects.filter(case__subject__study=study).exists():
        return NextStep("The selections are there. Next come the responses that raters compare.", RunKind.RESPONSES)
    return None
