"""A system says which attributes of a subject it would use for each case."""

from generation.enums import RunKind
from generation.kinds.kind import GenerationKind
from generation.kinds.selections.command import SelectionsCommand
from generation.kinds.selections.configuration import SelectionsConfiguration
from generation.kinds.selections.estimate import estimate_selections
from generation.kinds.selections.fields import SelectionsFields
from generation.kinds.selections.form import SelectionsForm
from generation.kinds.selections.outcome import OUTCOME
from generation.kinds.selections.produce import select_item
from generation.kinds.selections.start import start_selections

KIND = GenerationKind(
    name=RunKind.SELECTIONS,
    button="Select attributes",
    lead=(
        "The system is asked, for each case, which attributes of the subject it would use. That it would use none is an "
        "answer too. Responses under the policies own and accepted are given what it says, and the report scores it."
    ),
    configuration=SelectionsConfiguration,
    form=SelectionsForm,
    fields=SelectionsFields,
    command=SelectionsCommand,
    estimate=estimate_selections,
    start=start_selections,
    produce=select_item,
    without_calls="Where there is nothing to choose from no endpoint is called: that nothing is used is stored.",
    outcome=OUTCOME,
)
