"""The documentation of the API: the schema as JSON, and a page drawn from it on the server.

The usual viewers need inline script or a CDN, which our Content-Security-Policy forbids.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
GROUPS = {"stages": "Stages", "runs": "Runs", "exports": "Exports", "batches": "Batches", "guidelines": "Stages"}

type Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class ExampleAnswer:
    status: str
    name: str  # of the object that comes back; empty where none does


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    text: str
    scope: str
    parameters: list[Field]
    body: list[Field]
    body_kinds: list[str]
    answers: list[ExampleAnswer]
    example: str


@login_required
@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    schema = openapi()
    groups: dict[str, list[Operation]] = {}
    for path, method, described in _operations(schema):
        groups.setdefault(_group(path), []).append(_operation(schema, path, method, described, request))
    objects = {
        name: list(_fields(schema, found))
        for name, found in sorted(schema["components"]["schemas"].items())
        if "properties" in found
    }
    return render(request, "api_docs.html", {"groups": groups, "objects": objects})


@login_required
@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    return JsonResponse(openapi())


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI schema. It depends on the code only, so one process makes it once."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    drawn = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    made: dict[str, Any] = json.loads(json.dumps(drawn, default=str))
    return made


def _operations(schema: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _group(path: str) -> str:
    return next((title for word, title in GROUPS.items() if f"/{word}/" in path), "Studies")


def _operation(schema: Schema, path: str, method: str, described: Schema, request: HttpRequest) -> Operation:
    content = described.get("requestBody", {}).get("content", {})
    body = next((list(_fields(schema, _resolved(schema, kind["schema"]))) for kind in content.values()), [])
    return Operation(
        id=described["operationId"],
        method=method.upper(),
        path=path,
        text=described.get("description", ""),
        scope=described.get("x-scope", ""),
        parameters=[_parameter(schema, found) for found in described.get("parameters", [])],
        body=body,
        body_kinds=list(content),
        answers=[_answer(status, found) for status, found in described["responses"].items()],
        example=_example(request, path, method, list(content), body),
    )


def _parameter(schema: Schema, found: Schema) -> Field:
    place = "in the address" if found["in"] == "path" else "after the ?"
    text = " ".join(filter(None, [found.get("description", ""), f"({place})"]))
    return Field(found["name"], _kind(found["schema"]), found.get("required", False), text)


def _answer(status: str, found: Schema) -> ExampleAnswer:
    content = next(iter(found.get("content", {}).values()), None)
    return ExampleAnswer(status, "" if content is None else _kind(content["schema"]))


def _fields(schema: Schema, found: Schema) -> Iterator[Field]:
    required = found.get("required", [])
    for name, described in found.get("properties", {}).items():
        yield Field(name, _kind(described, schema), name in required, described.get("description", "").split("\n* ")[0])


def _resolved(schema: Schema, found: Schema) -> Schema:
    if "$ref" in found:
        target: Schema = schema["components"]["schemas"][found["$ref"].rsplit("/", 1)[-1]]
        return target
    return found


def _kind(found: Schema, schema: Schema | None = None) -> str:
    """A type in words: ``string``, ``list of Stage``, ``draft | open``."""
    for wrapper in ("allOf", "oneOf", "anyOf"):
        if wrapper in found:
            return " | ".join(_kind(part, schema) for part in found[wrapper] if part)
    if "$ref" in found:
        name: str = found["$ref"].rsplit("/", 1)[-1]
        target = schema["components"]["schemas"].get(name, {}) if schema else {}
        return _kind(target) if "enum" in target else name
    if "enum" in found:
        return " | ".join("null" if value is None else str(value) or '""' for value in found["enum"])
    if found.get("type") == "array":
        return f"list of {_kind(found['items'], schema)}"
    return str(found.get("format") or found.get("type") or "any")


def _example(request: HttpRequest, path: str, method: str, kinds: list[str], body: list[Field]) -> str:
    lines = [f'curl -H "Authorization: Bearer $TOKEN" {request.build_absolute_uri("/")[:-1]}{path}']
    if method != "get":
        lines.append(f"-X {method.upper()}")
    if "multipart/form-data" in kinds:
        lines.append("-F file=@conversations.jsonl")
    elif "application/json" in kinds:
        sample = {field.name: "..." for field in body if field.required} or {field.name: "..." for field in body[:1]}
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(sample)}'"]
    return " \\\n  ".join(lines)
