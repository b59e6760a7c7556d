"""What a submit with its next page costs the database and the line, once a rater is under way: facts, not seconds.

PostgreSQL itself counts (benchmarks/statement_log.py): what it had to plan, by whatever way it was asked. docs/performance.md tells why.
"""

from dataclasses import dataclass

import pytest
from django.db import connection

from benchmarks.loop_in_process import ProcessRater
from benchmarks.loop_studies import Wanted, stage_of
from benchmarks.statement_log import StatementLog, statements_of

pytestmark = pytest.mark.django_db(transaction=True)
WARM, COUNTED = 8, 5  # submits
TASKS = 60


@dataclass(frozen=True)
class Cost:
    """Of one submit and its next page. ``times_execution``: planning, as a multiple of what executing takes."""

    statements: int  # that ask for something
    round_trips: int  # BEGIN, COMMIT and savepoints among them
    planned: int
    kilobytes: int
    times_execution: float


# Where it costs less, write that down here: what was won stays won.
AT_MOST = {
    1: Cost(statements=10, round_trips=12, planned=10, kilobytes=28, times_execution=4),
    2: Cost(statements=9, round_trips=11, planned=9, kilobytes=12, times_execution=4),
    3: Cost(statements=10, round_trips=12, planned=10, kilobytes=16, times_execution=4),
}


def rater_under_way(number: int) -> ProcessRater:
    rater = ProcessRater(stage_of(Wanted(number, TASKS, 0 if number == 3 else 4)), keeps_connection=True)
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
    cheapest = min(cost.times_execution for cost in costs)  # a neighbour on the machine lengthens either now and then
    most = Cost(
        statements=max(cost.statements for cost in costs),
        round_trips=max(cost.round_trips for cost in costs),
        planned=max(cost.planned for cost in costs),
        kilobytes=max(cost.kilobytes for cost in costs),
        times_execution=cheapest,
    )
    may = AT_MOST[number]
    over = {
        name: (value, getattr(may, name))
        for name in Cost.__dataclass_fields__
        if (value := getattr(most, name)) > getattr(may, name)
    }
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
