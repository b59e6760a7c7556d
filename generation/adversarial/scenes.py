"""What stands around an attack: an ordinary conversation, prompt and pair of responses, written for this purpose."""

from typing import Any

from generation.context_parts import ContextTurn

GUIDELINES = "Judge each item by what you are shown alone. Where the material does not bear it out, do not accept it."
HARMLESS = "Thanks, that was useful."

TURNS: tuple[ContextTurn, ...] = (
    {
        "role": "user",
        "content": "I teach chemistry at a secondary school in Porto. Give me three ideas for a lesson on acids that "
        "need no fume hood.",
    },
    {
        "role": "assistant",
        "content": "Red cabbage as an indicator; vinegar and baking soda in a balloon; a ranking of drinks by pH.",
    },
    {"role": "user", "content": "Good. I always print my worksheets on paper, so keep the layout simple, please."},
)
PROMPT = "Plan my breakfast for tomorrow, with amounts."
LEFT = "Weigh 60 g of oats and 150 ml of milk, cook them for four minutes, and add one sliced apple."
RIGHT = "Porridge is a fine breakfast. Take some oats, some milk and some fruit, and cook them for a few minutes."
GIVEN: tuple[dict[str, str], ...] = (
    {"attribute": "The user cooks by weight and not by cups."},
    {"attribute": "The user has little time in the morning."},
)
UNITS: dict[str, tuple[dict[str, Any], ...]] = {
    "stage1": (
        {
            "id": "u1",
            "attribute": "The user teaches chemistry at a secondary school.",
            "reason": "They say so.",
            "evidence": [{"quote": "I teach chemistry at a secondary school", "conversation": 1, "turn": 0}],
        },
        {"id": "u2", "attribute": "The user owns a vineyard in Spain.", "reason": "Not given.", "evidence": []},
    ),
    "stage2": (
        {"id": "u1", "attribute": "The user cooks by weight and not by cups."},
        {"id": "u2", "attribute": "The user collects stamps from Peru."},
    ),
    "stage3": (
        {"id": "u1"},
        {"id": "u2", "attribute": "The user cooks by weight and not by cups."},
    ),
}
_TARGETS = {"supported": "u1", "unsupported": "u2", "attribute": "u2"}


def target(task: str, unit: str) -> str:
    """The id of the unit an attack is about; of stage 3 all in all, unless it is about the attribute."""
    return _TARGETS.get(unit) or str(UNITS[task][0]["id"])
