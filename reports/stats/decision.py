"""The verdict by the intervals alone: PROTOCOL.md, What the report must answer, 5."""

from enum import StrEnum

from reports.stats.estimate import Estimate


class Word(StrEnum):
    BETTER = "better"
    NO_DIFFERENCE = "no meaningful difference"
    WORSE = "worse"
    NOT_ENOUGH = "not enough evidence yet"


def decide(effect: Estimate, effect_90: Estimate, margin: float) -> Word:
    """``effect`` with its 95 % and ``effect_90`` with its 90 % interval, in points; 0 is no difference.

    Better and worse are two one-sided tests at 2.5 %. No meaningful difference is the two one-sided tests of
    equivalence at 5 %: Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15:657-680.
    """
    if effect.value is None or effect.low is None or effect.high is None:
        return Word.NOT_ENOUGH
    if effect.high < 0:
        return Word.WORSE
    if effect.low > 0 and effect.value >= margin:
        return Word.BETTER
    if effect_90.low is not None and effect_90.high is not None and -margin < effect_90.low <= effect_90.high < margin:
        return Word.NO_DIFFERENCE
    return Word.NOT_ENOUGH
