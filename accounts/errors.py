"""The one shape in which the API says no: {"error": {"code", "message", "fields"}}."""

from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.refusals import Refusal
from accounts.throttling import of_stranger


class ErrorBody(serializers.Serializer[dict[str, Any]]):
    """For the schema."""

    code = serializers.CharField(help_text="A word for programs.")
    message = serializers.CharField(help_text="A sentence for people.")
    fields = serializers.DictField(  # type: ignore[assignment]  # a declared field, which DRF takes off the class
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="What is wrong, by field."
    )


class ErrorEnvelope(serializers.Serializer[dict[str, Any]]):
    error = ErrorBody()


def error_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler. None for what nobody foresaw: that is a 500."""
    if isinstance(error, ModelValidationError):
        error = exceptions.ValidationError(serializers.as_serializer_error(error))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        error = of_stranger(error, context["request"])
    if isinstance(error, Refusal):
        error = _refused(error)
    response = exception_handler(error, context)
    if response is not None:
        response.data = {"error": _body(response)}
    return response


def _refused(refusal: Refusal) -> exceptions.APIException:
    error = exceptions.APIException(str(refusal), code=refusal.code)
    error.status_code = refusal.status
    return error


def _body(response: Response) -> dict[str, Any]:
    if response.status_code == status.HTTP_400_BAD_REQUEST and not _is_plain(response.data):
        return {"code": "invalid", "message": "The request has mistakes.", "fields": _fields(response.data)}
    detail = response.data["detail"] if _is_plain(response.data) else response.data
    return {"code": getattr(detail, "code", "error"), "message": str(detail)}


def _is_plain(data: Any) -> bool:
    return isinstance(data, dict) and set(data) == {"detail"}


def _fields(data: Any) -> dict[str, list[str]]:
    """Nested errors are flattened: ``stages.0.k``."""
    found: dict[str, list[str]] = {}
    _collect(data, "", found)
    return found


def _collect(data: Any, path: str, found: dict[str, list[str]]) -> None:
    if isinstance(data, dict):
        for name, value in data.items():
            _collect(value, f"{path}.{name}" if path else str(name), found)
    elif isinstance(data, list) and any(isinstance(item, dict | list) for item in data):
        for position, item in enumerate(data):
            _collect(item, f"{path}.{position}", found)
    else:
        found[path or "request"] = [str(item) for item in (data if isinstance(data, list) else [data])]
