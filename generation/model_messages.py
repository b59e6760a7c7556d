"""What a model is asked, made from plain values: by runs, and by everything that tests or measures them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from generation.context_excerpts import Excerpt
from generation.context_parts import ContextLine
from generation.prompting import Messages, PromptTemplate, as_lines, boundary

_ALL_SHOWN = "They are complete."
_SOME_SHOWN = (
    "There are more than can be shown: {turns} turns are left out, and of a turn whose content is a list only these "
    "pieces are shown. The turns that the evidence points to are there."
)
_NO_CONVERSATIONS = "There are no transcripts for this person."
_CHECKED = "People confirmed what is known in the person's own conversations."
_NOT_CHECKED = "What is known was not checked."
_NOTHING_KNOWN = "Nothing is known of the person: judge what would help anybody who asks this."
_NO_GUIDELINES = "(None were written.)"


def ask_for_attributes(template: PromptTemplate, lines: Sequence[ContextLine], *, limit: int) -> Messages:
    conversations = as_lines(lines)
    return template.messages(conversations=conversations, boundary=boundary(conversations), limit=str(limit))


def ask_for_votes(
    template: PromptTemplate,
    *,
    guidelines: str,
    units: Sequence[Mapping[str, Any]],
    material: Mapping[str, str],
    labels: Sequence[str],
    modes: Mapping[str, str],
) -> Messages:
    """``units`` are the lines of what is judged, each with its id; ``material`` is what stage's builder below gives."""
    fields = {"label": "...", "failure_mode": ""} if modes else {"label": "..."}
    lines = as_lines(units)
    values = {
        "guidelines": guidelines or _NO_GUIDELINES,
        "units": lines,
        "count": str(len(units)),
        "labels": ", ".join(f'"{label}"' for label in labels),
        "form": as_lines([{"votes": {unit["id"]: fields for unit in units}}]),
        "boundary": boundary(guidelines, lines, *material.values()),
        **material,
    }
    if modes:
        values["modes"] = ", ".join(f'"{mode}" ({meaning})' for mode, meaning in modes.items())
    return template.messages(**values)


def ask_for_mentions(template: PromptTemplate, *, response: str, facts: Mapping[str, str]) -> Messages:
    """``facts`` are the texts of given attributes by their ids in the prompt."""
    shown = as_lines([{"response": response}])
    lines = as_lines([{"id": name, "fact": text} for name, text in facts.items()])
    return template.messages(
        response=shown,
        facts=lines,
        count=str(len(facts)),
        form=as_lines([{"votes": {name: {"label": "..."} for name in facts}}]),
        boundary=boundary(shown, lines),
    )


def ask_for_selection(template: PromptTemplate, *, prompt: str, attributes: Mapping[int, str]) -> Messages:
    """``attributes`` are texts by their ids in the prompt."""
    shown = as_lines([{"request": prompt}])
    lines = as_lines([{"id": number, "fact": text} for number, text in attributes.items()])
    return template.messages(
        prompt=shown, attributes=lines, count=str(len(attributes)), boundary=boundary(shown, lines)
    )


def conversations_shown(shown: Excerpt, *, any_there: bool) -> dict[str, str]:
    """The material of stage 1."""
    said = _ALL_SHOWN if shown.is_whole else _SOME_SHOWN.format(turns=shown.turns_left_out)
    return {"conversations": as_lines(shown.lines), "shown": said if any_there else _NO_CONVERSATIONS}


def prompt_shown(prompt: str) -> dict[str, str]:
    """The material of stage 2."""
    return {"prompt": as_lines([{"prompt": prompt}])}


def responses_shown(prompt: str, *, left: str, right: str) -> dict[str, str]:
    """The material of stage 3."""
    sides = [{"side": "left", "response": left}, {"side": "right", "response": right}]
    return {"material": as_lines([{"prompt": prompt}, *sides])}


def responses_beside_card(
    prompt: str, *, left: str, right: str, known: Sequence[str], is_checked: bool
) -> dict[str, str]:
    """The same with the texts of the person card, as raters get them."""
    shown = responses_shown(prompt, left=left, right=right)
    lines = [as_lines([{"known_of_the_person": text} for text in known])] if known else []
    said = (_CHECKED if is_checked else _NOT_CHECKED) if known else _NOTHING_KNOWN
    return {"material": "\n".join([*lines, shown["material"]]), "known": said}
