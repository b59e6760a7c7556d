"""Where words stand in a conversation. Pure: turns in, places out; costs grow with the text alone."""

import re
from collections.abc import Mapping, Sequence

from conversations.reading import pieces_of

LONGEST_SEARCH = 100  # characters


def pattern_of(words: str) -> re.Pattern[str] | None:
    """The words in this order, whatever their case and the space between them. None where there is none."""
    parts = words[:LONGEST_SEARCH].split()
    return re.compile(r"\s++".join(map(re.escape, parts)), re.IGNORECASE) if parts else None


def pieces_with(pattern: re.Pattern[str], turns: Sequence[Mapping[str, str]]) -> list[int]:
    """The numbers of the pieces (``reading.pieces_of``) in which the pattern begins."""
    found: dict[int, list[int]] = {}
    for number, turn in enumerate(turns):
        places = [match.start() for match in pattern.finditer(turn["content"])]
        if places:
            found[number] = places
    return [
        number
        for number, piece in enumerate(pieces_of(turns))
        if any(piece.start <= place < piece.end for place in found.get(piece.turn, ()))
    ]
