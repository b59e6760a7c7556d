"""The project's own JSON Lines: every row names its kind, and a field that is not known is an error."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from .context import Context
from .fields import FieldError, Record, excerpt, storable
from .limits import (
    MAX_ATTRIBUTE_CHARACTERS,
    MAX_INTEGER,
    MAX_LANGUAGE_CHARACTERS,
    MAX_NAME_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    MAX_TYPE_CHARACTERS,
)
from .rows import (
    AttributeRow,
    CaseRow,
    ConversationRow,
    EvidencePointer,
    GivenAttribute,
    JudgmentRow,
    PromptRow,
    ResponseRow,
    Row,
    RowError,
    SelectedAttribute,
    SelectionRow,
    StatedArm,
    SubjectRow,
)
from .turns import conversation_turns

ORIGINS = ("real", "synthetic", "illustrative", "unknown")
RATER_KINDS = ("human", "model", "panel")
LABELS: Mapping[int, tuple[str, ...]] = {1: ("accept", "unsure", "reject"), 2: ("yes", "no")}
POLICIES = ("own", "accepted", "relevant", "selection", "all")
MAX_SETTINGS = 50
MAX_SETTING_CHARACTERS = 200
MAX_COST = Decimal(1_000_000)
MAX_ACTIVE_MS = 86_400_000  # a day at one page


def yardstick(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    fields, build = _KINDS[record.choice("kind", tuple(_KINDS))]
    record.only(fields | {"kind"})
    yield build(line, record, context)


def _subject(line: int, record: Record, context: Context) -> Row:
    return SubjectRow(
        line=line,
        subject=record.identifier("subject"),
        origin=None if record.missing("origin") else record.choice("origin", ORIGINS),
        stated_conversations=record.optional_integer("stated_conversations"),
    )


def _conversation(line: int, record: Record, context: Context) -> Row:
    def turns() -> Iterator[Record]:
        for turn in record.records("turns"):
            turn.only(frozenset({"role", "content"}))
            yield turn

    return ConversationRow(
        line=line,
        subject=record.identifier("subject"),
        conversation=record.optional_identifier("conversation"),
        turns=conversation_turns(turns(), record.at("turns")),
        language=record.optional_text("language", MAX_LANGUAGE_CHARACTERS),
        model=record.optional_text("model", MAX_NAME_CHARACTERS),
        flags={name: record.boolean(name) for name in ("toxic", "redacted") if not record.missing(name)},
    )


def _attribute(line: int, record: Record, context: Context) -> Row:
    return AttributeRow(
        line=line,
        subject=record.identifier("subject"),
        text=record.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
        attribute=record.optional_identifier("id"),
        reason=record.optional_text("reason") or "",
        confidence=record.optional_number("confidence", 0, 1),
        evidence=tuple(_pointer(pointer) for pointer in record.records("evidence", optional=True)),
        system=record.optional_text("system", MAX_NAME_CHARACTERS) or context.options.system or None,
        type=record.optional_text("type", MAX_TYPE_CHARACTERS) or "",
        merged_from=_texts(record, "merged_from"),
    )


def _pointer(record: Record) -> EvidencePointer:
    record.only(frozenset({"conversation", "turn", "quote"}))
    return EvidencePointer(
        conversation=record.optional_identifier("conversation"),
        turn=record.optional_integer("turn"),
        quote=record.optional_text("quote"),
    )


def _texts(record: Record, name: str) -> tuple[str, ...]:
    values = record.list(name, optional=True)
    return tuple(
        Record({str(index): value}, record.at(name)).text(str(index), MAX_ATTRIBUTE_CHARACTERS)
        for index, value in enumerate(values)
    )


def _prompt(line: int, record: Record, context: Context) -> Row:
    return PromptRow(
        line=line,
        prompt=record.identifier("prompt"),
        text=record.text("text"),
        topic=record.optional_text("topic", MAX_NAME_CHARACTERS) or "",
    )


def _case(line: int, record: Record, context: Context) -> Row:
    return CaseRow(line=line, subject=record.identifier("subject"), prompt=record.identifier("prompt"))


def _selection(line: int, record: Record, context: Context) -> Row:
    is_whole = record.has("attributes")
    if is_whole and (extra := {"attribute", "selected", "score"}.intersection(record.names())):
        raise record.error(min(extra), "either attributes, the whole answer, or one attribute with selected")
    return SelectionRow(
        line=line,
        system=_system(record, context),
        subject=record.identifier("subject"),
        prompt=record.identifier("prompt"),
        attributes=tuple(_answer(record)) if is_whole else (_one_selected(record),),
        is_whole=is_whole,
    )


def _answer(record: Record) -> Iterator[SelectedAttribute]:
    """Plain ids or texts, or objects where there is more to say of an attribute."""
    for index, value in enumerate(record.list("attributes")):
        path = f"{record.at('attributes')}[{index}]"
        if isinstance(value, dict):
            entry = Record.of(value, path)
            entry.only(frozenset({"attribute", "selected", "score"}))
        else:
            entry = Record({"attribute": value}, path)
        yield SelectedAttribute(
            attribute=entry.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
            selected=True if entry.missing("selected") else entry.boolean("selected"),
            score=entry.optional_number("score"),
        )


def _one_selected(record: Record) -> SelectedAttribute:
    return SelectedAttribute(
        attribute=record.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
        selected=record.boolean("selected"),
        score=record.optional_number("score"),
    )


def _system(record: Record, context: Context) -> str:
    if record.missing("system") and context.options.system:
        return context.options.system
    return record.text("system", MAX_NAME_CHARACTERS)


def _response(line: int, record: Record, context: Context) -> Row:
    return ResponseRow(
        line=line,
        system=_system(record, context),
        subject=record.identifier("subject"),
        prompt=record.identifier("prompt"),
        kind=record.choice("response", ("generic", "personalized")),
        text=record.text("text"),
        attributes=tuple(_given(given) for given in record.records("attributes", optional=True)),
        arm=_arm(record),
        model=record.optional_text("model", MAX_NAME_CHARACTERS),
        input_tokens=record.optional_integer("input_tokens"),
        output_tokens=record.optional_integer("output_tokens"),
        latency_ms=record.optional_integer("latency_ms"),
        cost=_cost(record),
    )


def _arm(record: Record) -> StatedArm:
    """A name alone, or an object where more is said of the treatment."""
    if record.missing("arm"):
        return StatedArm()
    if record.text("response") != "personalized":
        raise record.error("arm", "nothing but with a personalized response: a generic one belongs to all arms")
    if record.is_text("arm"):
        return StatedArm(name=record.text("arm", MAX_NAME_CHARACTERS).strip())
    stated = record.record("arm")
    stated.only(frozenset({"name", "policy", "selection_of", "settings"}))
    policy = None if stated.missing("policy") else stated.choice("policy", POLICIES)
    selection_of = stated.optional_text("selection_of", MAX_NAME_CHARACTERS)
    if (policy == "selection") != (selection_of is not None):
        raise stated.error("selection_of", 'the system that selected, where the policy is "selection" and only there')
    return StatedArm(
        name=(stated.optional_text("name", MAX_NAME_CHARACTERS) or "").strip(),
        policy=policy,
        selection_of=selection_of,
        settings={} if stated.missing("settings") else _settings(stated.record("settings")),
    )


def _settings(record: Record) -> dict[str, str | int | float | bool]:
    names = record.names()
    if len(names) > MAX_SETTINGS:
        raise FieldError(record.path, f"at most {MAX_SETTINGS} settings", str(len(names)))
    return {storable(name, record.path): _setting(record, name) for name in names if not record.missing(name)}


def _setting(record: Record, name: str) -> str | int | float | bool:
    expected = "text, a number, true or false"
    value = record.scalar(name, expected)
    if len(name) > MAX_SETTING_CHARACTERS:
        raise FieldError(record.path, f"names of at most {MAX_SETTING_CHARACTERS} characters", excerpt(name))
    if isinstance(value, str):
        return record.text(name, MAX_SETTING_CHARACTERS, blank=True)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return record.integer(name, -MAX_INTEGER)
    if isinstance(value, float):
        return record.number(name)
    raise record.error(name, expected)


def _given(record: Record) -> GivenAttribute:
    record.only(frozenset({"attribute", "given", "mentioned"}))
    return GivenAttribute(
        attribute=record.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
        given=True if record.missing("given") else record.boolean("given"),
        mentioned=record.optional_boolean("mentioned"),
    )


def _cost(record: Record) -> str | None:
    expected = "a decimal number that is not negative, like 0.0012"
    value = record.text_or_number("cost", expected)
    if value is None:
        return None
    if (isinstance(value, str) and len(value) > 40) or (isinstance(value, int) and not 0 <= value < MAX_COST):
        raise record.error("cost", expected)
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise record.error("cost", expected) from None
    if not amount.is_finite() or not 0 <= amount < MAX_COST:
        raise record.error("cost", expected)
    return f"{amount:f}"


def _judgment(line: int, record: Record, context: Context) -> Row:
    stage = record.integer("stage", 1, 3)
    if stage == 1 and record.missing("attribute"):
        raise record.error("attribute", "the attribute that was judged")
    if stage == 2 and (record.missing("attribute") or record.missing("prompt")):
        raise record.error("attribute", "the prompt and the attribute that were judged")
    if stage == 3 and record.missing("prompt"):
        raise record.error("prompt", "the prompt of the case that was judged")
    return JudgmentRow(
        line=line,
        rater=record.text("rater", MAX_NAME_CHARACTERS),
        rater_kind=_rater_kind(record),
        stage=stage,
        subject=record.identifier("subject"),
        label=record.integer("label", 1, 5) if stage == 3 else record.choice("label", LABELS[stage]),
        prompt=record.optional_identifier("prompt"),
        attribute=record.optional_text("attribute", MAX_ATTRIBUTE_CHARACTERS),
        system=record.optional_text("system", MAX_NAME_CHARACTERS),
        failure_mode=record.optional_text("failure_mode", MAX_TYPE_CHARACTERS) or "",
        note=record.optional_text("note", MAX_TEXT_CHARACTERS) or "",
        presentation=0 if record.missing("presentation") else record.integer("presentation", 0, 1),
        submitted_at=record.optional_moment("submitted_at"),
        shown_left=_shown_left(record, stage),
        comment=record.optional_text("comment", MAX_TEXT_CHARACTERS),
        active_ms=None if record.missing("active_ms") else record.integer("active_ms", 0, MAX_ACTIVE_MS),
    )


def _rater_kind(record: Record) -> str:
    if record.missing("rater_kind"):
        raise record.error("rater_kind", "who judged: human, model or panel (nobody is taken for a human unsaid)")
    return record.choice("rater_kind", RATER_KINDS)


def _shown_left(record: Record, stage: int) -> str | None:
    if record.missing("shown_left"):
        return None
    if stage != 3:
        raise record.error("shown_left", "nothing but at stage 3: no responses are shown before it")
    return record.choice("shown_left", ("generic", "personalized"))


_KINDS: Mapping[str, tuple[frozenset[str], Callable[[int, Record, Context], Row]]] = {
    "subject": (frozenset({"subject", "origin", "stated_conversations"}), _subject),
    "conversation": (
        frozenset({"subject", "conversation", "turns", "language", "model", "toxic", "redacted"}),
        _conversation,
    ),
    "attribute": (
        frozenset({"subject", "id", "attribute", "reason", "confidence", "evidence", "system", "type", "merged_from"}),
        _attribute,
    ),
    "prompt": (frozenset({"prompt", "text", "topic"}), _prompt),
    "case": (frozenset({"subject", "prompt"}), _case),
    "selection": (
        frozenset({"system", "subject", "prompt", "attribute", "selected", "score", "attributes"}),
        _selection,
    ),
    "response": (
        frozenset(
            {"system", "subject", "prompt", "response", "text", "attributes", "model", "input_tokens"}
            | {"output_tokens", "latency_ms", "cost", "arm"}
        ),
        _response,
    ),
    "judgment": (
        frozenset(
            {
                "rater",
                "rater_kind",
                "stage",
                "subject",
                "prompt",
                "attribute",
                "system",
                "label",
                "failure_mode",
                "note",
                "presentation",
                "submitted_at",
                "shown_left",
                "comment",
                "active_ms",
            }
        ),
        _judgment,
    ),
}
