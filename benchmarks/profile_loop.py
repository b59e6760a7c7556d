"""Where the time of one submit and its next page goes in Python, without sockets.

    python -m yardstick.embedded exec -- python benchmarks/profile_loop.py --stage 3 --loops 200

First the plain figures; then cProfile, which makes many small calls look dearer than they are: use it for shares, not for times.
Own time is summed by package, then the dearest functions by the time that ended in them and by all they called.
"""

import argparse
import cProfile
import io
import os
import pstats
import sys
import time
from collections import Counter
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
os.environ["YARDSTICK_DATABASE_POOL"] = "1"  # so that it is always the one that is listened to
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402

from benchmarks.loop_in_process import ProcessRater  # noqa: E402
from benchmarks.loop_studies import Wanted, stage_of  # noqa: E402
from benchmarks.statement_log import statements_of  # noqa: E402

WARM = 20
SHOWN = 45  # functions


def plain(rater: ProcessRater, loops: int) -> None:
    """Wall and CPU of this process; what PostgreSQL took of the wall time, which this process waited for."""
    wall, used = time.perf_counter(), time.process_time()
    for _ in range(loops):
        rater.submit()
    wall, used = time.perf_counter() - wall, time.process_time() - used
    print(f"{loops} loops: {1000 * wall / loops:.2f} ms each, {1000 * used / loops:.2f} ms CPU in Python")
    with statements_of(connection) as log:
        rater.submit()
    print(
        f"PostgreSQL: {len(log.asking)} statements, planning {log.planning_ms:.2f} ms, execution {log.execution_ms:.2f} ms"
    )


def profiled(rater: ProcessRater, loops: int) -> pstats.Stats:
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for _ in range(loops):
        rater.submit()
    profile.disable()
    return pstats.Stats(profile, stream=io.StringIO())


def by_package(stats: pstats.Stats) -> Counter[str]:
    """Milliseconds that ended in the functions of a package; Django's are told apart by their part."""
    own: Counter[str] = Counter()
    for (file, _line, _name), (_calls, _all_calls, seconds, _cumulative, _callers) in stats.stats.items():  # type: ignore[attr-defined]  # pstats has it
        own[_package(file)] += 1000 * seconds
    return own


def _package(file: str) -> str:
    if file.startswith(str(ROOT)) and "site-packages" not in file:
        return Path(file).relative_to(ROOT).parts[0]
    _before, found, after = file.partition("site-packages/")
    if not found:
        return "Python itself"
    parts = Path(after).parts
    return "/".join(parts[: 2 if parts[0] == "django" else 1])


def show(stats: pstats.Stats, loops: int) -> None:
    for name, milliseconds in by_package(stats).most_common(15):
        print(f"  {milliseconds / loops:7.2f} ms  {name}")
    for order in ("tottime", "cumulative"):
        stats.stream = told = io.StringIO()  # type: ignore[attr-defined]  # where it prints to
        stats.sort_stats(order).print_stats(SHOWN)
        print("\n".join(line.replace(str(ROOT), "")[:150] for line in told.getvalue().splitlines()[4:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument("--units", type=int, help="attributes on a page; 4 at stages 1 and 2, none at stage 3")
    parser.add_argument("--loops", type=int, default=200)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    units = (0 if options.stage == 3 else 4) if options.units is None else options.units
    rater = ProcessRater(stage_of(Wanted(options.stage, options.tasks, units)))
    rater.arrive()
    rater.open()
    for _ in range(WARM):
        rater.submit()
    plain(rater, options.loops)
    show(profiled(rater, options.loops), options.loops)


if __name__ == "__main__":
    main()
