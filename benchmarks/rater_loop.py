"""The rater loop over real sockets: submit a page and get the next, by many raters at once, and what it costs.

    python -m yardstick.embedded exec -- python benchmarks/rater_loop.py --raters 50 --seconds 8 --tasks 2000
    ... benchmarks/rater_loop.py --raters 1,10,50,200 --stage 1,2,3 --tasks 2000,200000 --repeat 3
    ... benchmarks/rater_loop.py --raters 10 --tasks 200000 --judged 100000     (half of the queue is done)
    ... benchmarks/rater_loop.py --raters 1 --tasks 200000 --done 20000         (one rater with so many pages behind them)
    ... benchmarks/rater_loop.py --raters 50 --rate 100                         (open loop: what raters feel)
    ... benchmarks/rater_loop.py --raters 50 --units 4                          (stage 3 in two round trips a page)
    ... benchmarks/rater_loop.py --stage 1 --long                               (people who wrote a lot: one page at a time)

Closed loop: each rater goes on at once. The web server runs as its image starts it, PostgreSQL is the embedded one with fsync; the
state folder keeps studies of 20,000 tasks and more for the next run. Beside each row stand a null server that sends the same bytes
and PostgreSQL's raw single-row commits, measured right after it: read rates as shares of these. CPU is of the processes, by the
kernel. At the end all that was acknowledged is compared with the export: lost/changed/duplicated/not acknowledged/over k, all 0.
"Slowest" is the slowest rater's loops as a share of the median rater's, which tells something from ten loops a rater on; "CPU elsewhere" is what others took of the machine meanwhile.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
os.environ["YARDSTICK_MANIFEST"] = "1"  # as in the image: here for collecting, in the server for serving
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first

from benchmarks import loop_long  # noqa: E402
from benchmarks.loop_check import check  # noqa: E402
from benchmarks.loop_client import LoopFailed, LoopRater  # noqa: E402
from benchmarks.loop_history import judge_pages, lay_out_from  # noqa: E402
from benchmarks.loop_servers import CpuMeter, Server, null_server, product, raw_commits_per_second  # noqa: E402
from benchmarks.loop_studies import Wanted, owner, stage_of  # noqa: E402
from conversations.models import Stage  # noqa: E402
from raters.models import Enrolment, EntryLink  # noqa: E402

WARM_UP = 2.0  # seconds before anything counts
ARRIVE_AT_ONCE = 4
HEAD = [
    "study", "raters", "loops/s", "p50 ms", "p95 ms", "p95 / mean", "of null server", "of raw commits", "slowest", "errors", "CPU elsewhere",
    "CPU ms a loop: server + PostgreSQL (client)", "bytes", "first page ms", "labels: must be 0",
]  # fmt: skip


@dataclass
class LoopFigures:
    """Loops that ended while it counted: seconds of each, and how many each rater did."""

    seconds: float = 0.0
    loops: list[float] = field(default_factory=list)
    of_rater: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)
    first_page_ms: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.loops) / self.seconds

    def milliseconds(self, share: float) -> float:
        ordered = sorted(self.loops)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    def cpu_ms(self, part: str) -> float:
        return 1000 * self.cpu[part] / max(1, len(self.loops))

    @property
    def slowest(self) -> float:
        return min(self.of_rater) / max(1, statistics.median(self.of_rater))


@dataclass
class Crowd:
    server: Server
    raters: Sequence[LoopRater]
    rate: float | None = None  # loops begun each second; None: each rater goes on at once
    counts: bool = False
    ends: bool = False
    found: LoopFigures = field(default_factory=LoopFigures)
    dry: asyncio.Event = field(default_factory=asyncio.Event)  # somebody has no page any more

    async def measure(self, seconds: float) -> LoopFigures:
        opened = [await self._open(rater) for rater in self.raters]
        self.found.first_page_ms = 1000 * statistics.median(opened)
        self.found.of_rater = [0] * len(self.raters)
        running = asyncio.gather(*self._loops())
        await asyncio.sleep(WARM_UP)
        meter, begun, self.counts = CpuMeter(self.server), time.perf_counter(), True
        await asyncio.wait([asyncio.create_task(self.dry.wait())], timeout=seconds)
        self.counts, self.ends = False, True
        self.found.seconds, self.found.cpu = time.perf_counter() - begun, meter.used()
        await running
        for rater in self.raters:
            rater.close()
        return self.found

    async def _open(self, rater: LoopRater) -> float:
        begun = time.perf_counter()
        await rater.open()
        return time.perf_counter() - begun

    def _loops(self) -> "list[asyncio.Task[None]]":
        if self.rate is not None:
            return [asyncio.create_task(self._on_time(self.rate))]
        return [asyncio.create_task(self._without_pause(number)) for number in range(len(self.raters))]

    async def _without_pause(self, number: int) -> None:
        while not self.ends and not self.dry.is_set():
            await self._one(number, time.perf_counter())

    async def _on_time(self, rate: float) -> None:
        """Loops begin on time, whether those before them have ended or not: who has to wait for a rater has waited."""
        free: asyncio.Queue[int] = asyncio.Queue()
        for number in range(len(self.raters)):
            free.put_nowait(number)
        begun, due, at_work = time.perf_counter(), 0, set()

        async def one(number: int, planned: float) -> None:
            await self._one(number, planned)
            free.put_nowait(number)

        while not self.ends:
            planned, due = begun + due / rate, due + 1
            await asyncio.sleep(max(0.0, planned - time.perf_counter()))
            at_work.add(task := asyncio.create_task(one(await free.get(), planned)))
            task.add_done_callback(at_work.discard)
        await asyncio.gather(*at_work)

    async def _one(self, number: int, begun: float) -> None:
        rater = self.raters[number]
        try:
            await rater.judge()
        except (LoopFailed, OSError, TimeoutError) as error:
            self.found.errors.append(f"{type(error).__name__}: {error}")
            await asyncio.sleep(0.05)
            return
        if self.counts:
            self.found.loops.append(time.perf_counter() - begun)
            self.found.of_rater[number] += 1
        if rater.sheet is None:
            self.dry.set()


def comers(server: Server, stage: Stage, count: int) -> list[LoopRater]:
    """New raters of the study, each with a link of their own."""
    label = f"{time.time():.0f}"
    links = EntryLink.objects.bulk_create(EntryLink(stage=stage, label=f"{label}/{n}") for n in range(count))
    return [LoopRater(link.label, server.port, link.token) for link in links]


async def arrive(raters: Sequence[LoopRater]) -> None:
    at_once = asyncio.Semaphore(ARRIVE_AT_ONCE)

    async def one(rater: LoopRater) -> None:
        async with at_once:
            await rater.arrive()
            rater.close()

    await asyncio.gather(*(one(rater) for rater in raters))


def against_null(raters: Sequence[LoopRater], seconds: float) -> float:
    """Loops a second of as many raters with a server that sends what this one sent last."""
    with tempfile.TemporaryDirectory() as folder:
        for method in ("GET", "POST"):
            (Path(folder) / method).write_bytes(next(rater.last[method] for rater in raters if method in rater.last))
        with null_server(Path(folder)) as server:
            others = [LoopRater(rater.name, server.port, "", "/") for rater in raters]
            return asyncio.run(Crowd(server, others).measure(seconds)).rate


def row(server: Server, wanted: Wanted, count: int, options: argparse.Namespace) -> list[str]:
    stage = stage_of(wanted)
    raters = comers(server, stage, count)
    asyncio.run(arrive(raters))
    before = 0
    if options.done:
        rater_id = Enrolment.objects.get(entry_link__token=raters[0].token).rater_id
        before = judge_pages(stage, rater_id, options.done)
    lay_out_from(stage, max(options.judged, 3 * before))
    measured = asyncio.run(Crowd(server, raters, options.rate).measure(options.seconds))
    null, raw = against_null(raters, 2.0), raw_commits_per_second(count)
    for error in sorted(set(measured.errors))[:5]:
        print(f"  {error}", file=sys.stderr)
    cpu = [measured.cpu_ms(part) for part in ("server", "PostgreSQL", "client")]
    units = wanted.units + (wanted.stage == 3)  # its overall unit
    done, rate = (
        f", one rater has judged {before:,}" if before else "",
        f", {options.rate:g} a second" if options.rate else "",
    )
    return [
        f"{wanted}{done}{rate}", str(count), *latencies(measured, null, raw), "-" if options.rate else f"{measured.slowest:.2f}",
        str(len(measured.errors)), f"{measured.cpu['elsewhere']:.0%}", f"{cpu[0]:.2f} + {cpu[1]:.2f} ({cpu[2]:.2f})", f"{raters[0].sent:,}",
        f"{measured.first_page_ms:.0f}", str(check(stage, raters, before=before * units)),
    ]  # fmt: skip


def latencies(measured: LoopFigures, null: float, raw: float) -> list[str]:
    """Rate, percentiles, and the shares of what the machine could do."""
    if not measured.loops:
        return ["0", *["-"] * 5]
    p50, p95 = measured.milliseconds(0.5), measured.milliseconds(0.95)
    return [
        f"{measured.rate:.1f}", f"{p50:.1f}", f"{p95:.1f}", f"{p95 / 1000 / statistics.mean(measured.loops):.2f}",
        f"1/{null / measured.rate:.1f} ({null:,.0f})", f"1/{raw / measured.rate:.0f} ({raw:,.0f})",
    ]  # fmt: skip


def long_pages(server: Server) -> None:
    """Beside the loop: one rater after the other."""
    print_row(loop_long.HEAD)
    print_row(["---"] * len(loop_long.HEAD))
    for shape in (loop_long.SMALL, *loop_long.SHAPES):
        stage = loop_long.long_stage(shape, owner())
        raters = comers(server, stage, 3)
        asyncio.run(arrive(raters))
        seen, used = [], []
        for rater in raters:
            meter = CpuMeter(server)
            seen.append(asyncio.run(loop_long.pages(rater)))
            used.append({part: 1000 * seconds / loop_long.PEOPLE for part, seconds in meter.used().items()})
        cpu = ", ".join(f"{one['server']:.0f} + {one['PostgreSQL']:.0f}" for one in used[:2])
        for cells in loop_long.rows(shape, cpu, *seen):
            print_row(cells)


def print_row(cells: Sequence[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raters", type=numbers, default=[1, 10, 50, 200])
    parser.add_argument("--tasks", type=numbers, default=[2000])
    parser.add_argument("--stage", type=numbers, default=[3])
    parser.add_argument("--units", type=int, help="attributes on a page; 4 at stages 1 and 2, none at stage 3")
    parser.add_argument("--judged", type=int, default=0, help="so many tasks have all their ratings already")
    parser.add_argument("--done", type=int, default=0, help="pages that the first rater has judged already")
    parser.add_argument("--rate", type=float, help="loops that begin each second, instead of one after the other")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--long", action="store_true", help="stage 1 of people who wrote a lot, instead of loops")
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    with product() as server:
        warm(server)
        if options.long:
            long_pages(server)
        else:
            loops(server, options)


def warm(server: Server) -> None:
    """Both processes have served raters before anything counts: a process's first page compiles templates and statements."""
    raters = comers(server, stage_of(Wanted(3, 120, 0)), 8)
    asyncio.run(arrive(raters))
    asyncio.run(Crowd(server, raters).measure(1.0))


def loops(server: Server, options: argparse.Namespace) -> None:
    print_row(HEAD)
    print_row(["---"] * len(HEAD))
    for _ in range(options.repeat):
        for stage, tasks, count in itertools.product(options.stage, options.tasks, options.raters):
            units = (0 if stage == 3 else 4) if options.units is None else options.units
            print_row(row(server, Wanted(stage, tasks, units, options.judged), count, options))


if __name__ == "__main__":
    main()
