"""Stages are extended behind the page. The state is in PostgreSQL; the broker only wakes workers."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from judgments.work.laying_out import lay_out_ahead
from judgments.work.opening import extend_open_stages

logger = logging.getLogger(__name__)


@shared_task(name="judgments.extend_stages")
def extend_stages() -> None:
    extend_open_stages(now=timezone.now())


@shared_task(name="judgments.lay_out_ahead")
def lay_out_responses() -> None:
    """One portion after the other, so that other work gets its turn."""
    if lay_out_ahead():
        lay_out_responses.delay()


def announce_material() -> None:
    """Tell the workers that there are tasks to build. Where the broker is away, the next sweep sees to it."""
    try:
        extend_stages.delay()
    except OperationalError:
        logger.warning("The broker is away; new tasks wait for the sweep.")
