"""Import a large file into a real database and report time and peak memory.

    python -m yardstick.embedded exec --ephemeral -- python benchmarks/import_1gb.py [--megabytes 1000]

The file is made up, stored as a batch and deleted again. It is imported in a process of its own, whose peak resident
memory is what ``getrusage`` reports. Exits with 1 if it needs 300 MB or more.

Last figures (1,000 MB, 101,042 conversations of 20,209 subjects, two cores shared with other work, fsync off): received in
3 s, imported in 127 s, peak 137 MB.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def write(path: Path, megabytes: int) -> None:
    chance = random.Random(1)
    size = number = 0
    with path.open("w", encoding="utf-8") as file:
        while size < megabytes * 1024 * 1024:
            number += 1
            messages = [
                {"role": role, "content": " ".join(chance.choices(WORDS, k=chance.randint(20, 400)))}
                for _ in range(chance.randint(1, 6))
                for role in ("user", "assistant")
            ]
            line = json.dumps({"user_id": f"u{number // 5}", "conversation_id": f"c{number}", "messages": messages})
            size += file.write(line + "\n")


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
        batch = batches.receive(study=study, file=File(stream), filename=path.name, origin="unknown", user=None)
    received = time.monotonic()
    importing.import_batch(batch_id=batch.pk, now=timezone.now())
    batch.refresh_from_db()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"received in {received - began:.0f} s, imported in {time.monotonic() - received:.0f} s, peak {peak} MB")
    print(batch.state, batch.counts)
    sys.exit(int(peak >= MEMORY_LIMIT_MB))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run_import(arguments.run)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "conversations.jsonl"
        write(path, arguments.megabytes)
        print(f"{path.stat().st_size / 1024 / 1024:.0f} MB")
        subprocess.run([sys.executable, str(PROJECT / "manage.py"), "migrate", "--verbosity", "0"], check=True)
        return subprocess.run([sys.executable, __file__, "--run", str(path)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
