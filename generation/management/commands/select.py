"""``manage.py select STUDY``: ask a system which attributes it would use for each case, by the workers."""

from generation.enums import RunKind
from generation.management.starting import RunCommand


class Command(RunCommand):
    kind = RunKind.SELECTIONS
