"""Whatever happens to a file on its way: it ends in rows, or in a problem that says where. Nothing else, and nothing in silence.

The files are those of the golden corpus; what happens to them is drawn from seeds, so that a failure can be played again.
"""

import copy
import gzip
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conversations.formats import (
    AttributeRow,
    ConversationRow,
    Format,
    NotRecognised,
    Options,
    PassedOver,
    PromptRow,
    Row,
    RowError,
    examine,
    parse,
)

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
SOURCES = sorted(CORPUS.glob("*/*/source.*"))
MUTATIONS_EACH = 60
OTHER_VALUES: tuple[Any, ...] = (
    None,
    True,
    7,
    -1.5,
    10**30,
    "",
    "x",
    "\x00",
    "\ud83d",
    [],
    {},
    [None],
    [[]],
    {"a": {}},
    "[1",
    '{"a": 1}',
)


def options_of(source: Path) -> Options:
    return Options.from_json(json.loads((source.parent / "expected.json").read_text()).get("options", {}))


def values_of(source: Path) -> list[Any]:
    """What stands in the file: one value, or one a line."""
    text = source.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if source.suffix == ".jsonl" else [json.loads(text)]


def as_bytes(values: list[Any]) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a value: what holds it, and under which name or number."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        yield value, key
        yield from places(value[key])


def retyped(values: list[Any], chance: random.Random) -> None:
    holder, key = chance.choice(list(places(values)))
    holder[key] = copy.deepcopy(chance.choice(OTHER_VALUES))


def dropped(values: list[Any], chance: random.Random) -> None:
    holder, key = chance.choice(list(places(values)))
    del holder[key]


def moved(values: list[Any], chance: random.Random) -> None:
    """A value stands where another of the file stood."""
    everywhere = list(places(values))
    (holder, key), (other, name) = chance.choice(everywhere), chance.choice(everywhere)
    holder[key] = copy.deepcopy(other[name])


def reordered(values: list[Any], chance: random.Random) -> None:
    lists = [values, *(holder[key] for holder, key in places(values) if isinstance(holder[key], list))]
    chance.shuffle(chance.choice(lists))


