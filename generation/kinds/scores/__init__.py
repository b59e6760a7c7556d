"""Retrieval scores how relevant attributes are, and becomes a model rater of stage 2."""

from generation.enums import RunKind
from generation.kinds.kind import GenerationKind
from generation.kinds.scores.command import ScoresCommand
from generation.kinds.scores.configuration import ScoresConfiguration
from generation.kinds.scores.estimate import estimate_scores
from generation.kinds.scores.fields import ScoresFields
from generation.kinds.scores.form import ScoresForm
from generation.kinds.scores.outcome import OUTCOME
from generation.kinds.scores.produce import score_item
from generation.kinds.scores.start import start_scores

KIND = GenerationKind(
    name=RunKind.SCORES,
    button="Score relevance",
    lead=(
        "Retrieval scores how well each attribute fits the prompt of a case, and becomes a model rater of stage 2 "
        "as soon as thresholds are chosen on other subjects."
    ),
    configuration=ScoresConfiguration,
    form=ScoresForm,
    fields=ScoresFields,
    command=ScoresCommand,
    estimate=estimate_scores,
    start=start_scores,
    produce=score_item,
    local_model="",
    without_calls="BM25 is computed here: no endpoint is called, nothing is paid.",
    outcome=OUTCOME,
)
