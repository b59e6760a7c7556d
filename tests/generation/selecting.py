"""Runs of selections, and what the stand-in provider answers them."""

import json

from django.utils import timezone

from conversations.models import Selection
from generation.kinds.selections.configuration import SelectionsConfiguration
from generation.kinds.selections.start import start_selections
from tests.generation.provider import Reply
from tests.generation.runs import produce_all


def asked(request):
    """The facts of a request by their ids, and the request that they may be used for."""
    lines = [json.loads(line) for line in request["messages"][1]["content"].splitlines() if line.startswith("{")]
    return lines[0]["request"], {line["id"]: line["fact"] for line in lines[1:-1]}


def choosing(*wanted):
    """A provider that selects each fact with one of these words in it."""

    def script(request, number):
        _prompt, facts = asked(request)
        return Reply(json.dumps({"selected": [key for key, fact in facts.items() if any(w in fact for w in wanted)]}))

    return script


def start(study, endpoint, *, limit=None, **configuration):
    return start_selections(
        study=study,
        endpoint=endpoint,
        configuration=SelectionsConfiguration(**({"attributes_of": "study", "seed": study.seed} | configuration)),
        limit=limit,
        now=timezone.now(),
    )


def select(study, endpoint, **values):
    run = start(study, endpoint, **values)
    produce_all(run)
    return run


def said(**of):
    """By text of the attribute, whether it is selected."""
    return dict(Selection.objects.filter(**of).values_list("attribute__text", "selected"))
