"""What is said of two arms: the first minus the second, within the same cases."""

from reports.report.figures.effect import Effect
from reports.report.figures.verdict_words import EQUAL, SENTENCES, SMALL, many, with_others, with_these
from reports.stats.decision import Word

OF_TWO = {
    Word.BETTER: "With {first} the responses are better than with {second}, for the people they are for.",
    Word.WORSE: "With {first} the responses are worse than with {second}, for the people they are for.",
    Word.NO_MEANINGFUL_DIFFERENCE: (
        "Between {first} and {second} there is no difference that matters here, and raters did notice planted differences."
    ),
    Word.NO_DIFFERENCE_SEEN: (
        "Raters saw no difference that matters between {first} and {second}. That they would have noticed one is not proven."
    ),
    Word.NOT_ENOUGH: "There is not enough evidence yet to say which of {first} and {second} is better.",
}
TOGETHER = "The intervals of all {at_once} contrasts hold together, so each is wider than it would be alone."


def sentence(word: Word, first: str, second: str) -> str:
    return OF_TWO.get(word, SENTENCES[word]).format(first=first, second=second)


def evidence(effect: Effect, margin: float, cases: int, first: str, second: str) -> list[str]:
    points = effect.others.estimate or 0.0
    where = f"{abs(points):.2f} points {'above' if points > 0 else 'below'}" if abs(points) >= EQUAL else "level with"
    silent = f"; {many(effect.silent, 'time')} one of them was silent" if effect.silent else ""
    return [
        f"With {first} responses were rated {where} those with {second}, within the same {many(cases, 'case')} ({many(effect.comparisons, 'comparison')}{silent}).",
        *filter(None, [with_others(effect), with_these(effect.these), effect.these.no_interval]),
        *([TOGETHER.format(at_once=effect.at_once)] if effect.at_once > 1 else []),
        SMALL.format(margin=margin),
    ]
