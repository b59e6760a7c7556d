"""A model judges the units of a stage, as a model rater."""

from generation.enums import RunKind
from generation.kinds.kind import GenerationKind
from generation.kinds.votes.command import VotesCommand
from generation.kinds.votes.configuration import VotesConfiguration
from generation.kinds.votes.estimate import estimate_votes
from generation.kinds.votes.fields import VotesFields
from generation.kinds.votes.form import VotesForm
from generation.kinds.votes.outcome import OUTCOME
from generation.kinds.votes.produce import vote_item
from generation.kinds.votes.start import start_votes

KIND = GenerationKind(
    name=RunKind.VOTES,
    button="Ask a model to judge",
    lead=(
        "A model judges the units of a stage under the guidelines the raters have, and becomes a model rater. "
        "At stage 3 it sees each pair in both orders."
    ),
    configuration=VotesConfiguration,
    form=VotesForm,
    fields=VotesFields,
    command=VotesCommand,
    estimate=estimate_votes,
    start=start_votes,
    produce=vote_item,
    local_model="generation/local_judge.html",
    outcome=OUTCOME,
)
