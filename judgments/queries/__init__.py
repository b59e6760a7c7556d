from judgments.queries.agreement import consensus_labels
from judgments.queries.estimates import Estimate, estimate
from judgments.queries.progress import Progress, progress
from judgments.queries.raters import RaterProgress, rater_progress
from judgments.queries.visits import finished as history
from judgments.queries.visits import last_submitted
from judgments.queries.work import has_unbuilt, holds_judgments, is_live, live_units

__all__ = [
    "Estimate",
    "Progress",
    "RaterProgress",
    "consensus_labels",
    "estimate",
    "has_unbuilt",
    "history",
    "holds_judgments",
    "is_live",
    "last_submitted",
    "live_units",
    "progress",
    "rater_progress",
]
