"""A model says which given attributes the personalized responses mention."""

from generation.enums import RunKind
from generation.kinds.kind import GenerationKind
from generation.kinds.mentions.command import MentionsCommand
from generation.kinds.mentions.configuration import MentionsConfiguration
from generation.kinds.mentions.estimate import estimate_mentions
from generation.kinds.mentions.fields import MentionsFields
from generation.kinds.mentions.form import MentionsForm
from generation.kinds.mentions.produce import mention_item
from generation.kinds.mentions.start import start_mentions

KIND = GenerationKind(
    name=RunKind.MENTIONS,
    button="Detect mentions",
    lead=(
        "A model says which of the attributes it was given a personalized response mentions explicitly, "
        "uploaded responses included. Without this, a documented rule decides by shared words."
    ),
    configuration=MentionsConfiguration,
    form=MentionsForm,
    fields=MentionsFields,
    command=MentionsCommand,
    estimate=estimate_mentions,
    start=start_mentions,
    produce=mention_item,
    is_on_study_page=False,
)
