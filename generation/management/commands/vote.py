"""``manage.py vote --study STUDY --stage 1|2|3``: let a model judge a stage, by the workers."""

from generation.enums import RunKind
from generation.management.starting import RunCommand


class Command(RunCommand):
    kind = RunKind.VOTES
