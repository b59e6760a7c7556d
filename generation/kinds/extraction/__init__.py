"""A model extracts attributes from each subject's conversations."""

from generation.enums import RunKind
from generation.kinds.extraction.command import ExtractionCommand
from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.kinds.extraction.estimate import estimate_extraction
from generation.kinds.extraction.fields import ExtractionFields
from generation.kinds.extraction.form import ExtractionForm
from generation.kinds.extraction.produce import extract_item
from generation.kinds.extraction.start import start_extraction
from generation.kinds.kind import GenerationKind

KIND = GenerationKind(
    name=RunKind.EXTRACTION,
    button="Extract attributes",
    lead=(
        "A model reads each subject's conversations and states what they say about the person. "
        "Every quote is looked up in the subject's own turns."
    ),
    configuration=ExtractionConfiguration,
    form=ExtractionForm,
    fields=ExtractionFields,
    command=ExtractionCommand,
    estimate=estimate_extraction,
    start=start_extraction,
    produce=extract_item,
)
