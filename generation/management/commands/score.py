"""``manage.py score --study STUDY --method bm25|embedding``: score the relevance of attributes, by the workers."""

from generation.enums import RunKind
from generation.management.starting import RunCommand


class Command(RunCommand):
    kind = RunKind.SCORES
