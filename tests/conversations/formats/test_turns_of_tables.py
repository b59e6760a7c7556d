"""What a CSV table says, in any order and with any row damaged, is stored or reported: no turn is lost without a word."""

import re
from io import BytesIO

from hypothesis import example, given, settings
from hypothesis import strategies as st

from conversations.formats import ConversationRow, Format, Options, RowError, parse

HEADER = "user_id,conversation_id,turn,role,content\n"
TOLD = re.compile(r"(\d+) turns? of|none in (\d+) turns")
DAMAGES = ("none", "none", "role", "number", "cells", "nobody", "no user", "twice", "blank")


def damaged(damage: str, talk: int, place: int) -> str:
    user, name, turn, role, text = "u1", f"c{talk}", str(place), ("user", "assistant")[place % 2], f"text {place}"
    match damage:
        case "role":
            role = "narrator"
        case "number":
            turn = "x"
        case "cells":
            text += ",more"
        case "nobody":
            user = name = ""
        case "no user":
            user = ""
        case "twice":
            turn = "0"
        case "blank":
            text = " "
    return f"{user},{name},{turn},{role},{text}\n"


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, int]:
    """A table, and how many turns it holds: an empty text is one, too."""
    talks = draw(st.lists(st.lists(st.sampled_from(DAMAGES), min_size=1, max_size=5), min_size=1, max_size=3))
    rows = [damaged(each, talk, place) for talk, damages in enumerate(talks) for place, each in enumerate(damages)]
    return HEADER + "".join(draw(st.permutations(rows))), len(rows)


def told(problem: RowError) -> int:
    """How many turns a problem stands for: those it counts, else the one of its row."""
    if counted := TOLD.search(problem.found):
        return int(counted[1] or counted[2])
    return 0 if problem.kept else 1


@settings(deadline=None)  # the machine may be busy
@given(tables())
@example((HEADER + "u1,c0,0,user,a\nu1,c0,1,assistant,b\nu1,c0,1,user,c\n", 3))
def test_turns_of_a_table_are_stored_or_reported(table: tuple[str, int]) -> None:
    text, said = table
    found = list(parse(BytesIO(text.encode()), Format.CSV, Options()))
    stored = sum(len(row.turns) for row in found if isinstance(row, ConversationRow))
    assert stored + sum(told(row) for row in found if isinstance(row, RowError)) == said
