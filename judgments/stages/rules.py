"""The rules in force: all that shapes a judgment beside the texts on its page, as facts that are stored with it."""

from typing import Any

from conversations.models import Stage
from judgments.stages import behaviour

PAGE = 2  # raise it when raters' pages come to show the same material in another way


def facts_of(stage: Stage) -> dict[str, Any]:
    """Without the guidelines, which have rows of their own."""
    return {"page": PAGE, "personal_data": "as it was uploaded", **behaviour(stage.number).rules(stage)}
