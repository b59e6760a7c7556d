"""Wakes a worker up. If the broker is away the sweeper finds the work later, and the page says that it waits."""

import logging

from kombu.exceptions import OperationalError

from reports.models import Export
from reports.tasks import make_export

logger = logging.getLogger(__name__)


def announce(export: Export) -> bool:
    try:
        make_export.delay(export.pk)
    except OperationalError as error:
        logger.warning("The broker is away; export %s waits for the sweeper: %s", export.pk, error)
        return False
    return True
