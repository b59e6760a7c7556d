import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.formats import Format, Options, RowError, SubjectPolicy, cutting, parse, records
from conversations.formats.fields import FieldError, Record
from conversations.formats.limits import MAX_LINE_BYTES


def read(data: bytes) -> list[tuple[int, Any] | RowError]:
    return list(records.read_records(BytesIO(data)))


def values(data: bytes) -> list[Any]:
    return [record[1] for record in read(data) if not isinstance(record, RowError)]


def errors(data: bytes) -> list[RowError]:
    return [record for record in read(data) if isinstance(record, RowError)]


def test_lines_with_byte_order_mark_crlf_and_empty_lines_keep_their_numbers() -> None:
    assert read(b'\xef\xbb\xbf\r\n{"a": 1}\r\n\r\n{"a": 2}') == [(2, {"a": 1}), (4, {"a": 2})]


def test_lines_around_a_bad_one_are_kept() -> None:
    assert values(b'{"a": 1}\n{oops\n{"a": 2}\n') == [{"a": 1}, {"a": 2}]
    assert [error.line for error in errors(b'{"a": 1}\n{oops\n{"a": 2}\n')] == [2]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b'{"a": "\xff"}', "0xff"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too many levels"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "a number of more than 4,300 digits"),
        (b'{"' + b"n" * 1_001 + b'": 1}', "a name of 1,001 characters"),
        (b'{"a": ' * 201 + b"1" + b"}" * 201, "too many levels"),
    ],
)
def test_hostile_line_is_an_error_row(line: bytes, found: str) -> None:
    (error,) = errors(line + b'\n{"a": 1}\n')
    assert found in error.found
    assert values(line + b'\n{"a": 1}\n') == [{"a": 1}]


def test_line_that_is_too_long_is_passed_over() -> None:
    long = b'{"a": [' + b"1," * MAX_LINE_BYTES + b"1]}"
    assert [error.line for error in errors(b"{}\n" + long + b'\n{"b": 1}\n')] == [2]
    assert values(b"{}\n" + long + b'\n{"b": 1}\n') == [{}, {"b": 1}]


def test_element_that_is_too_long_is_passed_over() -> None:
    long = b'{"a": "' + b'[x\\"' * (MAX_LINE_BYTES // 2) + b'"}'
    assert read(b"[1," + long + b",2]")[::2] == [(1, 1), (3, 2)]


def test_row_of_many_small_objects_is_refused_before_it_is_decoded() -> None:
    (error,) = errors(b'{"a": [' + b"{}," * 300_000 + b"{}]}\n")
    assert "opening brackets" in error.expected


def test_lines_cut_off_in_the_middle_keep_what_came_before() -> None:
    assert values(b'{"a": 1}\n{"a": "so') == [{"a": 1}]
    assert "in the middle" in errors(b'{"a": 1}\n{"a": "so')[0].found


@pytest.mark.parametrize("end", [b"", b",", b', {"a', b', "x\\', b', {"a": [1'])
def test_array_cut_off_keeps_what_came_before(end: bytes) -> None:
    assert values(b'[{"a": 1}' + (end or b",")) == [{"a": 1}]
    assert "cut off" in errors(b'[{"a": 1},' + end)[-1].found


def test_array_with_a_bad_element_goes_on_behind_it() -> None:
    assert read(b'[{"a": 1}, {a: 2}, {"a": 3}]')[::2] == [(1, {"a": 1}), (3, {"a": 3})]


def test_text_behind_the_array_is_reported() -> None:
    assert [error.expected for error in errors(b"[1] [2]")] == ["nothing behind the closing ]"]


@pytest.mark.parametrize("indent", [1, 4, "\t"])
def test_objects_over_several_lines_are_read_one_after_another(indent: Any) -> None:
    rows = [{"a": [1, {"b": "} ] {"}]}, {"a": "\n"}, {}]
    assert values("\n\n".join(json.dumps(row, indent=indent) for row in rows).encode()) == rows
    assert [record[0] for record in read(b'{\n"a": 1\n}\n\n{"b":\n2}{"c": 3}') if isinstance(record, tuple)] == [
        1,
        5,
        6,
    ]


def test_object_that_is_cut_off_keeps_those_before_it() -> None:
    data = json.dumps({"a": 1}, indent=1).encode() + b'\n{\n"b": "so'
    assert values(data) == [{"a": 1}]
    assert [(error.line, "in the middle" in error.found) for error in errors(data)] == [(4, True)]


def test_text_that_is_longer_than_any_may_be_costs_only_who_wants_it() -> None:
    value = {"waste": "x\\" * (2 * MAX_LINE_BYTES), "wanted": "y"}
    for data in (json.dumps(value), json.dumps([value]), json.dumps(value, indent=1)):
        (read_back,) = values(data.encode())
        assert read_back["wanted"] == "y"
        with pytest.raises(FieldError, match="a longer text"):
            Record.of(read_back).text("waste", limit=10 * MAX_LINE_BYTES)


def test_characters_that_cannot_be_stored_are_replaced_and_named() -> None:
    row, problem = read(b'{"a": ["nul \\u0000 here"], "b": "fine \\ud83d\\ude00"}')
    assert row == (1, {"a": ["nul \ufffd here"], "b": "fine \N{GRINNING FACE}"})
    assert isinstance(problem, RowError)
    assert (problem.line, problem.field, problem.found, problem.kept) == (1, "a[0]", "U+0000 at character 5", True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)  # the machine may be busy
@given(
    elements=st.lists(JSON, max_size=8),
    indent=st.none() | st.just(1),
    ascii_only=st.booleans(),
    block=st.integers(1, 40),
)
def test_array_is_cut_as_json_reads_it_wherever_blocks_end(
    elements: list[Any], indent: int | None, ascii_only: bool, block: int
) -> None:
    data = json.dumps(elements, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    pieces = list(cutting.elements(data[start : start + block] for start in range(0, len(data), block)))
    assert [json.loads(piece.raw or b"") for piece in pieces if isinstance(piece, cutting.RawValue)] == json.loads(data)


@settings(deadline=None)  # the machine may be busy
@given(data=st.binary(max_size=300), file_format=st.sampled_from(Format), policy=st.sampled_from(SubjectPolicy))
def test_parse_never_raises_on_any_bytes(data: bytes, file_format: Format, policy: SubjectPolicy) -> None:
    list(parse(BytesIO(data), file_format, Options(policy, "user_id", "s")))
    list(parse(BytesIO(b"[" + data), file_format, Options(policy, "user_id", "s")))


@pytest.mark.parametrize(
    ("behind", "found"),
    [
        (b"}", []),
        (b', "next": null, "page": {"of": [1]}}\n', []),
        (
            b', "more": [{"a": 1}], "of": {"it": [ {}]}, "n": []}',
            [f"the list '{name}' behind it, which was not read: choose it by its name" for name in ("more", "of.it")],
        ),
        (
            b', "more": [' + b"1," * 4_500_000 + b"1]}",
            ["more than 8,388,608 bytes behind it, which were not read"],
        ),
        (b', [{"a": 1}]', ["', [{\"a\": 1}]'"]),
        (b'}\n{"data": [{"a": 1}]}\n{"data": []}\n', ["2 more behind it, which were not read: upload each by itself"]),
    ],
)
def test_what_stands_behind_a_list_is_never_passed_over_in_silence(behind: bytes, found: list[str]) -> None:
    rows = list(records.read_records(BytesIO(b'[{"a": 0}]' + behind)))
    assert rows[0] == (1, {"a": 0})
    assert [row.found for row in rows[1:] if isinstance(row, RowError)] == found
