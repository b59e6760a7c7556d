"""The rule of what can be stored at the edges that requests pass: addresses, cookies, scripts' JSON, JSON in a form."""

from collections.abc import Callable, Mapping
from typing import IO, Any

from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest
from django.forms.fields import InvalidJSONInput
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from rest_framework import exceptions, serializers
from rest_framework.parsers import JSONParser

from accounts import storable


class StorableAddress:
    """Middleware: an address that no text of ours can equal leads nowhere, and a cookie that is none is not there.

    The path and the query are UTF-8 with replacements by the time they come here: only U+0000 is left to be refused.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not storable.is_storable(request.path_info):
            raise Http404("No address holds U+0000.")
        if any(not storable.is_storable(text) for name, texts in request.GET.lists() for text in (name, *texts)):
            raise BadRequest("The query of the address holds U+0000.")
        for name in [name for name, text in request.COOKIES.items() if not storable.is_storable(name + text)]:
            del request.COOKIES[name]
        return self.get_response(request)


class StorableJSON(JSONParser):
    """The body of an API request, in which every text and number can be stored."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raises ParseError, or ValidationError that names the field."""
        raw: bytes = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise exceptions.ParseError(f"The body is longer than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes.")
        try:
            return _decoded(raw)
        except storable.NotStorable as error:
            if error.path:
                raise exceptions.ValidationError({error.path: [str(error)]}) from error
            raise exceptions.ParseError(f"The body can't be taken. {error}") from error


class StorableJSONField(serializers.JSONField):
    """JSON in a field of a multipart request, where no parser has looked into it."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return _decoded(str(data).encode(errors="surrogatepass"))
        except storable.NotStorable as error:
            raise serializers.ValidationError(_message(error)) from error


class StorableJSONInput(forms.JSONField):
    """JSON that a person types. What can't be taken is shown to them again as they typed it."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or value in self.empty_values:
            return super().to_python(value)
        try:
            return _decoded(value.encode(errors="surrogatepass"))
        except storable.NotStorable as error:
            raise forms.ValidationError(_message(error), code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return _decoded(data.encode(errors="surrogatepass")) if data else None
        except storable.NotStorable:
            return InvalidJSONInput(data)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.bound_data(data, initial) != initial)


def _decoded(raw: bytes) -> Any:
    value = storable.decode(raw)
    storable.check(value)
    return value


def _message(error: storable.NotStorable) -> str:
    return f"{error.path}: {error}" if error.path else str(error)
