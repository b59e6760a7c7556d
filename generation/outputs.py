"""What a model may answer, as a schema; and reading an answer whether or not the endpoint enforced it."""

import contextlib
import itertools
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_EXCERPT = 120
_MOST_TRIED = 1000


class InvalidOutput(Exception):
    """The answer does not fit its schema."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ExtractedEvidence(_Strict):
    conversation: int
    turn: int
    quote: str


class ExtractedAttribute(_Strict):
    text: str
    reason: str
    confidence: float = Field(ge=0, le=1)
    evidence: list[ExtractedEvidence]


class ExtractedAttributes(_Strict):
    attributes: list[ExtractedAttribute]


def extraction_schema(*, limit: int, bounded: bool) -> dict[str, Any]:
    """JSON schema of an extraction. ``bounded`` adds lengths, for models that would otherwise never stop a string."""
    schema = ExtractedAttributes.model_json_schema()
    schema["properties"]["attributes"]["maxItems"] = limit
    if bounded:
        kinds = schema["$defs"]
        kinds["ExtractedAttribute"]["properties"]["text"]["maxLength"] = 160
        kinds["ExtractedAttribute"]["properties"]["reason"]["maxLength"] = 200
        kinds["ExtractedAttribute"]["properties"]["evidence"]["maxItems"] = 2
        kinds["ExtractedEvidence"]["properties"]["quote"]["maxLength"] = 200
    return schema


def parse_extraction(text: str) -> ExtractedAttributes:
    """Raises InvalidOutput. Code fences and words around the one JSON object are tolerated, nothing else."""
    try:
        return ExtractedAttributes.model_validate(_json_object(text), strict=False)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidOutput(f"{place}: {first['msg']}"[:_EXCERPT]) from error


@dataclass(frozen=True, slots=True)
class ReadVote:
    label: int
    failure_mode: str


def votes_schema(*, units: Sequence[str], labels: Collection[str], modes: Collection[str]) -> dict[str, Any]:
    """JSON schema of votes: an object with each unit's id once, so that an endpoint that keeps to it leaves none out."""
    fields: dict[str, Any] = {"label": {"type": "string", "enum": list(labels)}}
    if modes:
        fields["failure_mode"] = {"type": "string", "enum": ["", *modes]}
    vote = _closed_object(fields)
    return _closed_object({"votes": _closed_object(dict.fromkeys(units, vote))})


def _closed_object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def parse_votes(
    text: str, *, units: Sequence[str], labels: Mapping[str, int], modes: Collection[str]
) -> dict[str, ReadVote]:
    """Each unit's vote. Raises InvalidOutput where one is missing, given twice, unknown, or has no label of the stage."""
    answer = _json_object(text, pairs=_once)
    votes = answer.get("votes") if isinstance(answer, dict) else None
    if not isinstance(votes, dict):
        raise InvalidOutput("votes: an object with one vote for each unit is expected")
    if unknown := [unit for unit in votes if unit not in units]:
        raise InvalidOutput(f"{_some(unknown)}: no such unit")
    if missing := [unit for unit in units if unit not in votes]:
        raise InvalidOutput(f"{len(missing)} of {len(units)} units are missing: {_some(missing)}")
    return {unit: _vote(unit, votes[unit], labels, modes) for unit in units}


def selection_schema(*, ids: Sequence[int]) -> dict[str, Any]:
    """JSON schema of a selection: a list of known ids, no longer than all of them."""
    chosen = {"type": "array", "items": {"type": "integer", "enum": list(ids)}, "maxItems": len(ids)}
    return _closed_object({"selected": chosen})


def parse_selection(text: str, *, ids: Collection[int]) -> set[int]:
    """The ids that are selected, which may be none. Raises InvalidOutput where one is unknown or no whole number."""
    answer = _json_object(text, pairs=_once)
    chosen = answer.get("selected") if isinstance(answer, dict) else None
    if not isinstance(chosen, list) or not isinstance(answer, dict) or len(answer) > 1:
        raise InvalidOutput("selected: a list of ids is expected, and nothing else")
    if unknown := [str(one) for one in chosen if type(one) is not int or one not in ids]:
        raise InvalidOutput(f"{_some(unknown)}: no such id")
    return set(chosen)


def _vote(unit: str, vote: Any, labels: Mapping[str, int], modes: Collection[str]) -> ReadVote:
    """A failure mode that is none of ours is nothing: it is optional, for humans too."""
    fields = vote if isinstance(vote, dict) else {"label": vote}
    label = labels.get(str(fields.get("label")).strip().casefold())
    if label is None:
        raise InvalidOutput(f"{unit}: the label is none of {', '.join(labels)}"[:_EXCERPT])
    mode = str(fields.get("failure_mode") or "").strip().casefold()
    return ReadVote(label, mode if mode in modes else "")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names)[:_EXCERPT]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise InvalidOutput(f"{_some([name for name in found if names.count(name) > 1])}: given more than once")
    return found


def _json_object(text: str, *, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """The one JSON object of the answer. With two nobody knows which is the answer and which was read in the data."""
    value, end = _decoded(text, text.find("{"), pairs)
    if _holds_an_object(text[end:]):
        raise InvalidOutput("The answer holds more than one JSON object.")
    return value


def _holds_an_object(text: str) -> bool:
    for match in itertools.islice(re.finditer(r'\{\s*"', text), _MOST_TRIED):
        with contextlib.suppress(InvalidOutput):
            _decoded(text, match.start(), None)
            return True
    return False


def _decoded(text: str, start: int, pairs: Callable[[list[tuple[str, Any]]], Any] | None) -> tuple[Any, int]:
    if start < 0:
        raise InvalidOutput("The answer holds no JSON object.")
    try:
        return json.JSONDecoder(object_pairs_hook=pairs).raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        raise InvalidOutput("The answer holds no complete JSON object.") from error
