from judgments.models.answers import Judgment, JudgmentRevision, Submission
from judgments.models.snapshots import Consensus, ConsensusSnapshot, SnapshotLabel
from judgments.models.work import Assignment, QueuePosition, Slot, Task, Unit

__all__ = [
    "Assignment",
    "Consensus",
    "ConsensusSnapshot",
    "Judgment",
    "JudgmentRevision",
    "QueuePosition",
    "Slot",
    "SnapshotLabel",
    "Submission",
    "Task",
    "Unit",
]
