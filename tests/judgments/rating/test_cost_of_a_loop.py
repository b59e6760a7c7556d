"""What a submit with its next page costs the database and the line, once a rater is under way: facts, not seconds.

PostgreSQL itself counts (benchmarks/statement_log.py): what it had to plan, by whatever way it was asked. docs/performance.md tells why.
"""

import statistics
from dataclasses import asdict, dataclass

import pytest
from django.db import connection

from benchmarks.loop_in_process import ProcessRater
from benchmarks.loop_studies import Wanted, stage_of
from benchmarks.statement_log import StatementLog, statements_of
from judgments.work.laying_out import lay_out_ahead

pytestmark = pytest.mark.django_db(transaction=True)
WARM, COUNTED = 8, 5  # submits
TASKS = 120


@dataclass(frozen=True)
class Cost:
    """Of one submit and its next page. ``times_execution``: planning, as a multiple of what executing takes."""

    statements: int  # that ask for something
    round_trips: int  # BEGIN, COMMIT and savepoints among them
    planned: int
    kilobytes: int  # as sent: compressed
    times_execution: float


# Where it costs less, write that down here: what was won stays won.
AT_MOST = {
    1: Cost(statements=8, round_trips=10, planned=1, kilobytes=6, times_execution=0.3),
    2: Cost(statements=7, round_trips=9, planned=0, kilobytes=4, times_execution=0.3),
    3: Cost(statements=8, round_trips=10, planned=0, kilobytes=5, times_execution=0.3),
}


def rater_under_way(number: int) -> ProcessRater:
    rater = ProcessRater(stage_of(Wanted(number, TASKS, 0 if number == 3 else 4)), keeps_connection=True)
    lay_out_ahead()
    rater.arrive()
    rater.open()
    for _ in range(WARM):
        rater.submit()
    return rater


def cost_of(log: StatementLog, sent: int) -> Cost:
    return Cost(
        statements=len(log.asking),
        round_trips=len(log.statements),
        planned=sum(one.plans for one in log.asking),
        kilobytes=-(-sent // 1000),
        times_execution=log.planning_ms / log.execution_ms,
    )


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_submit_and_its_next_page_cost_no_more_than_they_may(number):
    rater, costs = rater_under_way(number), []
    for _ in range(COUNTED):
        with statements_of(connection) as log:
            answer = rater.submit()
        costs.append(cost_of(log, len(answer.content)))
    print(f"stage {number}: {costs}")  # noqa: T201 - the figures are the point
    # The usual submit: now and then one counts progress anew, or its kind of claim is prepared.
    usual = {name: statistics.median_low(getattr(cost, name) for cost in costs) for name in Cost.__dataclass_fields__}
    may = asdict(AT_MOST[number])
    over = {name: (value, may[name]) for name, value in usual.items() if value > may[name]}
    assert over == {}, [one.sql for one in log.statements]


def test_the_log_tells_what_is_planned_prepared_and_executed():
    """What the counts above rest on."""
    with statements_of(connection) as log, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM conversations_study WHERE id > %s", [0])
        raw = connection.connection.pgconn
        raw.prepare(b"kept", b"SELECT count(*) FROM raters_rater")
        for _ in range(2):
            raw.exec_prepared(b"kept", [])
    assert [(one.prepared, one.plans) for one in log.asking] == [("", 1), ("kept", 1), ("kept", 0)]
    assert log.planning_ms > 0
    assert log.execution_ms > 0
    with statements_of(connection) as quiet:
        pass
    assert quiet.statements == []
