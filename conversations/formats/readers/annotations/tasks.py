"""A task that people annotated, as rows: a prompt with two responses, a conversation, or a prompt."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from conversations.formats.context import Context
from conversations.formats.conversation_rows import conversation_and_problems
from conversations.formats.fields import FieldError, Record, excerpt
from conversations.formats.items import message_list
from conversations.formats.limits import MAX_LANGUAGE_CHARACTERS, MAX_NAME_CHARACTERS
from conversations.formats.options import SubjectPolicy
from conversations.formats.readers.preferences.pairs import SYSTEM, PreferencePair, PreferenceVerdict, pair_rows
from conversations.formats.readers.preferences.transcripts import common_prompt
from conversations.formats.readers.tables.columns import folded
from conversations.formats.rows import PromptRow, Row, RowError
from conversations.formats.subjects import field_subject, file_subject
from conversations.formats.turns import transcript

from .sides import by_sides
from .verdicts import AnnotatorsAnswer, verdict_of

_PROMPTS = ("prompt", "instruction", "question", "input", "query", "user_prompt", "user", "context")
_RESPONSES = ("response", "answer", "output", "completion", "generation", "assistant", "reply")
_CONVERSATIONS = ("conversation", "conversations", "messages", "chat", "dialogue", "dialog", "history", "turns")
_NOT_RESPONSES = frozenset({*_PROMPTS, "id", "score", "rating", "name"})
_LONGEST_RATER = 100


@dataclass(frozen=True, slots=True)
class AnnotatedTask:
    tool: str
    place: str  # the field that holds what raters saw, for problems
    fields: Record  # what raters saw
    about: Record  # and everything that may name a person
    answers: Sequence[AnnotatorsAnswer]
    dropped: int = 0  # answers that were discarded, skipped, or never submitted


@dataclass(frozen=True, slots=True)
class _Sides:
    first: str
    second: str
    objects: Collection[str]


def rows_of_task(line: int, task: AnnotatedTask, context: Context) -> Iterator[Row | RowError]:
    sides, prompt = _sides_and_prompt(task.fields)
    if sides is not None and prompt is not None:
        yield from _pair(line, task, prompt, sides, context)
    elif (name := _conversation(task.fields)) is not None:
        yield from _said(line, task, message_list(task.fields, name), context)
    elif prompt is not None:
        yield from _exchange_or_prompt(line, task, prompt, context)
    else:
        expected = f"what is read of {task.tool}: a prompt with two responses, a conversation, or a prompt"
        raise FieldError(
            task.place, expected, f"the fields {', '.join(map(excerpt, task.fields.names()[:12])) or 'none'}"
        )
    if task.dropped:
        expected = "answers that were submitted; drafts and what was discarded or skipped are no judgments"
        yield FieldError("status", expected, f"{task.dropped} that were not").row(line, kept=True)


def _pair(line: int, task: AnnotatedTask, prompt: str, sides: _Sides, context: Context) -> Iterator[Row | RowError]:
    first, second = (_answer(task.fields, name) for name in (sides.first, sides.second))
    pair = PreferencePair(_asked(task.fields, prompt), first, second, "response B")
    if pair.first == pair.second:
        raise FieldError(f"{task.place}.{sides.second}", "two responses that differ", "the same text twice")
    digest = hashlib.sha256(f"{pair.prompt}\x00{pair.first}\x00{pair.second}".encode()).hexdigest()
    named = f"pair-{digest[:24]}"
    verdicts, problems = _verdicts(task, sides.objects, context)
    yield from pair_rows(
        line,
        pair,
        prompt=named,
        subject=_subject(task, context, named),
        system=context.options.system or SYSTEM,
        verdicts=verdicts,
    )
    yield from (error.row(line, kept=True) for error in problems)


def _verdicts(
    task: AnnotatedTask, objects: Collection[str], context: Context
) -> tuple[list[PreferenceVerdict], list[FieldError]]:
    by_rater: dict[tuple[str | None, int], list[AnnotatorsAnswer]] = {}
    for answer in task.answers:
        by_rater.setdefault((answer.by, answer.submission), []).append(answer)
    verdicts: list[PreferenceVerdict] = []
    problems: list[FieldError] = []
    for (rater, _submission), answers in by_rater.items():
        found = verdict_of(answers, objects)
        if found is None:
            expected = "an answer that prefers one of the two responses, or neither"
            problems.append(FieldError(answers[0].question, expected, excerpt(answers[0].value)))
            continue
        name = task.tool if rater is None else f"{task.tool} {rater}"[:_LONGEST_RATER]
        kind = "panel" if rater is None else "human"
        verdicts.append(PreferenceVerdict(name, kind, found.label, answers[0].submitted_at))
        left_out = [answer for answer in answers if answer.question not in found.asked]
        problems += _left_out(left_out, context)
    return verdicts, problems


def _left_out(answers: Sequence[AnnotatorsAnswer], context: Context) -> Iterator[FieldError]:
    """Each question once for a file."""
    for answer in answers:
        if context.first_time("question", answer.question):
            expected = "an answer that prefers one of two responses; answers to this question are left out"
            yield FieldError(answer.question, expected, excerpt(answer.value))


def _exchange_or_prompt(line: int, task: AnnotatedTask, prompt: str, context: Context) -> Iterator[Row | RowError]:
    response = _named(task.fields, _RESPONSES)
    if response is None:
        text = _asked(task.fields, prompt)
        yield PromptRow(line=line, prompt=f"prompt-{hashlib.sha256(text.encode()).hexdigest()[:24]}", text=text)
        yield from (error.row(line, kept=True) for error in _left_out(task.answers, context))
        return
    is_list = not task.fields.is_text(prompt)
    asked = message_list(task.fields, prompt) if is_list else [{"role": "user", "content": task.fields.text(prompt)}]
    answered = {"role": "assistant", "content": _answer(task.fields, response)}
    yield from _said(line, task, [*asked, answered], context)


def _said(line: int, task: AnnotatedTask, messages: Sequence[object], context: Context) -> Iterator[Row | RowError]:
    yield from conversation_and_problems(line, task.about, context, transcript(messages, task.place))
    yield from (error.row(line, kept=True) for error in _left_out(task.answers, context))


def read_of(fields: Record) -> set[str]:
    """The fields that are read of what raters saw: in a row of a table the others may be their answers."""
    sides, prompt = _sides_and_prompt(fields)
    named = (prompt, _named(fields, _RESPONSES), _conversation(fields))
    return {name for name in (*named, *((sides.first, sides.second) if sides else ())) if name is not None}


def _sides_and_prompt(fields: Record) -> tuple[_Sides | None, str | None]:
    sides, prompt = _sides(fields), _named(fields, _PROMPTS)
    return sides, prompt or (_only_other(fields, sides) if sides else None)


def _sides(fields: Record) -> _Sides | None:
    """The two fields that differ in their mark alone; three of them are no pair."""
    said = [name for name in fields.names() if _holds_words(fields, name)]
    pairs = {base: named for base, named in by_sides(said).items() if named.keys() == {0, 1}}
    if not (bases := sorted(base for base in pairs if not _NOT_RESPONSES & set(base))):
        return None
    base = next((base for base in bases if set(base) & {*_RESPONSES, "text"}), bases[0])
    return _Sides(pairs[base][0], pairs[base][1], base)


def _holds_words(fields: Record, name: str) -> bool:
    return bool(fields.list_if_any(name)) or (fields.is_text(name) and bool(fields.text(name, blank=True).strip()))


def _named(fields: Record, names: Sequence[str]) -> str | None:
    by_folded = {folded(name): name for name in reversed(fields.names()) if _holds_words(fields, name)}
    return next((by_folded[name] for name in names if name in by_folded), None)


def _only_other(fields: Record, sides: _Sides) -> str | None:
    others = [name for name in fields.names() if name not in (sides.first, sides.second) and _holds_words(fields, name)]
    return others[0] if len(others) == 1 else None


def _conversation(fields: Record) -> str | None:
    name = _named(fields, _CONVERSATIONS)
    return name if name is not None and (not fields.is_text(name) or fields.starts_with(name, "[")) else None


def _asked(fields: Record, name: str) -> str:
    if fields.is_text(name):
        return fields.text(name)
    return common_prompt([*transcript(message_list(fields, name), name).turns])[0]


def _answer(fields: Record, name: str) -> str:
    if fields.is_text(name):
        return fields.text(name)
    return transcript(message_list(fields, name), name).turns[-1].content


def _subject(task: AnnotatedTask, context: Context, prompt: str) -> str:
    policy = context.options.subject_policy
    if policy is SubjectPolicy.FILE:
        return file_subject(context.options)
    return prompt if policy is SubjectPolicy.CONVERSATION else field_subject(task.about, context.options.subject_field)


def about(*places: Record | None) -> Record:
    """The fields that may name a person or a conversation, and the model and language where they are words."""
    values = {name: value for place in places if place is not None for name, value in place.as_it_is().items()}
    words = {"model": MAX_NAME_CHARACTERS, "language": MAX_LANGUAGE_CHARACTERS}
    for name, limit in words.items():
        if name in values and not (isinstance(values[name], str) and len(values[name]) <= limit):
            del values[name]
    return Record(values)
