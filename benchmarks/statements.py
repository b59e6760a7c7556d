"""The statements of each request: what PostgreSQL takes to plan and to execute them, and how much they touch.

    python -m yardstick.embedded exec -- python benchmarks/statements.py --stage 3 --tasks 2000
    ... benchmarks/statements.py --stage 1 --units 4        (material and search too)
    ... benchmarks/statements.py --tasks 200000 --judged 70000 --units 4 --admin        (a million judgments)

Studies are those of benchmarks/rater_loop.py. Times are CPU milliseconds of the server's process, told by the server while the
request is served (benchmarks/statement_log.py); blocks of 8 kB are counted at a second request of the same kind. A name stands
before a statement that was prepared; "planned 0" means that its generic plan was there.
"""

import argparse
import os
import sys
import time
import uuid
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
os.environ["YARDSTICK_DATABASE_POOL"] = "1"  # so that it is always the one that is listened to
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.loop_in_process import ProcessRater, Served  # noqa: E402
from benchmarks.loop_studies import Wanted, owner, stage_of  # noqa: E402
from benchmarks.statement_buffers import explained  # noqa: E402
from benchmarks.statement_log import StatementLog, statements_of  # noqa: E402
from conversations.models import Conversation, Stage  # noqa: E402
from judgments.models import Assignment  # noqa: E402

WARM = 8  # submits before anything counts: what is prepared has its generic plan by then
WIDTH = 110  # characters of a statement that are shown
ADMIN_PAGES = (
    "", "stages/card/", "raters/card/", "reports/card/", "report/card/", "stages/{stage}/", "stages/{stage}/filling/", "raters/",
    "raters/pay/", "raters/{rater}/", "subjects/", "attributes/", "prompts/", "adjudication/", "crowd/", "batches/", "exports/",
    "settings/", "members/", "runs/",
)  # fmt: skip


def told(name: str, ask: Callable[[], Served]) -> None:
    """Asks twice: for the times, and for the blocks."""
    wall, used = time.perf_counter(), time.process_time()
    with statements_of(connection) as log:
        answer = ask()
    wall, used = 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - used)
    with statements_of(connection) as again, explained(again) as touched:
        ask()
    frames, prepared = len(log.statements) - len(log.asking), sum(bool(one.prepared) for one in log.asking)
    print(
        f"\n{name}: {len(log.asking)} statements ({prepared} prepared) and {frames} others, "
        f"planning {log.planning_ms:.2f} ms, execution {log.execution_ms:.2f} ms, Python {used:.1f} ms; "
        f"{wall:.0f} ms from begin to end, {len(answer.content):,} bytes"
    )
    show(log, touched if len(touched) == len(log.asking) else [None] * len(log.asking))


def show(log: StatementLog, touched: list[int | None]) -> None:
    print("  planned  planning  execution  blocks")
    for one, blocks in zip(log.asking, touched, strict=True):
        words = f"{one.prepared} {' '.join(one.sql.split())}".strip()
        seen = "-" if blocks is None else f"{blocks:,}"
        print(f"  {one.plans:7} {one.planning_ms:9.2f} {one.execution_ms:10.2f} {seen:>7}  {words[:WIDTH]}")


def of_rater(stage: Stage) -> None:
    rater, revision = ProcessRater(stage), count(1)
    rater.arrive()
    told("first page, and the same again", rater.open)
    for _ in range(WARM):
        rater.submit()
    told("submit and next", rater.submit)
    told("draft", lambda: rater.draft(next(revision)))
    told("set aside and next", lambda: rater.set_aside(str(uuid.uuid4())))
    if stage.number == 1:
        subject = Assignment.objects.get(pk=rater.page.assignment).task.subject_id
        conversation = Conversation.objects.filter(subject=subject).values_list("pk", flat=True)[0]
        told("material", partial(rater.read, f"conversation={conversation}"))
        told("search", partial(rater.read, "find=budget"))


def of_admin(stage: Stage) -> None:
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(owner(), backend="django.contrib.auth.backends.ModelBackend")
    one = stage.study.enrolments.order_by("number").values_list("number", flat=True)[0]
    for page in ADMIN_PAGES:
        address = f"/studies/{stage.study.slug}/{page.format(stage=stage.number, rater=one)}"
        told(address, partial(asked, browser, address))


def asked(browser: Client, address: str) -> Served:
    connection.close()
    answer: Served = browser.get(address)
    if answer.status_code not in (200, 204):
        print(f"\n{address}: {answer.status_code}")
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument("--units", type=int, help="attributes on a page; 4 at stages 1 and 2, none at stage 3")
    parser.add_argument("--judged", type=int, default=0, help="so many tasks have all their ratings already")
    parser.add_argument("--admin", action="store_true", help="pages of those who run the study too")
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    units = (0 if options.stage == 3 else 4) if options.units is None else options.units
    stage = stage_of(Wanted(options.stage, options.tasks, units, options.judged))
    of_rater(stage)
    if options.admin:
        of_admin(stage)


if __name__ == "__main__":
    main()
