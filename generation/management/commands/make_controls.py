"""``manage.py make_controls --study STUDY``: set cases aside and make controls of them, by the workers."""

from generation.enums import RunKind
from generation.management.starting import RunCommand


class Command(RunCommand):
    kind = RunKind.CONTROLS
