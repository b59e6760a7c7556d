"""``manage.py extract STUDY``: let the workers extract attributes."""

from generation.enums import RunKind
from generation.management.starting import RunCommand


class Command(RunCommand):
    kind = RunKind.EXTRACTION
