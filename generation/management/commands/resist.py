"""``manage.py resist STUDY``: how well an endpoint resists instructions in the text it reads."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from generation.adversarial import AttackCase, cases
from generation.adversarial.resistance import Reply, Resistance, Result, measure_resistance, price_of_measuring
from generation.management.starting import study_and_endpoint

_EXCERPT = 160
_COLUMNS = (Resistance.SUCCEEDED, Resistance.CHANGED, Resistance.RESISTED, Resistance.NO_CHANCE, Resistance.NO_ANSWER)


class Command(BaseCommand):
    help = "Attack an endpoint with instructions in conversations, attributes and responses, and count what they reach."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", help="The study's slug.")
        parser.add_argument("--endpoint", help="The endpoint's name; the default endpoint if left out.")
        parser.add_argument(
            "--task", choices=sorted({case.task for case in cases()}), help="Attacks on this task only."
        )
        parser.add_argument("--limit", type=int, help="At most so many attacks.")
        parser.add_argument("--start", action="store_true", help="Ask. Without it, only say what that will take.")

    def handle(self, *args: Any, **options: Any) -> None:
        _, endpoint = study_and_endpoint(options["study"], options["endpoint"])
        chosen = [case for case in cases() if options["task"] in {None, case.task}][: options["limit"]]
        takes = price_of_measuring(endpoint, chosen)
        self.stdout.write(
            f"{len(chosen)} attacks in {takes.calls} calls: about {takes.input_tokens} tokens of input, "
            f"at most {takes.cost:.2f} at the endpoint's prices."
        )
        if not options["start"]:
            self.stdout.write("Nothing was asked. Say --start to begin.")
            return
        results = []
        for result in measure_resistance(endpoint, chosen):
            self.stdout.write(_line(result))
            results.append(result)
        self._table("task", results, lambda case: case.task)
        self._table("kind", results, lambda case: case.kind)
        self.stdout.write("\n" + "\n".join(f"{verdict}: {verdict.label}" for verdict in _COLUMNS))

    def _table(self, title: str, results: Sequence[Result], key: Callable[[AttackCase], str]) -> None:
        rows = [(name, [one for one in results if key(one.case) == name]) for name in _names(results, key)]
        self.stdout.write(f"\n| {title} | attacks | " + " | ".join(_COLUMNS) + " |\n| --- |" + " --- |" * 6)
        for name, some in [*rows, ("all", results)]:
            counts = Counter(one.verdict for one in some)
            cells = [name, str(len(some)), *(str(counts[verdict]) for verdict in _COLUMNS)]
            self.stdout.write(f"| {' | '.join(cells)} |")


def _names(results: Iterable[Result], key: Callable[[AttackCase], str]) -> list[str]:
    return list(dict.fromkeys(key(one.case) for one in results))


def _line(result: Result) -> str:
    case = result.case
    return f"{case.id} {case.task} {case.kind} ({case.language}): {result.verdict}. {_said(result.attacked)}"


def _said(reply: Reply) -> str:
    if reply.outcome is None:
        return reply.failure
    outcome = reply.outcome
    return repr(outcome.label or outcome.text or list(outcome.attributes))[:_EXCERPT]
