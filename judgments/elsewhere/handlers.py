"""Rows of uploads that ``judgments`` stores."""

from conversations import handlers
from conversations.formats import ControlRow, JudgmentRow
from conversations.handlers import Handler
from conversations.services.storing import JUDGMENTS, OUTPUTS
from judgments.elsewhere.uploaded_controls import count_controls, remove_controls, store_controls
from judgments.elsewhere.uploads import count_judgments, remove_judgments, store_judgments


def register_handlers() -> None:
    handlers.register(JudgmentRow, Handler("judgments", JUDGMENTS, store_judgments, count_judgments, remove_judgments))
    handlers.register(ControlRow, Handler("controls", OUTPUTS, store_controls, count_controls, remove_controls))
