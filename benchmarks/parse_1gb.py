"""Parse 1 GB of each kind of file and report time and peak memory.

    python benchmarks/parse_1gb.py [--megabytes 1000] [--kind jsonl ...]

Files are made up, written to a temporary folder and deleted. Each is parsed in a process of its own, whose
peak resident memory is what ``getrusage`` reports. Exits with 1 if any file needs 300 MB or more.

Last figures (peak of the process): JSON Lines 8 s, 22 MB; array 12 s, 22 MB; ChatGPT export 20 s, 22 MB; CSV 25 s of CPU, 50 MB (from 70 MB);
dense hostile lines 57 s, 236 MB; one endless line 0.5 s, 95 MB.
"""

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from conversations.formats import Format, Options, SubjectPolicy, parse

MEMORY_LIMIT_MB = 300
_WORDS = (
    "please",
    "could",
    "you",
    "explain",
    "how",
    "a",
    "café",
    "table",
    "in",
    "cm",
    "differs",
    "“inches”",
    "日本",
    "😀",
    "thanks\n",
)


def text(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(20, 400)))


def conversations() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    chance = random.Random(1)
    number = 0
    while True:
        number += 1
        turns = chance.randint(1, 6)
        yield number, [(role, text(chance)) for _ in range(turns) for role in ("user", "assistant")]


def messages(turns: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in turns]


def write_jsonl(file: TextIO, size: int) -> None:
    for number, turns in conversations():
        row = {"user_id": f"u{number % 5000}", "conversation_id": f"c{number}", "messages": messages(turns)}
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
        if file.tell() > size:
            return


def write_array(file: TextIO, size: int, element: Callable[[int, list[tuple[str, str]]], Any]) -> None:
    file.write("[")
    for number, turns in conversations():
        file.write(json.dumps(element(number, turns), indent=1))
        if file.tell() > size:
            break
        file.write(",\n")
    file.write("]")


def sharegpt(number: int, turns: list[tuple[str, str]]) -> Any:
    names = {"user": "human", "assistant": "gpt"}
    return {"id": f"c{number}", "conversations": [{"from": names[role], "value": content} for role, content in turns]}


def chatgpt(number: int, turns: list[tuple[str, str]]) -> Any:
    mapping: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None, "children": ["n0"]}}
    for index, (role, content) in enumerate(turns):
        message = {
            "author": {"role": role, "name": None, "metadata": {}},
            "content": {"content_type": "text", "parts": [content]},
            "metadata": {"model_slug": "m", "citations": [], "request_id": f"r{number}", "timestamp_": "absolute"},
            "recipient": "all",
        }
        parent = f"n{index - 1}" if index else "root"
        mapping[f"n{index}"] = {"id": f"n{index}", "message": message, "parent": parent, "children": [f"n{index + 1}"]}
    return {"id": f"c{number}", "mapping": mapping, "current_node": f"n{len(turns) - 1}"}


def write_csv(file: TextIO, size: int) -> None:
    rows = csv.writer(file)
    rows.writerow(["user_id", "conversation_id", "turn", "role", "content"])
    for number, turns in conversations():
        for index, (role, content) in enumerate(turns):
            rows.writerow([f"u{number % 5000}", f"c{number}", index, role, content])
        if file.tell() > size:
            return


def write_one_line(file: TextIO, size: int) -> None:
    """A file that is one line without an end: an error row, not a blow-up."""
    while file.tell() < size:
        file.write('{"a": "' + "x" * 1_000_000)


def write_dense(file: TextIO, size: int) -> None:
    """Lines just short enough to be read, of the JSON that takes most memory for its length."""
    objects = '{"messages": [' + '{"":1},' * 240_000 + "1.5," * 1_000_000 + "1]}\n"
    fields = '{"messages": {' + ",".join(f'"{number:x}":1' for number in range(800_000)) + "}}\n"
    while file.tell() < size:
        file.write(objects + fields)


KINDS: dict[str, tuple[Format, Callable[[TextIO, int], None]]] = {
    "jsonl": (Format.OPENAI, write_jsonl),
    "array": (Format.SHAREGPT, lambda file, size: write_array(file, size, sharegpt)),
    "chatgpt": (Format.CHATGPT, lambda file, size: write_array(file, size, chatgpt)),
    "csv": (Format.CSV, write_csv),
    "dense": (Format.OPENAI, write_dense),
    "one-line": (Format.OPENAI, write_one_line),
}


def measure(kind: str, path: Path) -> None:
    options = Options(SubjectPolicy.FILE, file_subject="s") if kind != "csv" else Options()
    started = time.perf_counter()
    with path.open("rb") as stream:
        counts = Counter(type(row).__name__ for row in parse(stream, KINDS[kind][0], options))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = path.stat().st_size / 1e6
    sys.stdout.write(f"{kind:9} {size:6.0f} MB  {seconds:6.1f} s  peak {peak:5.0f} MB  {dict(counts)}\n")
    sys.exit(peak >= MEMORY_LIMIT_MB)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--megabytes", type=int, default=1000)
    arguments.add_argument("--kind", nargs="*", choices=KINDS, default=list(KINDS))
    arguments.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.measure:
        measure(options.kind[0], options.measure)
    failed = 0
    for kind in options.kind:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / kind
            with path.open("w", encoding="utf-8", newline="") as file:
                KINDS[kind][1](file, options.megabytes * 1_000_000)
            command = [sys.executable, __file__, "--kind", kind, "--measure", str(path)]
            failed |= subprocess.run(command, check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
