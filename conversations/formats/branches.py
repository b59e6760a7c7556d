"""Messages that name the one before them: the line that was seen last, and how many others there are.

What can't be read of one message costs that message: the line goes on through its place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .fields import FieldError, Record, excerpt

_ROOT = "00000000-0000-4000-8000-000000000000"  # what some exports name before the first message
_UNNAMED = "\x00"  # no name of an upload begins so
_LAST = "the message that was seen last among the messages; the last one that is there is kept"
_GONE = "the message before it among the messages; it is read behind the one before it in the file"
_BEFORE = "the message before it among the messages; what stands before it is not kept"


@dataclass(frozen=True, slots=True)
class Line:
    messages: Sequence[Record]
    others: int  # messages of other branches
    path: str
    broken: Sequence[FieldError] = ()  # where it begins or ends for want of a message

    @property
    def problems(self) -> list[FieldError]:
        """What of the conversation is not in the line, to be told."""
        if not self.others:
            return [*self.broken]
        expected = "one line of messages; the one seen last is kept"
        found = f"{self.others} message{'' if self.others == 1 else 's'} of other branches"
        return [*self.broken, FieldError(self.path, expected, found)]


@dataclass(slots=True)
class Tree:
    """Messages by their names, with the one before each as far as anything tells it."""

    path: str
    records: dict[str, Record] = field(default_factory=dict)  # those that can be read, in the order of the file
    parents: dict[str, str | None] = field(default_factory=dict)  # of all of them, and of those that others name
    odd: list[FieldError] = field(default_factory=list)  # of what is no message
    roots: set[str] = field(default_factory=set)

    def line_to(self, last: str | None) -> Line:
        """From the first message to the ``last``; where nobody says which that is, to the only end, or to the last one in the file.

        Raises:
            FieldError: the messages form a circle.
        """
        broken: list[FieldError] = []
        if last is not None and last not in self.parents:
            broken.append(FieldError(self.path, _LAST, f"no message {excerpt(last)}"))
            last = None
        at = last if last is not None else self._end()
        names: dict[str, None] = {}
        while at is not None and at in self.parents:
            if at in names:
                found = f"one through {excerpt(at)}: none of {len(self.records)} messages is kept"
                raise FieldError(self.path, "a tree, without a circle", found)
            names[at] = None
            at = self.parents[at]
        if at is not None and at not in self.roots:
            broken.append(FieldError(self.path, _BEFORE, f"no message {excerpt(at)}"))
        messages = [self.records[name] for name in reversed(names) if name in self.records]
        return Line(messages, len(self.records) - len(messages), self.path, broken)

    def _end(self) -> str | None:
        inner = set(self.parents.values())
        ends = [name for name in self.parents if name not in inner]
        return ends[0] if len(ends) == 1 else next(reversed(self.parents), None)

    def leaves(self) -> list[str]:
        """Those that can be read and are before no other, in the order of the file."""
        inner = set(self.parents.values())
        return [name for name in self.records if name not in inner]


@dataclass(slots=True)
class _Item:
    name: str  # empty where it has none
    parent: str | None
    record: Record | None
    is_lost: bool  # nothing that can be read says what stands before it
    is_first: bool = False  # it says that nothing does, under a key of its own


def tree_of(
    items: Iterable[tuple[str | None, object]], path: str, *, name: str, parent: str, children: str = "children"
) -> Tree:
    """Of messages in the order of the file, each under its key where it stands under one."""
    tree = Tree(path)
    keyed = [_item(tree, index, each, (name, parent)) for index, each in enumerate(items)]
    _name_the_nameless(tree, keyed)
    named = {child: item.name for item in keyed if item.record for child in _texts(item.record, children)}
    is_list = not named and not any(map(_is_placed, keyed[1:]))
    tree.parents = {child: up for child, up in named.items() if child not in {item.name for item in keyed}}
    followed = {item.parent for item in keyed} | {*named.values()}
    before: str | None = None
    for item in keyed:
        if item.record is not None:
            tree.records[item.name] = item.record
        told = named.get(item.name) if item.parent is None else item.parent
        tree.parents[item.name] = before if told is None and (is_list or item.is_lost) else told
        before = item.name
    _bridge(tree, keyed, followed)
    return tree


def _bridge(tree: Tree, items: list[_Item], followed: set[str | None]) -> None:
    """A message that is named and not there stood behind the one before in the file, where nothing else follows that."""
    for before, item in pairwise(items):
        up = item.parent
        if up is not None and up not in tree.parents and up not in tree.roots and before.name not in followed:
            tree.parents = {up: before.name, **tree.parents}
            tree.odd.append(FieldError(tree.path, _GONE, f"no message {excerpt(up)}"))


def _item(tree: Tree, index: int, item: tuple[str | None, object], names: tuple[str, str]) -> _Item:
    key, value = item
    name, parent = names
    try:
        record = Record.of(value, f"{tree.path}[{index}]" if key is None else f"{tree.path}.{key}")
    except FieldError as error:
        tree.odd.append(error)
        return _Item(key or "", None, None, is_lost=True)
    up = _identifier(record, parent)
    if index == 0 and up is not None:
        tree.roots.add(up)
    is_lost = up is None and not record.missing(parent)
    if is_lost:
        tree.odd.append(record.error(parent, "the name of the message before it; it is read behind that in the file"))
    is_first = key is not None and record.has(parent) and up is None and not is_lost
    return _Item(_identifier(record, name) or key or "", up, record, is_lost, is_first)


def _is_placed(item: _Item) -> bool:
    """Whether it says where in the tree it stands."""
    return item.is_first or item.parent is not None or (item.is_lost and item.record is not None)


def _name_the_nameless(tree: Tree, items: list[_Item]) -> None:
    """One that has no name of its own, or another's, is the first that a message behind it names and nobody is."""
    tree.roots.add(_ROOT)
    taken = {item.name for item in items}
    missing = dict.fromkeys(
        item.parent for item in items if item.parent not in {None, *tree.roots} and item.parent not in taken
    )
    seen: set[str] = set()
    for index, item in enumerate(items):
        if not item.name or item.name in seen:
            wanted = next((up for up in missing if any(up == other.parent for other in items[index + 1 :])), None)
            missing.pop(wanted, None)
            item.name = wanted or f"{_UNNAMED}{index}"
        seen.add(item.name)


def _identifier(record: Record, name: str) -> str | None:
    try:
        return record.optional_identifier(name)
    except FieldError:
        return None


def _texts(record: Record, name: str) -> list[str]:
    return [child for child in record.list_if_any(name) or () if isinstance(child, str)]
