"""Which items the broker is told of: never more than an endpoint may have open at once."""

from datetime import datetime

from django.db import connection

from generation.enums import ItemState, RunState
from generation.models import Endpoint, RunItem
from generation.services.items import ANNOUNCED_FOR


def active_endpoints() -> list[int]:
    return list(Endpoint.objects.filter(runs__state=RunState.RUNNING).distinct().values_list("pk", flat=True))


def announce_items(*, endpoint_id: int, now: datetime) -> list[int]:
    """Mark the next due items of an endpoint as announced, as many as it has free calls. The caller sends their ids."""
    with connection.cursor() as cursor:
        cursor.execute(_ANNOUNCE, {"endpoint": endpoint_id, "now": now, "recently": now - ANNOUNCED_FOR})
        cursor.nextset()
        return sorted(row[0] for row in cursor.fetchall())


# Announcements of one endpoint go one after another: running and announced together stay within its concurrency.
# Both statements go in one message, which is one transaction: so the others wait no longer than the database takes.
_ANNOUNCE = """
    SELECT id FROM generation_endpoint WHERE id = %(endpoint)s FOR NO KEY UPDATE;
    WITH open AS (
        SELECT item.id FROM generation_runitem item JOIN generation_run run ON run.id = item.run_id
        WHERE run.endpoint_id = %(endpoint)s AND item.state = 'running'
        UNION ALL
        SELECT item.id FROM generation_runitem item JOIN generation_run run ON run.id = item.run_id
        WHERE run.endpoint_id = %(endpoint)s AND item.state = 'waiting' AND item.announced_at > %(recently)s
    ), free AS (
        SELECT GREATEST(0, concurrency - (SELECT count(*) FROM open)) AS calls
        FROM generation_endpoint WHERE id = %(endpoint)s
    )
    UPDATE generation_runitem SET announced_at = %(now)s
    WHERE state = 'waiting' AND id = ANY(ARRAY(
        SELECT due.id
        FROM generation_run run CROSS JOIN LATERAL (
            SELECT id FROM generation_runitem
            WHERE run_id = run.id AND state = 'waiting' AND not_before <= %(now)s
                AND (announced_at IS NULL OR announced_at <= %(recently)s)
            ORDER BY id
            LIMIT (SELECT calls FROM free)
        ) due
        WHERE run.endpoint_id = %(endpoint)s AND run.state = 'running'
        ORDER BY due.id
        LIMIT (SELECT calls FROM free)
    ))
    RETURNING id
"""


def withdraw_announcement(*, item_ids: list[int]) -> None:
    """The broker did not take them."""
    RunItem.objects.filter(pk__in=item_ids, state=ItemState.WAITING).update(announced_at=None)
