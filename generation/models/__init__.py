from generation.models.endpoints import Endpoint, SystemSetup, WorkerBeat
from generation.models.runs import ModelCall, Run, RunItem
from generation.models.scores import Score, TextVector, Threshold

__all__ = [
    "Endpoint",
    "ModelCall",
    "Run",
    "RunItem",
    "Score",
    "SystemSetup",
    "TextVector",
    "Threshold",
    "WorkerBeat",
]
