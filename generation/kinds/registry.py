"""The kinds of run there are: the one place where a kind is named to the page, the commands, the API and the workers."""

from collections.abc import Iterable, Mapping
from typing import Any

from generation.enums import RunKind
from generation.kinds import controls, extraction, mentions, responses, scores, selections, votes
from generation.kinds.kind import GenerationKind

KINDS: tuple[GenerationKind[Any], ...] = (
    extraction.KIND,
    selections.KIND,
    responses.KIND,
    votes.KIND,
    scores.KIND,
    mentions.KIND,
    controls.KIND,
)


def by_name(kinds: Iterable[GenerationKind[Any]]) -> Mapping[RunKind, GenerationKind[Any]]:
    """Raises ValueError unless every value that a run may hold has one kind, and every kind a value."""
    found: dict[RunKind, GenerationKind[Any]] = {}
    for kind in kinds:
        named = RunKind(kind.name)
        if named in found:
            raise ValueError(f"Two kinds are named {named}.")
        found[named] = kind
    if missing := set(RunKind) - found.keys():
        raise ValueError(f"Without a kind: {', '.join(sorted(missing))}.")
    return found


_KINDS = by_name(KINDS)


def kind_of(name: str) -> GenerationKind[Any]:
    """Raises ValueError where no kind is named so."""
    return _KINDS[RunKind(name)]


def shown_kinds() -> list[GenerationKind[Any]]:
    """In the order in which people are shown them."""
    return [_KINDS[one] for one in RunKind]
