"""What a verdict says beside its word, for whoever has to decide and is no statistician."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
HIDDEN_NOWHERE = (Word.WORSE, Word.NOT_ENOUGH)
EQUAL = 0.005  # points; smaller ones are 0.00 when written
OPEN = "What is known so far allows both a difference that matters and none."
SMALL = "A difference of less than {margin:.2f} points is too small to matter in this study."
SILENT_EVERYWHERE = "{name} is silent on all of its {cases} cases: nobody is asked about it, so it has no verdict."
NOBODY = "No comparison has been judged by a human yet."


def words(verdict: Verdict, judged: Verdict | None, silent: Estimate) -> str:
    """The word, and beside it that of the judged comparisons alone where it is another: neither hides the other."""
    if judged is None or judged.word == verdict.word:
        return verdict.word.value
    return (
        f"{verdict.word.value} over all its cases, {judged.word.value} on judged comparisons only "
        f"({_percent(silent)} of its cases silent)"
    )


def evidence(effect: Effect, margin: float, silent: Estimate, judged: Effect | None) -> list[str]:
    """What was seen, how sure it is, and what would matter. ``judged``: without silent cases, where there are any."""
    if effect.others.estimate is None:
        return [NOBODY]
    return [
        _size(effect.others.estimate, effect.comparisons, effect.silent),
        *filter(None, [with_others(effect), with_these(effect.these), effect.these.no_interval]),
        *([] if judged is None else [_of_judged(judged, silent)]),
        SMALL.format(margin=margin),
    ]


def limits(effect: Effect, verdict: Verdict, plan: str) -> list[str]:
    """Why it is not a stronger word, and what would make it one. ``plan`` is what the planner says of it."""
    return [
        *_small(effect.others_95, verdict.word),
        *needed(verdict.missing),
        *([effect.others.reason] if Reason.VARIANCE in verdict.reasons else []),
        *(WHY[reason] for reason in verdict.reasons if reason in WHY),
        *([OPEN, *filter(None, [plan])] if Reason.UNDECIDED in verdict.reasons else []),
        *_second_line(verdict),
    ]


def in_view(effect: Effect, verdict: Verdict, sentence: str, judged: Verdict | None = None) -> list[str]:
    """What no closed part of a page may hide: a *worse*, and why there is not enough evidence yet.

    ``sentence`` says the verdict's word. ``judged``: of the judged comparisons alone.
    """
    of_judged = judged is not None and (
        judged.these == Word.WORSE or (judged.word != verdict.word and judged.word in HIDDEN_NOWHERE)
    )
    return [
        *([sentence] if verdict.word == Word.WORSE else []),
        *(_why_not_enough(effect, verdict) if verdict.word == Word.NOT_ENOUGH else []),
        *(_second_line(verdict) if verdict.these == Word.WORSE else []),
        *(limits_of_judged(verdict, judged) if of_judged else []),
    ]


def _why_not_enough(effect: Effect, verdict: Verdict) -> list[str]:
    return limits(effect, replace(verdict, these=None), plan="")


def limits_of_judged(verdict: Verdict, judged: Verdict | None) -> list[str]:
    """What the words of all cases do not say of the judged ones."""
    if judged is None:
        return []
    lacking = needed(judged.missing) if judged.missing != verdict.missing else []
    said = [f"On judged comparisons only: {each[0].lower()}{each[1:]}" for each in lacking]
    if judged.these is not None and judged.these != verdict.these:
        said.append(
            f"On judged comparisons only, for these raters and prompts: {judged.these.value}. Of others it says nothing."
        )
    return said


def _of_judged(judged: Effect, silent: Estimate) -> str:
    found = judged.others_95
    between = "" if found.low is None or found.high is None else f"; {between_points(found)}"
    return (
        f"It is silent on {_percent(silent)} of its cases, which it left as they were: each counts as no difference. On judged "
        f"comparisons only the effect is {signed(judged.others.estimate or 0.0)} points{between}."
    )


def _size(points: float, comparisons: int, silent: int) -> str:
    """What was seen, before anything is said of others."""
    where = f"{abs(points):.2f} points {'above' if points > 0 else 'below'}" if abs(points) >= EQUAL else "level with"
    pairs = many(comparisons, "comparison") + (f" and {many(silent, 'silent case')}" if silent else "")
    return f"Raters put the personalized response on average {where} the generic one, on a scale of five ({pairs})."


def with_others(effect: Effect) -> str:
    found = effect.others_95
    if found.low is None or found.high is None:
        return ""
    return f"With other subjects, raters and prompts like these it would lie between {between_points(found)}."


def with_these(these: Estimate) -> str:
    if these.low is None or these.high is None:
        return ""
    return f"With other subjects, but these raters and prompts only, between {between_points(these)}."


def between_points(found: Estimate) -> str:
    return f"{signed(found.low or 0.0)} and {signed(found.high or 0.0)} points (95 % interval)"


def signed(points: float) -> str:
    written = f"{points:+.2f}".replace("-", "\N{MINUS SIGN}")
    return written if abs(points) >= EQUAL else written[1:]


def _percent(share: Estimate) -> str:
    return f"{round(100 * (share.value or 0))} %"


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
    more = [many(count, NEEDED[reason][1], "more ") for reason, count in missing.items()]
    least = [many(count, noun) for count, noun in (NEEDED[reason] for reason in missing)]
    return [f"A verdict needs {_listed(more)}; in all it takes at least {_listed(least)}."]


def many(count: int, noun: str, more: str = "") -> str:
    return f"{count} {more}{noun}{'' if count == 1 else 's'}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _second_line(verdict: Verdict) -> list[str]:
    if verdict.these is None:
        return []
    return [f"For these raters and prompts: {verdict.these.value}. Of others it says nothing."]


def alpha(figure: Mapping[str, Any] | None) -> str:
    """How far raters agree decides nothing: it needs saying, since many take it for a quality of the raters."""
    if figure is None or figure["value"] is None:
        return ""
    return (
        f"How far raters agree on all units of this stage (Krippendorff's alpha: 1 is always, 0 what chance gives) is "
        f"{figure['value']:.2f}. It decides nothing here: careful raters of responses that are equally good agree by chance only."
    ).replace("-0.", "\N{MINUS SIGN}0.")
