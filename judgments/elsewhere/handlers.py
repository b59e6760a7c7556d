"""Rows of uploads that ``judgments`` stores."""

from conversations import handlers
from conversations.formats import JudgmentRow
from conversations.handlers import Handler
from conversations.services.storing import JUDGMENTS
from judgments.elsewhere.uploads import count_judgments, remove_judgments, store_judgments


def register_handlers() -> None:
    handlers.register(JudgmentRow, Handler("judgments", JUDGMENTS, store_judgments, count_judgments, remove_judgments))
