"""The crowd platform is told behind the page. The state is in PostgreSQL; the broker only wakes workers."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from judgments.crowd import sending
from judgments.crowd.lists import studies_to_tell

logger = logging.getLogger(__name__)


@shared_task(name="judgments.tell_platform", soft_time_limit=600, time_limit=720)
def tell_platform(study_id: int) -> None:
    """Call by call, until nothing is left to tell or the platform asked to wait."""
    while sending.send_next_batch(study_id=study_id, now=timezone.now()):
        pass


@shared_task(name="judgments.sweep_platform_acts")
def sweep_platform_acts() -> None:
    """Go on where a worker died, or the platform asked to wait."""
    for study_id in studies_to_tell(now=timezone.now()):
        announce_acts(study_id)


def announce_acts(study_id: int) -> None:
    try:
        tell_platform.delay(study_id)
    except OperationalError:
        logger.warning("The broker is away; what the platform is to be told waits for the sweep.")
