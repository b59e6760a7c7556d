"""Files in shapes that public bug reports describe, where they lie beside the project. Nothing of them is copied here."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from conversations.formats import (
    AttributeRow,
    ConversationRow,
    PassedOver,
    PromptRow,
    ResponseRow,
    Row,
    RowError,
    SubjectPolicy,
    default_options,
    examine,
    parse,
)

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases" / "uploads"
DESK = "u: How high should my desk be? I am 190 cm. / a: About 78 cm."
ROSES = "u: How do I prune roses? / a: Cut above an outward bud."
TEA = "u: Which tea is mild? / a: White tea."
WEATHER = "u: Weather? / a: Sunny."
DOOR = "u: Wie hoch ist eine Tür? / a: Zwei Meter, natürlich."
pytestmark = pytest.mark.skipif(not CASES.exists(), reason="../shared/cases is not there")


def rows(name: str) -> list[Row | RowError | PassedOver]:
    stream = BytesIO((CASES / name).read_bytes())
    seen = examine(stream)
    options = default_options(seen.format, seen.head)
    if options.subject_policy is not SubjectPolicy.FIELD:
        options = replace(options, subject_policy=SubjectPolicy.FILE, file_subject="p1")
    return list(parse(stream, seen.format, options))


def said(name: str) -> dict[tuple[str, str | None], str]:
    """Of each conversation who says what, a letter for the role before each text."""
    return {
        (row.subject, row.conversation): " / ".join(f"{turn.role[0]}: {turn.content}" for turn in row.turns)
        for row in rows(name)
        if isinstance(row, ConversationRow)
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "17-claude-attachment.json",
            {
                (
                    "p1",
                    "cl1",
                ): "u: I run a bakery and get up at three. Write my bio. / a: A baker of the early hours."
            },
        ),
        ("18-claude-blocks.json", {("p1", "cl2"): "u: Weather in Oslo? / a: Let me look.\nIt is minus two."}),
        ("76-claude-text-null.json", {("p1", "cl7"): "u: Which tea is mild? / a: White tea. / a: Said aloud."}),
        ("19b-claude-null-and-empty.json", {("p1", "cl6"): "u: Hello there / a: Hi."}),
        ("21-chatgpt-voice.json", {("p1", "v1"): "u: Tell me about tram lines. / a: There are four lines."}),
        (
            "22-chatgpt-canvas.json",
            {
                ("p1", "cv1"): "u: Write a packing list for a week of hiking. / a: # Packing list\n- Rain jacket\n"
                "- Two pairs of socks / a: I made the list. Shall I change it?"
            },
        ),
        (
            "25-chatgpt-everything.json",
            {("p1", "ev1"): "u: [image]\nWhat plant is this? / a: [image] / a: It is a fern."},
        ),
        (
            "25b-chatgpt-everything-no-null.json",
            {("p1", "ev1"): "u: [image]\nWhat plant is this? / a: [image] / a: It is a fern."},
        ),
        ("65-chatgpt-edited-branch.json", {("p1", "br1"): "u: Which tea is strong? / a: Assam."}),
        ("83-chatgpt-no-children-no-current.json", {("p1", "ch2"): "u: How tall? / a: 75 cm."}),
        (
            "44-log-sorted-by-time-interleaved.csv",
            {
                ("u1", "c1"): "u: First question / a: First answer",
                ("u2", "c2"): "u: Other person / a: Other answer",
            },
        ),
        ("72-conversation-only-assistant-or-system.jsonl", {}),
        (
            "01-chatgpt-export.zip",
            {("p1", "c1"): DESK, ("p1", "c2"): "u: A vegetarian dinner for two, please. / a: Try a lentil stew."},
        ),
        ("03-wildchat-train-00000-of-00014.parquet", {("aa11", "h1"): ROSES, ("bb22", "h2"): ROSES}),
        ("06-excel-unicode-text-utf16.txt", {("u1", "c1"): DOOR}),
        ("45-mac-classic-line-ends.csv", {("u1", "c1"): DOOR}),
        ("10-one-chatgpt-conversation-pretty.json", {("p1", "c1"): DESK}),
        ("28b-sharegpt-html.json", {("p1", "h1"): "u: List two fruits / a: 1. Apple\n2. Pear & quince"}),
        ("28d-sharegpt-chinese-pairs.jsonl", {("p1", "p1"): "u: 你好 / a: 你好！"}),  # noqa: RUF001 - as it stands there
        (
            "32-openai-responses-api.jsonl",
            {("u1", None): "u: Weather? / a: [tool call: weather] / t: sunny / a: Sunny."},
        ),
        ("34-langchain-messages.jsonl", {(user, None): WEATHER for user in ("u1", "u2", "u3")}),
        ("35c-vercel-ai-sdk-uimessages.jsonl", {("u1", None): WEATHER}),
        ("49-pandas-float-ids-and-nan.jsonl", {("12345", "7"): "u: Hi / a: Hello"}),
        ("57-messages-as-json-string.jsonl", {("u1", None): "u: Hi / a: Hello"}),
        ("08c-excel-trailing-empty-rows-and-columns.csv", {("u1", "c1"): DOOR}),
        ("16-copilot-activity-history.csv", {("p1", "Desk height"): "u: How high should a desk be? / a: About 75 cm."}),
        ("33b-langfuse-traces.csv", {("u1", "s1"): WEATHER}),
        ("43-prompt-response-columns.csv", {("u1", None): "u: How high should a desk be? / a: About 75 cm."}),
        ("11-grok-prod-grok-backend.json", {("u-1", "g1"): TEA}),
        ("14-openwebui-chat-export.json", {("u-9", "ow1"): TEA}),
        ("34b-langsmith-runs.jsonl", {("u1", "t1"): WEATHER}),
        ("35-otlp-genai-spans.json", {("u1", "c1"): WEATHER}),
        ("36-oasst-trees.jsonl", {("p1", "t1"): TEA}),
        ("36b-oasst-flat.jsonl", {("u1", "t1"): TEA}),
        ("71-wrapped-in-data.json", {("u1", None): "u: Hi / a: Hello"}),
        (
            "53-surrogate-and-nul.jsonl",
            {
                ("u1", "s"): "u: cut emoji \ufffd / a: ok",
                ("u1", "n"): "u: nul \ufffd here / a: ok",
                ("u1", "g"): "u: fine / a: ok",
            },
        ),
        (
            "30-openai-refusal-content-null.jsonl",
            {("u1", None): "u: Do something bad. / a: I can't help with that. / u: Then a nice poem. / a: Roses."},
        ),
        (
            "31-openai-legacy-function-call.jsonl",
            {("u1", None): "u: Weather? / a: [tool call: weather] / t: sunny / a: Sunny."},
        ),
    ],
)
def test_what_was_said_is_kept_and_nothing_else(name: str, expected: dict[tuple[str, str | None], str]) -> None:
    assert said(name) == expected


def test_memories_of_a_chatgpt_export_are_attributes() -> None:
    assert [row.text for row in rows("25b-chatgpt-everything-no-null.json") if isinstance(row, AttributeRow)] == [
        "I am a nurse.",
        "Be brief.",
        "User is vegetarian.",
        "User owns a plant.",
    ]


def test_unknown_role_is_reported_by_its_field_and_branches_are_not_guessed() -> None:
    _conversation, odd = rows("27-chatgpt-unknown-role.json")
    assert isinstance(odd, RowError)
    assert odd.field == "mapping.a.message.author.role"
    (unsaid,) = rows("64-chatgpt-null-current-node.json")
    assert isinstance(unsaid, RowError)
    assert unsaid.field == "current_node"


def test_marks_of_the_page_are_gone() -> None:
    text = said("24-chatgpt-citation-marks.json")["p1", "ci1"]
    assert "It opens at ten." in text
    assert "On Monday it is closed." in text
    assert not any(0xE200 <= ord(character) <= 0xE2FF for character in text)
    assert "turn0search1" not in text
    assert "†source" not in text


def test_preference_pairs_are_a_prompt_with_two_responses() -> None:
    found = rows("38-anthropic-hh.jsonl")
    assert [row.text for row in found if isinstance(row, PromptRow)] == ["Which tea is mild?"]
    assert {row.arm.name or row.kind: row.text for row in found if isinstance(row, ResponseRow)} == {
        "generic": "Any.",
        "chosen": "White tea.",
    }


def attributes(name: str) -> list[tuple[str, str, str | None, float | None]]:
    return [(row.subject, row.text, row.system, row.confidence) for row in rows(name) if isinstance(row, AttributeRow)]


def test_memories_and_tables_of_attributes_are_attributes() -> None:
    assert attributes("39-mem0-get-all.json") == [
        ("u1", "Is vegetarian", "mem0", None),
        ("u1", "Lives in Oslo", "mem0", None),
    ]
    ((subject, text, _system, confidence),) = attributes("67-attributes-csv.csv")
    assert (subject, text, confidence) == ("u1", "Is vegetarian", 0.9)
