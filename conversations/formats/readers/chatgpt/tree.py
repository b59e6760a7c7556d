"""The tree of a ChatGPT conversation: the line of nodes that was seen last, and those of other branches."""

from dataclasses import dataclass

from conversations.formats.fields import FieldError, Record, excerpt


@dataclass(frozen=True, slots=True)
class SeenLine:
    nodes: list[Record]
    beside: list[Record]
    problems: list[FieldError]


def seen_last(record: Record, mapping: Record) -> SeenLine:
    """The nodes from the root to ``current_node``, or to the leaf that was written last.

    Raises:
        FieldError: the nodes are no tree, or nothing tells which leaf was the last.
    """
    parents = _parents(mapping)
    problems: list[FieldError] = []
    line: dict[str, Record] = {}
    name: str | None = _last_node(record, mapping, parents, problems)
    while name is not None:
        if name in line:
            raise FieldError(mapping.path, "a tree", f"a circle through {excerpt(name)}")
        if name not in parents:
            raise FieldError(mapping.path, "every parent among the nodes", f"no node {excerpt(name)}")
        line[name] = mapping.record(name)
        name = parents[name]
    beside = [mapping.record(one) for one in mapping.names() if one not in line]
    return SeenLine(list(line.values())[::-1], beside, problems)


def _parents(mapping: Record) -> dict[str, str | None]:
    """Of every node, as it says itself or as another says by its children."""
    parents = {name: mapping.record(name).optional_text("parent") for name in mapping.names()}
    for name in mapping.names():
        for child in mapping.record(name).list_if_any("children") or ():
            if isinstance(child, str) and child in parents and parents[child] is None and child != name:
                parents[child] = name
    return parents


def _last_node(record: Record, mapping: Record, parents: dict[str, str | None], problems: list[FieldError]) -> str:
    if not record.missing("current_node"):
        return record.text("current_node")
    inner = set(parents.values())
    leaves = [name for name in parents if name not in inner]
    leaves = [name for name in leaves if not mapping.record(name).missing("message")] or leaves
    if len(leaves) == 1:
        return leaves[0]
    expected = "the node that was shown last"
    written = sorted((_written(mapping.record(name)), name) for name in leaves)
    if len(written) < 2 or written[-1][0] == written[-2][0]:
        raise FieldError("current_node", expected, f"none, and {len(leaves)} branches to choose from")
    found = f"none, and {len(leaves)} branches"
    problems.append(FieldError("current_node", f"{expected}; the branch that was written last is kept", found))
    return written[-1][1]


def _written(node: Record) -> float:
    message = node.record_if_any("message") or Record({})
    return message.optional_number("create_time") or 0
