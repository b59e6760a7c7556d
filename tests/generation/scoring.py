"""Runs of scores in this process."""

from django.utils import timezone

from generation.kinds.scores.configuration import ScoresConfiguration, ScoringMethod
from generation.kinds.scores.start import start_scores
from tests.generation.runs import produce_all

WEIGHTS, TRAINS, TEA = "Cooks with weights", "Takes early trains", "Likes tea"


def bm25(**values):
    return ScoresConfiguration(method=ScoringMethod.BM25, **values)


def start(study, endpoint, configuration, **values):
    return start_scores(study=study, endpoint=endpoint, configuration=configuration, now=timezone.now(), **values)


def score(study, endpoint, configuration, **values):
    return produced(start(study, endpoint, configuration, **values))


def produced(run):
    """Whatever was sent to workers that are not there."""
    run.items.update(announced_at=None)
    produce_all(run)
    return run
