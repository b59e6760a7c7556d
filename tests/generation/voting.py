"""Runs of votes, and what the stand-in provider answers them."""

import json

from django.utils import timezone

from generation.kinds.votes.configuration import VotesConfiguration
from generation.kinds.votes.start import start_votes
from tests.generation.provider import Reply
from tests.generation.runs import produce_all


def asked(request):
    """The units of a request by their ids: those of the form at its end, with their lines."""
    content = request["messages"][1]["content"]
    form = json.loads(content.splitlines()[-1])["votes"]
    lines = [json.loads(line) for line in content.splitlines()[:-1] if line.startswith('{"id"')]
    assert [line["id"] for line in lines] == list(form)
    return {line["id"]: line for line in lines}


def voting(label, **more):
    """A provider that gives each unit ``label``, or what ``label`` makes of its line and the request."""

    def script(request, number):
        votes = {
            name: {"label": label(line, request) if callable(label) else label, **more}
            for name, line in asked(request).items()
        }
        return Reply(json.dumps({"votes": votes}))

    return script


def prefers_weighing(line, request):
    """Sees which text weighs the oats, which the personalized one does, and likes it much better."""
    rows = [json.loads(row) for row in request["messages"][1]["content"].splitlines() if row.startswith('{"side"')]
    side = next(row["side"] for row in rows if "Weigh 50 g" in row["response"])
    return f"{side} much better"


def start(study, endpoint, stage, **values):
    return start_votes(
        study=study,
        endpoint=endpoint,
        configuration=VotesConfiguration.for_stage(stage),
        now=timezone.now(),
        **values,
    )


def judge(study, endpoint, stage, **values):
    run = start(study, endpoint, stage, **values)
    produce_all(run)
    return run
