"""Controls are made of the study's own material: pairs of responses with a known answer."""

from generation.enums import RunKind
from generation.kinds.controls.command import ControlsCommand
from generation.kinds.controls.configuration import ControlsConfiguration
from generation.kinds.controls.estimate import estimate_controls
from generation.kinds.controls.fields import ControlsFields
from generation.kinds.controls.form import ControlsForm
from generation.kinds.controls.produce import control_item
from generation.kinds.controls.start import start_controls
from generation.kinds.kind import GenerationKind

KIND = GenerationKind(
    name=RunKind.CONTROLS,
    button="Make controls",
    lead=(
        "Some cases are set aside, and pairs with a known answer are made of them: one response answers another prompt, or "
        "is the other, damaged. Raters of stage 3 get them between their pages; they show whether a difference would have been seen. "
        "Do it before stage 3 is opened, best before its responses are written."
    ),
    configuration=ControlsConfiguration,
    form=ControlsForm,
    fields=ControlsFields,
    command=ControlsCommand,
    estimate=estimate_controls,
    start=start_controls,
    produce=control_item,
    without_calls="The generic responses are there: no endpoint is called, nothing is paid.",
)
