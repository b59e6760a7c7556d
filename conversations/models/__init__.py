from conversations.models.batches import Batch, BatchProblem, EvidenceSearch, StagedUpload
from conversations.models.material import Attribute, Case, Conversation, ConversationVersion, Prompt, Subject, System
from conversations.models.outputs import (
    Arm,
    Comparison,
    ComparisonAttribute,
    LaidOutResponse,
    Response,
    Selection,
    SelectionRecord,
    SilentCase,
)
from conversations.models.studies import ConsentText, Guidelines, Invitation, Membership, Stage, Study
from conversations.models.translations import ConsentTranslation, GuidelinesTranslation, Translation

__all__ = [
    "Arm",
    "Attribute",
    "Batch",
    "BatchProblem",
    "Case",
    "Comparison",
    "ComparisonAttribute",
    "ConsentText",
    "ConsentTranslation",
    "Conversation",
    "ConversationVersion",
    "EvidenceSearch",
    "Guidelines",
    "GuidelinesTranslation",
    "Invitation",
    "LaidOutResponse",
    "Membership",
    "Prompt",
    "Response",
    "Selection",
    "SelectionRecord",
    "SilentCase",
    "Stage",
    "StagedUpload",
    "Study",
    "Subject",
    "System",
    "Translation",
]
