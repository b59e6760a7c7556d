"""The tree of a ChatGPT conversation: the line of nodes that was seen last, and those of other branches."""

from dataclasses import dataclass

from conversations.formats.branches import Tree, tree_of
from conversations.formats.fields import FieldError, Record

_EXPECTED = "the node that was shown last"
_WRITTEN_LAST = f"{_EXPECTED}; the branch that was written last is kept"


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
    tree = tree_of(mapping.as_it_is().items(), mapping.path, name="id", parent="parent")
    problems = [*tree.odd]
    line = tree.line_to(_last_node(record, tree, problems))
    on_it = {id(node) for node in line.messages}
    beside = [node for node in tree.records.values() if id(node) not in on_it]
    return SeenLine([*line.messages], beside, [*problems, *line.broken])


def _last_node(record: Record, tree: Tree, problems: list[FieldError]) -> str | None:
    stated = record.optional_text_if_any("current_node")
    if stated is not None and stated in tree.parents:
        return stated
    unsaid = record.missing("current_node")
    if not unsaid:
        problems.append(record.error("current_node", _WRITTEN_LAST))
    leaves = [name for name in tree.leaves() if not tree.records[name].missing("message")] or tree.leaves()
    if len(leaves) < 2:
        return next(iter(leaves), None)
    written = sorted((_written(tree.records[name]), name) for name in leaves)
    if written[-1][0] == written[-2][0]:
        raise FieldError("current_node", _EXPECTED, f"none, and {len(leaves)} branches to choose from")
    if unsaid:
        problems.append(FieldError("current_node", _WRITTEN_LAST, f"none, and {len(leaves)} branches"))
    return written[-1][1]


def _written(node: Record) -> float:
    message = node.record_if_any("message") or Record({})
    try:
        return message.optional_number("create_time") or 0
    except FieldError:
        return 0
