"""When work that no living worker is at is announced again."""

from datetime import timedelta

A_DEAD_WORKER = timedelta(seconds=60)
ANNOUNCED_WITHIN = timedelta(seconds=10)
