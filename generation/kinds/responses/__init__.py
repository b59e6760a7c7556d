"""A model writes the responses to each case that raters compare."""

from generation.enums import RunKind
from generation.kinds.kind import GenerationKind
from generation.kinds.responses.command import ResponsesCommand
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.responses.estimate import estimate_responses
from generation.kinds.responses.fields import ResponsesFields
from generation.kinds.responses.form import ResponsesForm
from generation.kinds.responses.outcome import OUTCOME
from generation.kinds.responses.produce import respond_item
from generation.kinds.responses.start import start_responses

KIND = GenerationKind(
    name=RunKind.RESPONSES,
    button="Write responses",
    lead=(
        "A model answers each case twice, with the same parameters: from the prompt alone, once for all arms of the system, "
        "and from the prompt and the attributes that the policy gives."
    ),
    configuration=ResponsesConfiguration,
    form=ResponsesForm,
    fields=ResponsesFields,
    command=ResponsesCommand,
    estimate=estimate_responses,
    start=start_responses,
    produce=respond_item,
    outcome=OUTCOME,
)
