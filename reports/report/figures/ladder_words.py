"""The ladder's sentences."""

from collections.abc import Mapping
from typing import Any

from reports.report.figures.rungs import LadderOfArms
from reports.stats.decision import Word
from reports.stats.ladder import Bottleneck

type Json = dict[str, Any]

BOTH = "extraction and selection"
NO_ARM = "The study has no such arm."
GIVEN = {
    "own": "its own selection",
    "accepted": "accepted attributes, selected anew",
    "relevant": "attributes that people found relevant",
}
FIX = {
    Bottleneck.EXTRACTION.value: "removing the attributes that people reject",
    Bottleneck.SELECTION.value: "selecting as people do",
    BOTH: "removing the attributes that people reject and selecting as people do, together,",
}
NO_CASES = "No case has been judged under all of the arms yet."
HELPS_NOT = {
    Word.WORSE: "even with the attributes that people found relevant the responses of {system} come out worse than without",
    Word.NO_MEANINGFUL_DIFFERENCE: "even the attributes that people found relevant make no difference that matters to {system}",
    Word.NO_DIFFERENCE_SEEN: "even with the attributes that people found relevant no difference was seen for {system}",
}
COULD_NOT_TELL = "There is no result for {system}: raters missed planted differences that are there."
OPEN = "There is not enough evidence yet to say where {system} breaks: {what}."
HELPED = (
    "No stage of {system} can be named: neither step is worth the margin, and with the attributes that people found relevant "
    "its responses are better than generic ones."
)
SPREAD = "What is missing is spread over the stages of {system}: no step stands out from the other."

SETTINGS = "Its arms differ in their settings too (template, number of attributes or parameters), so that a step is not of the attributes alone."


def sentence(found: Mapping[str, Any]) -> str:
    """Of the whole ladder what it names, of a part of it what can be said."""
    if not found["cases"]:
        return f"{found['system']}: {NO_CASES}"
    match found["word"]:
        case None:
            return " ".join(_of_step(each, found["system"]) for each in found["steps"])
        case Bottleneck.EXTRACTION.value | Bottleneck.SELECTION.value:
            return _named(found)
        case Bottleneck.RESPONSE.value:
            return _response(found)
        case Bottleneck.SPREAD.value:
            return _spread(found)
    words = COULD_NOT_TELL if found["word"] == Bottleneck.COULD_NOT_TELL else OPEN
    return words.format(system=found["system"], what=_open(found))


def _named(found: Mapping[str, Any]) -> str:
    word = found["word"]
    step, other = sorted(found["steps"], key=lambda each: each["name"] != word)
    worth = f"for {found['system']} {FIX[word]} is worth {_points(step['effect'])}"
    return f"Most is lost at {word}: {worth}, more than {FIX[other['name']]} would add."


def _response(found: Mapping[str, Any]) -> str:
    helps_not = HELPS_NOT[Word(found["relevant"])].format(system=found["system"])
    return f"It is the response that fails: {helps_not}, and neither step is worth {found['margin']:.2f} points."


def _spread(found: Mapping[str, Any]) -> str:
    small = all((each["effect"]["high"] or 0) < found["margin"] for each in found["steps"])
    words = HELPED if small and found["relevant"] == Word.BETTER else SPREAD
    return words.format(system=found["system"])


def _open(found: Mapping[str, Any]) -> str:
    what = [FIX[each["name"]] for each in found["steps"] if each["word"] == Word.NOT_ENOUGH]
    said = [f"what {each} is worth" for each in what]
    if found["relevant"] in (None, Word.NOT_ENOUGH):
        said.append("whether relevant attributes help at all")
    return f"still open {'is' if len(said) == 1 else 'are'} {' and '.join(said)}" if said else "too little was judged"


def _of_step(each: Json, system: str) -> str:
    """``word`` is of the upper rung over the lower."""
    fix = FIX[each["name"]]
    if each["effect"]["value"] is None:
        return f"What {fix} is worth for {system} can't be said: {each['effect']['reason']}"
    return f"For {system} {fix} is worth {_points(each['effect'])}: {each['word']}."


def _points(effect: Json) -> str:
    between = "" if effect["low"] is None else f" ({effect['low']:+.2f} to {effect['high']:+.2f})"
    return f"{effect['value']:+.2f} points{between}".replace("-", "\N{MINUS SIGN}")


def notes(found: Mapping[str, Any], ladder: LadderOfArms) -> list[str]:
    """What stands below it."""
    lacking = [each["policy"] for each in found["rungs"] if each["arm"] is None]
    return [
        *([_together(found)] if found["cases"] else []),
        *([_lacking(lacking[0])] if lacking else []),
        *([_doubtful(ladder)] if ladder.doubtful else []),
        *([SETTINGS] if ladder.settings_differ else []),
        *filter(None, [_missing(found["missing_attributes"])]),
    ]


def _together(found: Mapping[str, Any]) -> str:
    cases = "1 case" if found["cases"] == 1 else f"{found['cases']} cases"
    ties = f"; {found['silent']} times an arm was silent, which is a tie" if found["silent"] else ""
    together = (
        f" The intervals of {found['at_once']} differences hold together, so each is wider than it would be alone."
        if found["at_once"] > 1
        else ""
    )
    return f"Compared within the same {cases} ({found['judgments']} ratings{ties}).{together}"


def _lacking(policy: str) -> str:
    return (
        f"There is no arm with {GIVEN[policy]} (policy {policy}), so the stage can't be named from the ladder: the steps that "
        f"are there are all that can be said."
    )


def _doubtful(ladder: LadderOfArms) -> str:
    return f"Several arms have the policy {' and '.join(ladder.doubtful)}, and none of them fits the others better."


def _missing(missing: Json) -> str:
    """No step can bring what was never extracted."""
    share = missing["share"]
    if share["value"] is None:
        return ""
    between = "" if share["low"] is None else f" ({100 * share['low']:.0f} to {100 * share['high']:.0f} %)"
    return (
        f"Attributes that extraction never found stay missing on every rung. On {100 * share['value']:.0f} % of pages of stage 1"
        f"{between} raters named some."
    )
