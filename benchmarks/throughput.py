"""How many completions a second the workers deliver, database writes included.

    python -m yardstick.embedded exec --ephemeral -- python benchmarks/throughput.py [--slots 64] [--workers 1]
    ... benchmarks/throughput.py --slots 64 --faults
    ... benchmarks/throughput.py --slots 32 --workers 2 --items 2000 --kills 20

A local HTTP server answers each call after one second. Real PostgreSQL, Valkey, and Celery workers (threads) as their
own processes. ``--faults`` makes a tenth of the calls fail: 429, 500, cut-off answers, broken JSON, hang-ups, answers
that never come and answers that drip in byte by byte. ``--kills`` kills a worker with SIGKILL that many times while the
run goes on, starts another one in its place, and ends with an error unless each item has exactly one output.

The CPU time for each item says what limits the rate, and is nearly the same on a machine that does other work as well.

Last figures: see the end of docs/generation.md.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from conversations.models import Study
    from generation.models import Endpoint, Run

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

TIMEOUT = 5  # seconds, of the endpoint
HANGS_UP, SILENT, DRIPS = 0, 1, 2  # beside the status codes of HTTP


def serve(port_ready: "multiprocessing.Queue[int]", seconds: float, *, faults: bool) -> None:
    """The stand-in provider: asyncio, one process of its own."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                status, body = _answer(faults=faults)
                await asyncio.sleep({200: seconds, SILENT: 2 * TIMEOUT}.get(status, 0.05))
                if status in (HANGS_UP, SILENT):
                    break
                head = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                writer.write(head % (200 if status == DRIPS else status, len(body)))
                await (_drip(writer, body) if status == DRIPS else _write(writer, body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=512)
        port_ready.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


async def _write(writer: asyncio.StreamWriter, body: bytes) -> None:
    writer.write(body)
    await writer.drain()


async def _drip(writer: asyncio.StreamWriter, body: bytes) -> None:
    """Never silent for long, and never done in time."""
    for byte in body:
        await _write(writer, bytes([byte]))
        await asyncio.sleep(2 * TIMEOUT / len(body))


def _answer(*, faults: bool) -> tuple[int, bytes]:
    kinds = [429, 500, HANGS_UP, SILENT, DRIPS, "cut", "broken"]
    fault = random.choice(kinds) if faults and random.random() < 0.1 else None
    if isinstance(fault, int) and fault != DRIPS:
        return fault, b"{}"
    if fault == "broken":
        return 200, b'{"choices": ['
    message = {"role": "assistant", "content": "Boil the pasta for nine minutes. " * 10}
    completion = {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "stand-in",
        "choices": [{"index": 0, "finish_reason": "length" if fault == "cut" else "stop", "message": message}],
        "usage": {"prompt_tokens": 50, "completion_tokens": 80, "total_tokens": 130},
    }
    return DRIPS if fault == DRIPS else 200, json.dumps(completion).encode()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--slots", type=int, default=64)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=20, help="about how long to measure")
    parser.add_argument("--items", type=int, help="how many calls there are to make, instead of --seconds")
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    options = parser.parse_args()

    os.environ["YARDSTICK_LLM_ALLOWED_HOSTS"] = "127.0.0.1"
    context = multiprocessing.get_context("spawn")
    ready = context.Queue()
    server = context.Process(target=serve, args=(ready, 1.0), kwargs={"faults": options.faults}, daemon=True)
    server.start()
    base_url = f"http://127.0.0.1:{ready.get(timeout=20)}/v1"

    import django  # noqa: PLC0415 - the server's process does without

    django.setup()
    measure(options, base_url)


def measure(options: argparse.Namespace, base_url: str) -> None:
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from conversations.enums import Policy  # noqa: PLC0415
    from generation import tasks  # noqa: PLC0415
    from generation.enums import RunState  # noqa: PLC0415
    from generation.kinds.responses.configuration import ResponsesConfiguration  # noqa: PLC0415
    from generation.kinds.responses.start import start_responses  # noqa: PLC0415
    from generation.models import ModelCall, RunItem  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    study, endpoint = make_study(options, base_url)
    workers = Workers(options)
    try:
        wait_for_workers(options.workers)
        run = start_responses(
            study=study, endpoint=endpoint, configuration=ResponsesConfiguration(policy=Policy.ALL), now=timezone.now()
        )
        total = run.items.count()
        started, used = time.monotonic(), cpu_seconds()
        tasks.announce(endpoint.pk)
        left = total
        while left:
            tasks.sweep_runs()
            time.sleep(1.0)
            left = RunItem.objects.filter(run=run, state__in=["waiting", "running"]).count()
            workers.kill_if_due(done=1 - left / total)
        seconds, used = time.monotonic() - started, cpu_seconds() - used
    finally:
        workers.stop()
    run.refresh_from_db()
    states = Counter(run.items.values_list("state", "reason_code"))
    calls = Counter(ModelCall.objects.values_list("state", flat=True))
    span = ModelCall.objects.filter(state="done").order_by("finished_at").values_list("finished_at", flat=True)
    done = [finished_at for finished_at in span if finished_at is not None]
    steady = done[len(done) // 10 : -len(done) // 10]
    rate = (len(steady) - 1) / (steady[-1] - steady[0]).total_seconds()
    print(f"{options.slots} slots in {options.workers} worker(s){', with faults' if options.faults else ''}")
    print(f"{total} items in {seconds:.1f} s; steady rate {rate:.1f} completions/s; run {RunState(run.state).label}")
    print(f"items {dict(states)}; calls {dict(calls)}")
    print(
        f"reasons of failed calls {dict(Counter(ModelCall.objects.exclude(reason_code='').values_list('reason_code')))}"
    )
    if not options.kills:
        spent = ", ".join(f"{name} {1000 * used[name] / total:.1f}" for name in sorted(used))
        print(f"CPU milliseconds for each item: {spent}; together {1000 * used.total() / total:.1f}")
    else:
        check_outputs(run, workers)


def cpu_seconds() -> "Counter[str]":
    """What each part has used so far: all that was started beside this script, and all that it started itself."""
    names = {"postgres": "PostgreSQL", "valkey": "Valkey", "celery": "workers", "multiprocessing.spawn": "stand-in"}
    used: Counter[str] = Counter()
    for process in psutil.Process(os.getppid()).children(recursive=True):
        command = " ".join(process.cmdline())
        name = next((name for word, name in names.items() if word in command), "script")
        used[name] += sum(process.cpu_times()[:2])
    return used


class Workers:
    """Celery workers, killed and replaced while the first four fifths of the run are done."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.threads = options.slots // options.workers
        self.kills = options.kills
        self.killed = self.started = 0
        self.processes: list[subprocess.Popen[bytes]] = []
        for _ in range(options.workers):
            self._start()

    def _start(self) -> None:
        self.processes.append(_celery("llm", self.threads, self.started))
        self.started += 1

    def kill_if_due(self, *, done: float) -> None:
        if self.killed < min(self.kills, done / 0.8 * self.kills):
            oldest = self.processes.pop(0)
            oldest.kill()
            oldest.wait()
            self.killed += 1
            self._start()

    def stop(self) -> None:
        for process in self.processes:
            process.kill()


def check_outputs(run: "Run", workers: Workers) -> None:
    from conversations.models import Comparison, Response  # noqa: PLC0415
    from generation.models import ModelCall  # noqa: PLC0415

    outputs = Counter(Response.objects.values_list("case_id", "kind"))
    twice = sum(count > 1 for count in outputs.values())
    repeats = ModelCall.objects.filter(repeat_of__isnull=False).count()
    print(
        f"{workers.killed} kills: {len(outputs)} outputs for {run.items.count()} items, {twice} of them twice; "
        f"{Comparison.objects.count()} comparisons; {repeats} calls are marked as repeated after a crash"
    )
    if twice or len(outputs) != run.items.count() or workers.killed < workers.kills:
        raise SystemExit("Not each item has exactly one output, or too few workers were killed.")


def make_study(options: argparse.Namespace, base_url: str) -> "tuple[Study, Endpoint]":
    from conversations.enums import Origin  # noqa: PLC0415
    from conversations.models import Attribute, Case, Prompt, Study, Subject, System  # noqa: PLC0415
    from generation.models import Endpoint  # noqa: PLC0415

    slug = f"throughput-{os.getpid()}"
    study = Study.objects.create(slug=slug, title="Throughput")
    system = System.objects.create(study=study, name="Uploaded")
    prompt = Prompt.objects.create(study=study, external_id="p", text="How do I cook pasta?", content_hash="p")
    wanted = (options.items or options.slots * options.seconds) // 2
    subjects = Subject.objects.bulk_create(
        Subject(study=study, external_id=str(number), number=number, origin=Origin.ILLUSTRATIVE)
        for number in range(wanted)
    )
    Attribute.objects.bulk_create(
        Attribute(subject=subject, system=system, text=f"The user likes thing {number}.", content_hash=str(number))
        for subject in subjects
        for number in range(4)
    )
    Case.objects.bulk_create(Case(subject=subject, prompt=prompt) for subject in subjects)
    endpoint = Endpoint.objects.create(
        study=study,
        name="Stand-in",
        base_url=base_url,
        model="stand-in",
        parameters={"max_tokens": 200},
        concurrency=options.slots,
        timeout_seconds=TIMEOUT,
    )
    return study, endpoint


def _celery(queue: str, threads: int, number: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "celery", "-A", "yardstick", "worker", "-P", "threads", "-c", str(threads)]
    command += ["-Q", queue, "-n", f"throughput{number}@%h", "--loglevel", "ERROR", "--without-gossip"]
    return subprocess.Popen(command, cwd=ROOT)


def wait_for_workers(count: int) -> None:
    from generation.models import WorkerBeat  # noqa: PLC0415

    end = time.monotonic() + 60
    while WorkerBeat.objects.exclude(queues=[]).count() < count:
        if time.monotonic() > end:
            raise SystemExit("The workers did not start.")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