def truncated(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def scratched(data: bytes, chance: random.Random) -> bytes:
    held = bytearray(data)
    for _ in range(min(chance.randint(1, 4), len(held))):
        held[chance.randrange(len(held))] = chance.choice(b'\x00\xff\n\r"\\{}[],:a\xe9')
    return bytes(held)


def lines_reordered(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


def zipped(data: bytes, name: str = "a.json") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
        archive.writestr("picture.png", b"\x89PNG")
    return packed.getvalue()


def recoded(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: text.encode("utf-16"),
        lambda: text.encode("utf-16-be", "surrogatepass"),
        lambda: text.encode("utf-32"),
        lambda: text.encode("utf-8-sig"),
        lambda: text.encode("cp1252", "replace"),
        lambda: data.replace(b"\n", b"\r\n"),
        lambda: data.replace(b"\n", b"\r"),
        lambda: gzip.compress(data, 1),
        lambda: zipped(data),
    )
    return chance.choice(ways)()


def mutated(source: Path, chance: random.Random) -> bytes:
    data = source.read_bytes()
    if source.suffix != ".csv" and chance.random() < 0.7:
        values = values_of(source)
        for _ in range(chance.randint(1, 3)):
            if values:
                chance.choice((retyped, retyped, dropped, moved, reordered))(values, chance)
        data = as_bytes(values)
    for change in (truncated, scratched, lines_reordered, recoded, truncated):
        if chance.random() < 0.2:
            data = change(data, chance)
    return data


def outcome(data: bytes, options: Options, named: Format) -> list[Row | RowError | PassedOver] | str:
    """As recognised, or else as its uploader says what it is; words where it is refused as a whole."""
    try:
        seen = examine(io.BytesIO(data), options)
    except NotRecognised as refusal:
        try:
            seen = examine(io.BytesIO(data), options, named)
        except NotRecognised:
            return str(refusal)
    return list(parse(io.BytesIO(data), seen.format, options))


def name_of(source: Path) -> str:
    return f"{source.parent.parent.name}/{source.parent.name}"


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_mutated_files_end_in_rows_or_in_problems(source: Path) -> None:
    """An import without any row fails in words: `tests/conversations/test_batches.py` holds that."""
    options = options_of(source)
    named = examine(io.BytesIO(source.read_bytes()), options).format
    for seed in range(MUTATIONS_EACH):
        rows = outcome(mutated(source, random.Random(f"{name_of(source)} {seed}")), options, named)
        if isinstance(rows, str):
            assert rows.endswith("."), f"seed {seed}: {rows}"
            continue
        told = [row for row in rows if isinstance(row, RowError)]
        assert not [row for row in told if "an error of this program" in row.found], f"seed {seed}: {told}"
        assert all(row.expected and row.found for row in told), f"seed {seed}: {told}"
        assert storable(rows), f"seed {seed}: {rows}"


def storable(rows: list[Any]) -> bool:
    texts = [turn.content for row in rows if isinstance(row, ConversationRow) for turn in row.turns]
    texts += [row.text for row in rows if isinstance(row, AttributeRow)]
    return all("\x00" not in text and text.isprintable() | bool(text.encode()) for text in texts)


# Of these the rows are independent of each other, so that a cut costs what stands behind it and nothing else.
SPOOLED = {Format.TRACES, Format.CSV}
STRICT = {Format.YARDSTICK, Format.RELEASE_TASK4}


@pytest.mark.parametrize("as_array", [False, True])
@pytest.mark.parametrize("source", [one for one in SOURCES if one.suffix != ".csv"], ids=name_of)
def test_a_file_that_was_cut_off_keeps_what_stands_before_the_cut(source: Path, as_array: bool) -> None:
    values, options = values_of(source), options_of(source)
    rows = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    named = examine(io.BytesIO(source.read_bytes()), options).format
    if named in SPOOLED:
        pytest.skip("a conversation is told once all of its rows are there")
    begin, between, end = (b"[\n", b",\n", b"\n]") if as_array else (b"", b"\n", b"\n")
    whole = [json.dumps(row).encode() for row in rows] * 2
    complete = [row for row in read(begin + between.join(whole) + end, named, options) if row.line <= len(rows)]
    half = begin + between.join(whole[: len(rows)]) + between + whole[0][: len(whole[0]) // 2]
    kept = read(half, named, options)
    assert [row for row in kept if row.line <= len(rows)] == complete
    assert [row for row in kept if row.line > len(rows) and isinstance(row, RowError) and not row.kept]


def read(data: bytes, named: Format, options: Options) -> list[Any]:
    return list(parse(io.BytesIO(data), named, options))


def messages_in(value: Any) -> list[tuple[dict[str, Any], str]]:
    """Every message, and under which name it says who spoke."""
    inside = [value, *(holder[key] for holder, key in places(value))]
    return [
        (each, name)
        for each in inside
        if isinstance(each, dict)
        and any(isinstance(each.get(said), str) for said in ("content", "text", "value", "message"))
        for name in ("role", "sender", "from")
        if isinstance(each.get(name), str)
    ]


IN_NUMBERS = re.compile(r"none (?:in|of) (\d+)|(\d+) turns? of|(\d+) messages? of other")


def accounted(rows: list[Any]) -> int:
    """Turns and prompts that are stored, and what is reported instead; of a conversation that is refused its messages are counted in words."""
    stored = sum(len(row.turns) for row in rows if isinstance(row, ConversationRow))
    stored += sum(isinstance(row, PromptRow) for row in rows)
    refused = [IN_NUMBERS.search(row.found) for row in rows if isinstance(row, RowError)]
    return stored + sum(int(next(filter(None, found.groups()))) if found else 1 for found in refused)


@pytest.mark.parametrize("source", [one for one in SOURCES if one.suffix != ".csv"], ids=name_of)
def test_what_was_seen_is_stored_or_reported(source: Path) -> None:
    options, named = options_of(source), examine(io.BytesIO(source.read_bytes()), options_of(source)).format
    if named in STRICT:
        pytest.skip("its evidence counts turns, so that a conversation is stored whole or reported whole")
    before = accounted(read(source.read_bytes(), named, options))
    for number in range(len(messages_in(values_of(source)))):
        values = values_of(source)
        message, name = messages_in(values)[number]
        message[name] = "nobody"
        assert accounted(read(as_bytes(values), named, options)) >= before, f"message {number}: {message}"


def holders_of_messages(values: list[Any]) -> list[tuple[Any, Any]]:
    """Where each message stands: what holds it, and under which name or number."""
    said = [id(message) for message, _name in messages_in(values)]
    return [(holder, key) for holder, key in places(values) if id(holder[key]) in said]


DROPPED = object()


@pytest.mark.parametrize("instead", [DROPPED, 7, None, "x", []], ids=["dropped", "7", "null", "x", "[]"])
@pytest.mark.parametrize("source", [one for one in SOURCES if one.suffix != ".csv"], ids=name_of)
def test_a_message_that_is_lost_costs_no_other(source: Path, instead: Any) -> None:
    options, named = options_of(source), examine(io.BytesIO(source.read_bytes()), options_of(source)).format
    if named in STRICT:
        pytest.skip("its evidence counts turns, so that a conversation is stored whole or reported whole")
    before = accounted(read(source.read_bytes(), named, options))
    for number in range(len(holders_of_messages(values_of(source)))):
        values = values_of(source)
        holder, key = holders_of_messages(values)[number]
        lost = len(messages_in(holder[key]))  # with the replies that stand in it
        if instead is DROPPED:
            del holder[key]
        else:
            holder[key] = instead
        assert accounted(read(as_bytes(values), named, options)) >= before - lost, f"message {number} of {before}"


@pytest.mark.parametrize("source", [one for one in SOURCES if one.suffix != ".csv"], ids=name_of)
def test_a_list_in_another_order_loses_no_turn(source: Path) -> None:
    options, named = options_of(source), examine(io.BytesIO(source.read_bytes()), options_of(source)).format
    if named in STRICT:
        pytest.skip("its evidence counts turns, so that a conversation is stored whole or reported whole")
    before = accounted(read(source.read_bytes(), named, options))
    lists = [holder[key] for holder, key in places(values_of(source)) if isinstance(holder[key], list)]
    for number in range(len(lists)):
        values = values_of(source)
        [holder[key] for holder, key in places(values) if isinstance(holder[key], list)][number].reverse()
        assert accounted(read(as_bytes(values), named, options)) >= before, f"list {number} of {before}"
