"""Import a large file into a real database and report time and peak memory, beside COPY of the same rows.

    python -m yardstick.embedded exec --ephemeral -- python benchmarks/import_1gb.py [--megabytes 1000] [--kind jsonl|csv|chatgpt-zip|parquet]

The file is made up, stored as a batch and deleted again; an archive is so large when it is unpacked. It is imported in a process of
its own, whose peak resident memory is what the kernel reports (``VmHWM``); that of the process in which Parquet is read is reported beside it.
COPY writes the rows that were stored into a table with the same indexes. Exits with 1 if either process needs 300 MB or more.

Last figures for 1,000 MB of JSON Lines (101,042 conversations of 20,209 subjects, two cores shared with other work, fsync off): received
in 3 s, imported in 127 s, peak 137 MB. 1,000 MB in a ZIP of ChatGPT: 154 s, peak 187 MB; in Parquet: 126 s, peak 173 MB and 117 MB.
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
import zipfile
from collections.abc import Iterator
from itertools import batched
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
MEMORY_LIMIT_MB = 300
WORDS = (
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
    "日本",
    "😀",
    "thanks\n",
)


def rows(megabytes: int) -> Iterator[dict[str, Any]]:
    """Conversations with so much text in all."""
    chance = random.Random(1)
    size = number = 0
    while size < megabytes * 1024 * 1024:
        number += 1
        messages = [
            {"role": role, "content": " ".join(chance.choices(WORDS, k=chance.randint(20, 400)))}
            for _ in range(chance.randint(1, 6))
            for role in ("user", "assistant")
        ]
        size += sum(len(message["content"].encode()) for message in messages)
        yield {"user_id": f"u{number // 5}", "conversation_id": f"c{number}", "messages": messages}


def write_jsonl(path: Path, megabytes: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(megabytes))


def write_csv(path: Path, megabytes: int) -> None:
    """A turn a row, as logs have them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["user_id", "conversation_id", "turn", "role", "content"])
        for row in rows(megabytes):
            for turn, message in enumerate(row["messages"]):
                table.writerow([row["user_id"], row["conversation_id"], turn, message["role"], message["content"]])


def write_chatgpt_zip(path: Path, megabytes: int) -> None:
    """Split as ChatGPT splits: some hundred conversations a file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("user.json", "{}")
        split: list[dict[str, Any]] = []
        files = 0
        for row in rows(megabytes):
            split.append(as_chatgpt(row))
            if len(split) == 500:
                archive.writestr(f"conversations-{files:03}.json", json.dumps(split))
                split, files = [], files + 1
        archive.writestr(f"conversations-{files:03}.json", json.dumps(split))


def as_chatgpt(row: dict[str, Any]) -> dict[str, Any]:
    mapping: dict[str, Any] = {"0": {"id": "0", "parent": None, "children": ["1"], "message": None}}
    for place, message in enumerate(row["messages"], 1):
        mapping[str(place)] = {
            "id": str(place),
            "parent": str(place - 1),
            "children": [str(place + 1)] if place < len(row["messages"]) else [],
            "message": {
                "id": str(place),
                "author": {"role": message["role"]},
                "content": {"content_type": "text", "parts": [message["content"]]},
                "create_time": 1_700_000_000 + place,
            },
        }
    name = row["conversation_id"]
    return {"title": name, "conversation_id": name, "mapping": mapping, "current_node": str(len(mapping) - 1)}


def write_parquet(path: Path, megabytes: int) -> None:
    import pyarrow as pa  # noqa: PLC0415 - only where it is asked for
    from pyarrow import parquet  # noqa: PLC0415

    writer = None
    for some in batched(rows(megabytes), 2_000):
        table = pa.Table.from_pylist(list(some))
        writer = writer or parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


WRITERS = {"jsonl": write_jsonl, "csv": write_csv, "chatgpt-zip": write_chatgpt_zip, "parquet": write_parquet}


def run_import(path: Path) -> None:
    import django  # noqa: PLC0415 - only in the process that is measured

    django.setup()
    from django.core.files import File  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from conversations.models import Study  # noqa: PLC0415
    from conversations.services import batches, importing  # noqa: PLC0415

    study, _ = Study.objects.get_or_create(slug="benchmark", title="Benchmark")
    began = time.monotonic()
    with path.open("rb") as stream:
        seen = batches.examined(stream)
        said = (
            {"subject_policy": "file", "file_subject": "p1"}
            if seen.format == "chatgpt"
            else {"subject_field": "user_id"}
        )
        batch = batches.receive(
            study=study,
            file=File(stream),
            filename=path.name,
            origin="unknown",
            user=None,
            format=seen.format,
            options=batches.options_said(format=seen.format, head=seen.head, columns={}, **said),
        )
    received = time.monotonic()
    importing.import_batch(batch_id=batch.pk, now=timezone.now())
    batch.refresh_from_db()
    imported = time.monotonic() - received
    peaks = [peak_of_this_process(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024]
    print(
        f"received in {received - began:.0f} s, imported in {imported:.0f} s, peak {peaks[0]} MB, of its child {peaks[1]} MB"
    )
    print(batch.state, batch.counts, batch.failure)
    stored, copied = copy_again()
    print(f"{stored / imported:.0f} conversations/s, {copied / imported:.0%} of COPY ({stored / copied:.0f}/s)")
    sys.exit(int(max(peaks) >= MEMORY_LIMIT_MB or batch.state != "done"))


def peak_of_this_process() -> int:
    """In MB, since it began; ``getrusage`` would count who started it, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def copy_again() -> tuple[int, float]:
    """How many conversations are stored, and in how many seconds COPY writes them."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor, tempfile.TemporaryFile() as file:
        cursor.execute("CREATE TABLE copied (LIKE conversations_conversation INCLUDING ALL)")
        with cursor.copy("COPY conversations_conversation TO STDOUT (FORMAT binary)") as out:
            for block in out:
                file.write(block)
        file.seek(0)
        began = time.monotonic()
        with cursor.copy("COPY copied FROM STDIN (FORMAT binary)") as into:
            while block := file.read(1 << 16):
                into.write(block)
        return cursor.rowcount, time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--kind", choices=WRITERS, default="jsonl")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run_import(arguments.run)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"conversations.{arguments.kind}"
        WRITERS[arguments.kind](path, arguments.megabytes)
        print(f"{path.stat().st_size / 1024 / 1024:.0f} MB")
        subprocess.run([sys.executable, str(PROJECT / "manage.py"), "migrate", "--verbosity", "0"], check=True)
        return subprocess.run([sys.executable, __file__, "--run", str(path)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
