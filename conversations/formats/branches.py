"""Messages that name the one before them: the line that was seen last, and how many others there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from .fields import FieldError, Record, excerpt


@dataclass(frozen=True, slots=True)
class Line:
    messages: Sequence[Record]
    others: int  # messages of other branches

    def problems(self, path: str) -> list[FieldError]:
        """The other branches, to be told."""
        if not self.others:
            return []
        expected = "one line of messages; the one seen last is kept"
        return [FieldError(path, expected, f"{self.others} message{'' if self.others == 1 else 's'} of other branches")]


def line_seen_last(messages: Sequence[Record], *, name: str, parent: str, last: str | None, path: str) -> Line:
    """From the first message to the ``last``; where nobody says which that is, to the last one in the file.

    Raises:
        FieldError: the messages form a circle, or ``last`` is none of them.
    """
    if all(message.missing(parent) for message in messages[1:]):
        return Line(messages, 0)
    by_name = {message.identifier(name): message for message in messages}
    at = last if last is not None else messages[-1].identifier(name)
    if at not in by_name:
        raise FieldError(path, "the message that was seen last among the messages", f"no message {excerpt(at)}")
    line: dict[str, Record] = {}
    while at in by_name:
        if at in line:
            raise FieldError(path, "a tree, without a circle", f"one through {excerpt(at)}")
        line[at] = by_name[at]
        if line[at].missing(parent):
            break
        at = line[at].identifier(parent)
    return Line(list(line.values())[::-1], len(messages) - len(line))
