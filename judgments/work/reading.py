"""How long the pages of a stage take to read, told from the words that they show.

The one place for these figures; both are assumptions, and are called so wherever an estimate rests on them.
"""

from conversations.models import Stage
from judgments.stages import behaviour
from judgments.stages.reading import CHARACTERS_PER_WORD

# Adults read non-fiction in English silently at 238 words a minute: the mean of 190 studies in M. Brysbaert (2019), "How
# many words do we read per minute?", Journal of Memory and Language 109, 104047.
WORDS_PER_MINUTE = 238
PAGES_LOOKED_AT = 50


def words_on_a_page(stage: Stage) -> float:
    """How many words a page gives to read beside what it asks: the mean of the first pages or, before there are any, targets."""
    way = behaviour(stage.number)
    first = stage.tasks.filter(position__isnull=False).order_by("position")
    targets = list(first.values_list(f"{way.target}_id", flat=True)[:PAGES_LOOKED_AT])
    targets = targets or list(way.targets(stage).order_by("pk").values_list("pk", flat=True)[:PAGES_LOOKED_AT])
    lengths = way.characters_to_read(stage, set(targets))
    return sum(lengths.get(target, 0) for target in targets) / CHARACTERS_PER_WORD / max(1, len(targets))


def seconds_to_read(words: float) -> float:
    return words * 60 / WORDS_PER_MINUTE
