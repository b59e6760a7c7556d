"""The one rule of what can be stored, against the database that has to store it."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

from accounts import storable
from accounts.storable_requests import StorableJSON, StorableJSONInput

anything = st.text(st.characters(codec=None) | st.sampled_from("\0\ud800\udfff"))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=8,
)


def stored(value: Any) -> Any:
    with connection.cursor() as cursor:
        if isinstance(value, str):
            cursor.execute("SELECT %s::text", [value])
        else:
            cursor.execute("SELECT %s::jsonb", [json.dumps(value)])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@given(text=anything)
def test_a_kept_text_is_stored_as_it_is(text):
    kept = storable.kept(text)
    assert stored(kept) == kept
    assert len(kept) == len(text)
    assert (kept == text) == storable.is_storable(text)


@pytest.mark.django_db
@given(value=values)
def test_what_passes_the_check_is_stored(value):
    try:
        storable.check(value)
    except storable.NotStorable:
        return
    stored(value)  # no error, whatever the value


@given(value=values)
def test_a_check_names_where_it_is(value):
    storable_value = {"deep": [value]}
    try:
        storable.check(storable_value)
    except storable.NotStorable as error:
        assert error.path.startswith("deep.0")
        assert storable.is_storable(error.path)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"[" * 21 + b"1" + b"]" * 21,
        b"9" * 4400,
        b"1e400",
        b"NaN",
        b"-Infinity",
        b"\xff",
        b"",
        b"{",
    ],
    ids=lambda raw: raw[:8].decode("latin-1"),
)
def test_json_that_cannot_be_read_is_refused(raw):
    with pytest.raises(storable.NotStorable):
        storable.decode(raw)


@given(value=values)
def test_json_of_a_reasonable_depth_is_read(value):
    assert storable.decode(json.dumps(value).encode()) == value


def parsed(raw: bytes) -> Any:
    return StorableJSON().parse(BytesIO(raw))


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"endpoint": "a\\u0000"}', "endpoint"),
        (b'{"a": {"b": ["x", "\\ud83d"]}}', "a.b.1"),
        (b'{"limit": 9223372036854775808}', "limit"),
        (b'{"a": {"\\u0000": 1}}', "a"),
    ],
)
def test_a_script_is_told_which_field_cannot_be_stored(raw, field):
    with pytest.raises(exceptions.ValidationError) as refused:
        parsed(raw)
    assert list(refused.value.detail) == [field]


def test_a_body_of_a_script_is_bounded(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert parsed(b'"' + b"x" * 98 + b'"') == "x" * 98
    with pytest.raises(exceptions.ParseError, match="longer than 100 bytes"):
        parsed(b'"' + b"x" * 99 + b'"')


def test_every_api_view_takes_json_by_the_rule(settings):
    assert settings.REST_FRAMEWORK["DEFAULT_PARSER_CLASSES"] == ["accounts.storable_requests.StorableJSON"]
    assert issubclass(StorableJSON, JSONParser)


@pytest.mark.parametrize("typed", ["[" * 100_000, "9" * 4400, '{"a": "\\u0000"}', "{"])
def test_json_that_a_person_typed_is_shown_again(typed):
    field = StorableJSONInput()
    with pytest.raises(Exception, match=r"."):
        field.clean(typed)
    assert field.bound_data(typed, None) == typed
    assert field.prepare_value(field.bound_data(typed, None)) == typed
