"""The three stages behind one interface: what is judged, which labels it takes, how consensus is formed."""

from conversations.enums import StageNumber
from judgments.stages.behaviour import Behaviour, Choice, LabelNotKnown
from judgments.stages.extraction import Extraction
from judgments.stages.relevance import Relevance
from judgments.stages.response import ResponseQuality

__all__ = ["BEHAVIOURS", "Behaviour", "Choice", "LabelNotKnown", "behaviour"]

BEHAVIOURS: dict[int, Behaviour] = {
    StageNumber.EXTRACTION: Extraction(),
    StageNumber.RELEVANCE: Relevance(),
    StageNumber.RESPONSE: ResponseQuality(),
}


def behaviour(number: int) -> Behaviour:
    return BEHAVIOURS[number]
