"""The Celery application. The broker only wakes workers up: the state of all work is in PostgreSQL."""

import os

from celery import Celery, signals

from yardstick.database.patience import wait_for_connections

CONNECTION_SECONDS = 10.0

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")

app = Celery("yardstick")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
def _be_patient(**_signal: object) -> None:
    """Nobody looks at a screen here, and sixty threads share a few connections."""
    wait_for_connections(CONNECTION_SECONDS)
