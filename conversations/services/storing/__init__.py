"""Rows become rows of our tables. Each kind has its module; all of them may run again without changing anything."""

from conversations import handlers
from conversations.enums import COMPARED_KINDS
from conversations.formats import (
    AttributeRow,
    CaseRow,
    ConversationRow,
    PromptRow,
    ResponseRow,
    SelectionRow,
    SubjectRow,
)
from conversations.handlers import Handler
from conversations.models import Attribute, Batch, Case, Conversation, Prompt, Response, Subject
from conversations.services.storing.attributes import find_evidence, store_attributes
from conversations.services.storing.conversations import store_conversations
from conversations.services.storing.prompts import store_cases, store_prompts
from conversations.services.storing.responses import store_responses
from conversations.services.storing.selections import count_selections, store_selections
from conversations.services.storing.subjects import store_subjects
from conversations.services.versions import grown_by, take_back

# Judgments come after all of these, in a step of their own app.
MATERIAL, STATEMENTS, OUTPUTS, JUDGMENTS = range(4)


def register_handlers() -> None:
    handlers.register(SubjectRow, Handler("subjects", MATERIAL, store_subjects, _subjects))
    handlers.register(
        ConversationRow,
        Handler("conversations", MATERIAL, store_conversations, _conversations, count_grown=grown_by, remove=take_back),
    )
    handlers.register(PromptRow, Handler("prompts", MATERIAL, store_prompts, _prompts))
    attributes = Handler("attributes", STATEMENTS, store_attributes, _attributes, prepare=find_evidence)
    handlers.register(AttributeRow, attributes)
    handlers.register(CaseRow, Handler("cases", OUTPUTS, store_cases, _cases))
    handlers.register(SelectionRow, Handler("selections", OUTPUTS, store_selections, count_selections))
    handlers.register(ResponseRow, Handler("responses", OUTPUTS, store_responses, _responses))


def _subjects(batch: Batch) -> int:
    return Subject.objects.filter(batch=batch).count()


def _conversations(batch: Batch) -> int:
    return Conversation.objects.filter(batch=batch).count()


def _prompts(batch: Batch) -> int:
    return Prompt.objects.filter(batch=batch).count()


def _attributes(batch: Batch) -> int:
    return Attribute.objects.filter(batch=batch).count()


def _cases(batch: Batch) -> int:
    return Case.objects.filter(batch=batch).count()


def _responses(batch: Batch) -> int:
    return Response.objects.filter(batch=batch, kind__in=COMPARED_KINDS).count()
