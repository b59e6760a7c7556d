"""Which of two responses a name or an answer speaks of: ``response_a``, ``answer2``, "left", "B is slightly better"."""

import re
from collections.abc import Collection, Iterable, Mapping

from conversations.formats.readers.tables.columns import folded

_MARKS = {
    **dict.fromkeys(("a", "1", "left", "first", "rejected"), 0),
    **dict.fromkeys(("b", "2", "right", "second", "chosen"), 1),
    **dict.fromkeys(("c", "3", "third"), 2),
}
_WORD = re.compile(r"[^\W\d_]+|\d+")
_ARTICLE = re.compile(r"\ba (?=(?:little|bit|lot|tie|draw)\b)")
_TIES = frozenset({"tie", "tied", "equal", "equally", "same", "both", "neither", "draw"})
_MILD = frozenset({"slightly", "somewhat", "little", "bit", "marginally"})
_OBJECTS = frozenset(
    {"response", "answer", "output", "completion", "text", "option", "model", "candidate", "assistant", "reply"}
    | {"generation", "summary", "one"}
)
# What else an answer may say that prefers one of two: whoever writes other words gives a reason, and none is guessed from it.
_FILLERS = frozenset(
    {
        "is",
        "are",
        "the",
        "much",
        "far",
        "better",
        "best",
        "good",
        "bad",
        "prefer",
        "preferred",
        "i",
        "strongly",
        "about",
    }
    | {"clearly", "significantly", "lot", "it", "s", "wins", "win", "they", "as"}
)
_BETTER_THAN = re.compile(r"\b(?:than|over)\b|>+")
_EQUAL, _LONGEST = 3, 80


def named_side(name: str) -> tuple[tuple[str, ...], int] | None:
    """What a name says beside its mark, and the mark's place: 0 for the first; None without one mark."""
    words = _WORD.findall(folded(name))
    marks = [word for word in words if word in _MARKS]
    if len(marks) != 1:
        return None
    return tuple(word for word in words if word not in _MARKS), _MARKS[marks[0]]


def by_sides(names: Iterable[str]) -> dict[tuple[str, ...], dict[int, str]]:
    """The names that differ in their mark alone."""
    found: dict[tuple[str, ...], dict[int, str]] = {}
    for name in names:
        if (side := named_side(name)) is not None:
            found.setdefault(side[0], {})[side[1]] = name
    return found


def label_of_words(said: str, objects: Collection[str]) -> int | None:
    """1 to 5, 5 where the second is much better; None where it prefers none in words that are known.

    ``objects`` are words for the responses that the task itself uses.
    """
    if len(said) > _LONGEST:
        return None
    better, *others = _BETTER_THAN.split(_ARTICLE.sub("", folded(said).replace("_", " ")))
    words = set(_WORD.findall(better))
    if not words <= _TIES | _MILD | _OBJECTS | _FILLERS | _MARKS.keys() | set(objects):
        return None
    if not others and words & _TIES:
        return _EQUAL
    sides = {_MARKS[word] for word in words if word in _MARKS}
    return label_of_side(sides.pop(), is_mild=bool(words & _MILD)) if len(sides) == 1 else None


def label_of_side(side: int, *, is_mild: bool = False) -> int | None:
    """None of a third response."""
    labels: Mapping[int, int] = {0: 2, 1: 4} if is_mild else {0: 1, 1: 5}
    return labels.get(side)


def label_of_difference(first: float, second: float) -> int:
    """Of two ratings: by less than one point is slightly."""
    if first == second:
        return _EQUAL
    label = label_of_side(int(second > first), is_mild=abs(second - first) < 1)
    return label or _EQUAL
