"""Pairs of responses of which somebody preferred one: a prompt, two responses, and the preference as a judgment given elsewhere.

The first response (A; of chosen and rejected pairs the rejected one) is stored as the generic one, the other as the
personalized one of an arm of that name: a page tells neither from the other, and no text was personalized.
"""

import hashlib
from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.items import message_list
from conversations.formats.json_elements import rows_of_elements
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader
from conversations.formats.rows import Row, RowError
from conversations.formats.subjects import field_subject, file_subject
from conversations.formats.turns import transcript

from .pairs import SYSTEM, PreferencePair, PreferenceVerdict, pair_rows
from .transcripts import common_prompt, turns_of_text

RATER = "imported preferences"
_A, _B = (
    ("response_a", "response_1", "completion_a", "answer_a", "output_1"),
    ("response_b", "response_2", "completion_b", "answer_b", "output_2"),
)
_EQUAL = 3
_SCORES = {"model_a": 1, "model_b": 5, "tie": 3, "tie (bothbad)": 3, "both_bad": 3, "a": 1, "b": 5}


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    pair, label = _pair(record)
    if pair.first == pair.second:
        raise FieldError("chosen", "two responses that differ", "the same text twice")
    prompt = record.optional_identifier("prompt_id") if record.is_text("prompt_id") else None
    prompt = prompt or f"prompt-{hashlib.sha256(pair.prompt.encode()).hexdigest()[:24]}"
    subject, system = _subject(record, context.options, prompt), context.options.system or SYSTEM
    verdicts = [] if label is None else [PreferenceVerdict(*_rater(record), label)]
    yield from pair_rows(line, pair, prompt=prompt, subject=subject, system=system, verdicts=verdicts)


def _pair(record: Record) -> tuple[PreferencePair, int | None]:
    """And the label, where somebody preferred one."""
    if record.has("chosen", "rejected"):
        return _chosen_and_rejected(record)
    if record.has("conversation_a", "conversation_b"):
        return _arena(record)
    first, second = (next((name for name in names if record.has(name)), names[0]) for names in (_A, _B))
    return PreferencePair(record.text("prompt"), record.text(first), record.text(second), "response B"), _winner(record)


def _chosen_and_rejected(record: Record) -> tuple[PreferencePair, int]:
    texts: list[tuple[str, str]] = []
    for name in ("rejected", "chosen"):
        if record.is_text(name):
            said = record.text(name)
            parts = turns_of_text(said)
            texts.append(common_prompt(parts) if parts else (_prompt(record), said))
        else:
            messages = transcript(message_list(record, name), name).turns
            asked, answer = messages[:-1], messages[-1].content
            texts.append((common_prompt([*asked, messages[-1]])[0] if asked else _prompt(record), answer))
    (first_prompt, rejected), (prompt, chosen) = texts
    if first_prompt != prompt:
        raise FieldError("rejected", "the same prompt as of chosen", "another one")
    return PreferencePair(prompt, rejected, chosen, "chosen"), _by_scores(record)


def _prompt(record: Record) -> str:
    """A text, or the messages before the answer."""
    if record.is_text("prompt"):
        return record.text("prompt")
    return common_prompt([*transcript(message_list(record, "prompt"), "prompt").turns])[0]


def _by_scores(record: Record) -> int:
    """Chosen is better; by how much only where scores say so."""
    if record.missing("score_chosen") or record.missing("score_rejected"):
        return 5
    difference = record.number("score_chosen") - record.number("score_rejected")
    return _EQUAL if difference == 0 else 4 if abs(difference) < 1 else 5


def _arena(record: Record) -> tuple[PreferencePair, int | None]:
    sides = [transcript(message_list(record, name), name).turns for name in ("conversation_a", "conversation_b")]
    prompts = [common_prompt(list(turns)) for turns in sides]
    if prompts[0][0] != prompts[1][0]:
        raise FieldError("conversation_b", "the same prompts as of conversation_a", "others")
    models = (record.optional_text("model_a"), record.optional_text("model_b"))
    return PreferencePair(prompts[0][0], prompts[0][1], prompts[1][1], "model B", models), _winner(record)


def _winner(record: Record) -> int | None:
    said = record.optional_text_if_any("winner")
    if said is None:
        return None
    if said.lower() not in _SCORES:
        raise FieldError("winner", "model_a, model_b or tie", repr(said[:40]))
    return _SCORES[said.lower()]


def _rater(record: Record) -> tuple[str, str]:
    judge = next(
        (record.text(name) for name in ("judge", "rater", "annotator", "judge_hash") if record.is_text(name)), None
    )
    return (judge[:100], "human") if judge else (RATER, "panel")


def _subject(record: Record, options: Options, prompt: str) -> str:
    if options.subject_policy is SubjectPolicy.FILE:
        return file_subject(options)
    if options.subject_policy is SubjectPolicy.CONVERSATION:
        return prompt
    return field_subject(record, options.subject_field)


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    if element is None:
        return False
    if element.has("chosen", "rejected") or element.has("conversation_a", "conversation_b"):
        return True
    return element.has("prompt") and any(element.has(name) for name in _A) and any(element.has(name) for name in _B)


READER = Reader(
    name="preferences",
    label="Preference pairs",
    help="{prompt, chosen, rejected}, HH-RLHF, UltraFeedback, Arena battles: a prompt with two responses, and the preference as a judgment given elsewhere.",
    section="Preference pairs",
    recognises=_recognises,
    rows=rows_of_elements(_rows),
    propose=lambda _head: Options(SubjectPolicy.CONVERSATION, system=SYSTEM),
    names_subjects=False,
    place=2,
)
