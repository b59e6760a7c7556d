"""What a model may answer, as a schema; and reading an answer whether or not the endpoint enforced it."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_EXCERPT = 120


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


def _json_object(text: str) -> Any:
    start = text.find("{")
    if start < 0:
        raise InvalidOutput("The answer holds no JSON object.")
    try:
        value, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        raise InvalidOutput("The answer holds no complete JSON object.") from error
    return value
