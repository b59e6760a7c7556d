from judgments.models.answers import Adjudication, BlindingAnswer, Judgment, JudgmentRevision, Submission
from judgments.models.cards import PersonCard
from judgments.models.figures import ChangedTask, PageFigures, RaterFigures
from judgments.models.looks import Look, Reopening
from judgments.models.platform_acts import PlatformAccount, PlatformAct
from judgments.models.practice import ComprehensionTry, Question
from judgments.models.reading import ReadingList
from judgments.models.rules import RulesInForce
from judgments.models.snapshots import Consensus, ConsensusSnapshot, SnapshotLabel
from judgments.models.work import Assignment, QueuePosition, Slot, Task, Unit

__all__ = [
    "Adjudication",
    "Assignment",
    "BlindingAnswer",
    "ChangedTask",
    "ComprehensionTry",
    "Consensus",
    "ConsensusSnapshot",
    "Judgment",
    "JudgmentRevision",
    "Look",
    "PageFigures",
    "PersonCard",
    "PlatformAccount",
    "PlatformAct",
    "Question",
    "QueuePosition",
    "RaterFigures",
    "ReadingList",
    "Reopening",
    "RulesInForce",
    "Slot",
    "SnapshotLabel",
    "Submission",
    "Task",
    "Unit",
]
