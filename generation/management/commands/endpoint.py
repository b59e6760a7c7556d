"""``manage.py endpoint STUDY NAME``: add or change an endpoint, and test it."""

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations.models import Study
from generation.models import Endpoint
from generation.services.endpoints import save_endpoint, try_endpoint

_FIELDS = (
    "base_url",
    "model",
    "key_variable",
    "context_tokens",
    "input_price",
    "output_price",
    "concurrency",
    "requests_per_minute",
    "timeout_seconds",
)


class Command(BaseCommand):
    help = "Add or change an endpoint of a study, and test it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", help="The study's slug.")
        parser.add_argument("name", help="The endpoint's name.")
        for name in _FIELDS:
            parser.add_argument(f"--{name.replace('_', '-')}")
        parser.add_argument(
            "--key-from-stdin", action="store_true", help="Store the key on the first line of the input."
        )
        parser.add_argument("--remove-key", action="store_true", help="Forget the stored key.")
        parser.add_argument("--test", action="store_true", help="Ask it real questions and print what came back.")

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(slug=options["study"], deleted_at__isnull=True).first()
        if study is None:
            raise CommandError(f"There is no study {options['study']}.")
        known = Endpoint.objects.filter(study=study, name=options["name"]).first()
        endpoint = known or Endpoint(study=study, name=options["name"])
        given = {name: options[name] for name in _FIELDS if options[name] is not None}
        for name, value in given.items():
            setattr(endpoint, name, value)
        # An argument of a command is seen by everybody on the machine: the key comes by the input.
        key = sys.stdin.readline().strip() if options["key_from_stdin"] else ""
        if known is None or given or key or options["remove_key"]:
            self._save(endpoint, key, remove=options["remove_key"])
        if options["test"]:
            self._test(endpoint)

    def _save(self, endpoint: Endpoint, key: str, *, remove: bool) -> None:
        try:
            save_endpoint(endpoint=endpoint, actor=None, key=key, remove_key=remove)
        except ValidationError as error:
            problems = (f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
            raise CommandError("; ".join(problems)) from error
        self.stdout.write(f"“{endpoint.name}” is saved.")

    def _test(self, endpoint: Endpoint) -> None:
        result = try_endpoint(endpoint=endpoint)
        if result.answer is None and result.embedding_size is None:
            raise CommandError(f"It does not answer. {result.failure}")
        if result.answer is not None:
            self.stdout.write(f"It answers in {result.answer.latency_ms} ms: “{result.answer.text}”")
            self.stdout.write(f"Calls itself: {result.answer.model or 'nothing'}")
        schema = {None: "not asked", True: "yes", False: "no"}[result.supports_json_schema]
        self.stdout.write(f"JSON schema: {schema}. Embeddings: {result.embedding_size or 'no'}.")
