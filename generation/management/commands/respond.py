"""``manage.py respond STUDY``: let the workers write responses."""

from generation.enums import RunKind
from generation.management.starting import RunCommand


class Command(RunCommand):
    kind = RunKind.RESPONSES
