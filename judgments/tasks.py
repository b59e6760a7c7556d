from celery import shared_task
from django.utils import timezone

from judgments.services.stages import extend_open_stages


@shared_task(name="judgments.extend_stages")
def extend_stages() -> None:
    extend_open_stages(now=timezone.now())
