"""The Celery application. The broker only wakes workers up: the state of all work is in PostgreSQL."""

import os

from celery import Celery, signals

from yardstick.database.patience import wait_for_connections

CONNECTION_SECONDS = 10.0

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
# They load every page to look at its address. What is installed was checked when the database was brought up to date.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("yardstick")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
def _be_patient(**_signal: object) -> None:
    """Nobody looks at a screen here, and sixty threads share a few connections."""
    wait_for_connections(CONNECTION_SECONDS)
