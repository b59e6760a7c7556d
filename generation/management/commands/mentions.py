"""``manage.py mentions --study STUDY``: let a model say which given attributes responses mention, by the workers."""

from generation.enums import RunKind
from generation.management.starting import RunCommand


class Command(RunCommand):
    kind = RunKind.MENTIONS
