"""Which items the broker is told of: never more than an endpoint may have open at once."""

from datetime import datetime

from django.db import connection, transaction

from generation.enums import ItemState, RunState
from generation.models import Endpoint, RunItem
from generation.services.items import ANNOUNCED_FOR


def active_endpoints() -> list[int]:
    return list(Endpoint.objects.filter(runs__state=RunState.RUNNING).distinct().values_list("pk", flat=True))


@transaction.atomic
def announce_items(*, endpoint_id: int, now: datetime) -> list[int]:
    """Mark the next due items of an endpoint as announced, as many as it has free calls. The caller sends their ids."""
    # Announcements of one endpoint go one after another: running and announced together stay within its concurrency.
    with connection.cursor() as cursor:
        cursor.execute("SELECT concurrency FROM generation_endpoint WHERE id = %s FOR NO KEY UPDATE", [endpoint_id])
        cursor.execute(_ANNOUNCE, {"endpoint": endpoint_id, "now": now, "recently": now - ANNOUNCED_FOR})
        return sorted(row[0] for row in cursor.fetchall())


# One statement: while it runs, every other announcement of the endpoint waits.
_ANNOUNCE = """
    UPDATE generation_runitem SET announced_at = %(now)s
    WHERE id IN (
        SELECT item.id
        FROM generation_runitem item JOIN generation_run run ON run.id = item.run_id
        WHERE run.endpoint_id = %(endpoint)s AND run.state = 'running' AND item.state = 'waiting'
            AND item.not_before <= %(now)s AND (item.announced_at IS NULL OR item.announced_at <= %(recently)s)
        ORDER BY item.id
        LIMIT GREATEST(0, (SELECT concurrency FROM generation_endpoint WHERE id = %(endpoint)s) - (
            SELECT count(*) FROM generation_runitem item JOIN generation_run run ON run.id = item.run_id
            WHERE run.endpoint_id = %(endpoint)s
                AND (item.state = 'running' OR (item.state = 'waiting' AND item.announced_at > %(recently)s))
        ))
    ) AND state = 'waiting'
    RETURNING id
"""


def withdraw_announcement(*, item_ids: list[int]) -> None:
    """The broker did not take them."""
    RunItem.objects.filter(pk__in=item_ids, state=ItemState.WAITING).update(announced_at=None)
