from io import BytesIO

from conversations.formats import (
    ConversationRow,
    Format,
    Options,
    Row,
    RowError,
    SubjectPolicy,
    Turn,
    default_options,
    detect,
    parse,
)

HEADER = b"user_id,conversation_id,turn,role,content\n"
TWO = b"u1,c1,0,user,How long?\nu1,c1,1,assistant,2 cm\n"


def rows(data: bytes, options: Options | None = None) -> list[Row | RowError]:
    return list(parse(BytesIO(data), Format.CSV, options or Options()))


def conversations(data: bytes) -> list[str | None]:
    return [row.conversation for row in rows(data) if isinstance(row, ConversationRow)]


def errors(data: bytes) -> list[tuple[int, str]]:
    return [(row.line, row.field) for row in rows(data) if isinstance(row, RowError)]


def test_rows_become_turns_of_their_conversation() -> None:
    turns = (Turn("user", "How long?"), Turn("assistant", "2 cm"))
    assert rows(HEADER + TWO) == [ConversationRow(line=2, subject="u1", conversation="c1", turns=turns)]


def test_other_columns_delimiter_quotes_and_line_ends() -> None:
    data = b'\xef\xbb\xbfwho;chat;from;said\r\nu1;c1;human;"one\r\ntwo; ""three"""\r\nu1;c1;gpt;ok\r\n'
    mapping = {"subject": "who", "conversation": "chat", "role": "from", "content": "said"}
    (row,) = rows(data, Options(columns=mapping))
    assert isinstance(row, ConversationRow)
    assert row.turns == (Turn("user", 'one\r\ntwo; "three"'), Turn("assistant", "ok"))


def test_proposed_options_find_common_column_names() -> None:
    data = b"session_id\tspeaker\ttext\nc1\tuser\thi\n"
    assert detect(data, "turns.tsv") is Format.CSV
    options = default_options(Format.CSV, data)
    assert options.subject_policy is SubjectPolicy.CONVERSATION
    (row,) = rows(data, options)
    assert isinstance(row, ConversationRow)
    assert (row.subject, row.conversation) == ("c1", "c1")


def test_missing_column_refuses_the_file() -> None:
    assert errors(b"user_id,conversation_id,role\nu1,c1,user\n") == [(1, "content")]


def test_conversation_that_starts_a_second_time_is_an_error() -> None:
    data = HEADER + TWO + b"u1,c2,0,user,x\nu1,c1,2,user,more\nu1,c3,0,user,y\n"
    assert conversations(data) == ["c1", "c2", "c3"]
    assert errors(data) == [(5, "conversation")]


def test_same_conversation_id_of_two_subjects_is_two_conversations() -> None:
    assert conversations(HEADER + TWO + b"u2,c1,0,user,x\n") == ["c1", "c1"]


def test_bad_row_refuses_its_conversation_only() -> None:
    data = HEADER + TWO + b"u1,c2,0,narrator,x\nu1,c2,1,user,x\nu1,c3,0,user,y\n"
    assert conversations(data) == ["c1", "c3"]
    assert errors(data) == [(4, "role")]


def test_turns_out_of_order_are_an_error() -> None:
    assert errors(HEADER + b"u1,c1,1,user,x\nu1,c1,1,assistant,y\n") == [(3, "turn")]


def test_row_without_a_user_id_is_an_error() -> None:
    assert errors(HEADER + b",c1,0,user,x\n" + TWO) == [(2, "subject")]


def test_row_that_is_not_utf8_or_holds_nul_is_an_error() -> None:
    data = HEADER + b"u1,c1,0,user,\xff\nu1,c2,0,user,a\x00b\nu1,c3,0,user,y\n"
    assert errors(data) == [(2, "content"), (3, "content")]
    assert conversations(data) == ["c3"]


def test_row_with_too_few_cells_is_an_error() -> None:
    assert errors(HEADER + TWO + b"u1,c2\nu1,c3,0,user,y\n") == [(4, "")]


def test_file_cut_off_inside_quotes_is_reported() -> None:
    data = HEADER + TWO + b'u1,c2,0,user,"cut'
    assert errors(data) == [(4, "")]
    assert rows(data)[-1] == RowError(line=4, field="", expected="a row of CSV", found="unexpected end of data")
