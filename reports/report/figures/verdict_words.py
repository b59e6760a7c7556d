"""What a verdict says beside its word, for whoever has to decide and is no statistician."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.report.figures.effect import Effect
from reports.stats.decision import (
    CONTROL_JUDGMENTS,
    CONTROL_RATERS,
    FEWEST_PROMPTS,
    FEWEST_RATERS,
    FEWEST_SUBJECTS,
    REAL_CONVERSATIONS,
    Reason,
    Verdict,
    Word,
)
from reports.stats.estimate import Estimate

SENTENCES = {
    Word.BETTER: "Personalizing makes the responses better for the people they are for.",
    Word.WORSE: "Personalizing makes the responses worse for the people they are for.",
    Word.NO_MEANINGFUL_DIFFERENCE: "Personalizing makes no difference that matters here, and raters did notice planted differences.",
    Word.NO_DIFFERENCE_SEEN: "Raters saw no difference that matters here. That they would have noticed one is not proven.",
    Word.NOT_ENOUGH: "There is not enough evidence yet to say whether personalizing helps.",
    Word.COULD_NOT_TELL: "There is no result: raters missed planted differences that are there.",
}
WHY = {
    Reason.NO_CONTROLS: "No planted pairs with a known answer (controls) were judged, so the raters' attention is unproven.",
    Reason.FEW_CONTROLS: (
        f"Too few planted pairs with a known answer (controls) were judged to prove the raters' attention: "
        f"at least {CONTROL_JUDGMENTS} judgments by {CONTROL_RATERS} raters."
    ),
    Reason.SENSITIVITY: "On planted pairs with a known answer (controls) raters did not clearly notice a difference that large.",
    Reason.CONTROLS_MISSED: "Planted pairs with a known answer (controls) were not told apart: an effect near zero says nothing.",
}
NEEDED = {
    Reason.REAL_CONVERSATIONS: (REAL_CONVERSATIONS, "real conversation"),
    Reason.SUBJECTS: (FEWEST_SUBJECTS, "subject"),
    Reason.RATERS: (FEWEST_RATERS, "rater"),
    Reason.PROMPTS: (FEWEST_PROMPTS, "prompt"),
}
NOTHING_THAT_MATTERS = (Word.NO_MEANINGFUL_DIFFERENCE, Word.NO_DIFFERENCE_SEEN)
EQUAL = 0.005  # points; smaller ones are 0.00 when written
OPEN = "What is known so far allows both a difference that matters and none."
NOBODY = "No comparison has been judged by a human yet."


def evidence(effect: Effect, margin: float) -> list[str]:
    """What was seen, how sure it is, and what would matter."""
    if effect.others.estimate is None:
        return [NOBODY]
    return [
        _size(effect.others.estimate, effect.comparisons),
        *filter(None, [_with_others(effect), _with_these(effect.these), effect.these.no_interval]),
        f"A difference of less than {margin:.2f} points is too small to matter in this study.",
    ]


def limits(effect: Effect, verdict: Verdict, settling: Mapping[str, Any] | None) -> list[str]:
    """Why it is not a stronger word, and what would make it one. ``settling`` where nothing is missing and yet nothing is decided."""
    return [
        *_small(effect.others_95, verdict.word),
        *needed(verdict.missing),
        *([effect.others.reason] if Reason.VARIANCE in verdict.reasons else []),
        *(WHY[reason] for reason in verdict.reasons if reason in WHY),
        *([] if settling is None else [OPEN, _settling(effect, settling)]),
        *_second_line(verdict),
    ]


def _size(points: float, comparisons: int) -> str:
    """What was seen, before anything is said of others."""
    where = f"{abs(points):.2f} points {'above' if points > 0 else 'below'}" if abs(points) >= EQUAL else "level with"
    pairs = "1 comparison" if comparisons == 1 else f"{comparisons} comparisons"
    return f"Raters put the personalized response on average {where} the generic one, on a scale of five ({pairs})."


def _with_others(effect: Effect) -> str:
    found = effect.others_95
    if found.low is None or found.high is None:
        return ""
    return f"With other subjects, raters and prompts like these it would lie between {_between(found.low, found.high)}."


def _with_these(these: Estimate) -> str:
    if these.low is None or these.high is None:
        return ""
    return f"With other subjects, but these raters and prompts only, between {_between(these.low, these.high)}."


def _between(low: float, high: float) -> str:
    return f"{low:+.2f} and {high:+.2f} points (95 % interval)".replace("-", "\N{MINUS SIGN}")


def _small(found: Estimate, word: Word) -> list[str]:
    """That a difference doesn't matter is not that there is none: both can be sure."""
    if word not in NOTHING_THAT_MATTERS or found.low is None or found.high is None or found.low <= 0 <= found.high:
        return []
    side = "better" if found.low > 0 else "worse"
    return [
        f"Small as it is, the difference is hardly chance: personalized responses come out {side}, by too little to matter."
    ]


def needed(missing: Mapping[Reason, int]) -> list[str]:
    """All of it at once, so that nobody brings one thing and is sent for the next."""
    if not missing:
        return []
    more = [_many(count, NEEDED[reason][1], "more ") for reason, count in missing.items()]
    least = [_many(count, noun) for count, noun in (NEEDED[reason] for reason in missing)]
    return [f"A verdict needs {_listed(more)}; in all it takes at least {_listed(least)}."]


def _many(count: int, noun: str, more: str = "") -> str:
    return f"{count} {more}{noun}{'' if count == 1 else 's'}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _second_line(verdict: Verdict) -> list[str]:
    if verdict.these is None:
        return []
    return [f"For these raters and prompts: {verdict.these.value}. Of others it says nothing."]


def _settling(effect: Effect, settling: Mapping[str, Any]) -> str:
    if settling["times"] is None:
        return "The effect lies so near to the margin that a study of this kind would hardly settle it."
    levels = effect.others.levels
    return (
        f"If the effect stays as it is, about {settling['subjects']} subjects, {settling['raters']} raters and "
        f"{settling['prompts']} prompts would settle it; so far there are {levels['subject']}, {levels['rater']} and "
        f"{levels['prompt']}."
    )


def alpha(figure: Mapping[str, Any] | None) -> str:
    """How far raters agree decides nothing: it needs saying, since many take it for a quality of the raters."""
    if figure is None or figure["value"] is None:
        return ""
    return (
        f"How far raters agree on all units of this stage (Krippendorff's alpha: 1 is always, 0 what chance gives) is "
        f"{figure['value']:.2f}. It decides nothing here: careful raters of responses that are equally good agree by chance only."
    ).replace("-0.", "\N{MINUS SIGN}0.")
