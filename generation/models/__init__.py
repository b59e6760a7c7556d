from generation.models.endpoints import Endpoint, SystemSetup, WorkerBeat
from generation.models.runs import ModelCall, Run, RunItem

__all__ = ["Endpoint", "ModelCall", "Run", "RunItem", "SystemSetup", "WorkerBeat"]
