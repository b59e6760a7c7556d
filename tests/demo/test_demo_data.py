"""The demo study is coherent: its ids resolve, its quotes are verbatim, and its traps are those the README lists."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

DEMO = Path(__file__).resolve().parents[2] / "demo"
ROWS: list[dict[str, Any]] = [
    json.loads(line) for path in sorted(DEMO.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()
]
TRAP = re.compile(r"^\| (a\d+) \| (.+?) \| `(\w+)` \|", re.MULTILINE)
TRAPS = {
    attribute: (text, mode) for attribute, text, mode in TRAP.findall((DEMO / "README.md").read_text(encoding="utf-8"))
}
WITHOUT_VERBATIM_EVIDENCE = {"a107", "a307"}
# Wordings that would tell a rater which response was personalized.
LEAK = re.compile(
    r"based on (your|what i know)|your (profile|preferences|attributes|history)|(you|you've) (told|mentioned)|"
    r"as you (said|prefer|know)|(since|because|given that) you\b|i (know|remember) (that )?you|personali[sz]ed",
    re.IGNORECASE,
)


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [row for row in ROWS if row["kind"] == kind]


def pairs() -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    found: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for row in of_kind("response"):
        found.setdefault((row["subject"], row["prompt"]), {})[row["response"]] = row
    return found


def test_demo_has_the_stated_number_of_rows() -> None:
    assert Counter(row["kind"] for row in ROWS) == {
        "subject": 8,
        "conversation": 30,
        "attribute": 40,
        "prompt": 10,
        "case": 30,
        "response": 24,
        "control": 4,
    }


def test_demo_subjects_are_all_illustrative() -> None:
    assert {row["origin"] for row in of_kind("subject")} == {"illustrative"}


def test_demo_ids_are_unique() -> None:
    for kind in ("subject", "conversation", "prompt"):
        names = [row[kind] for row in of_kind(kind)]
        assert len(names) == len(set(names))
    attributes = [row["id"] for row in of_kind("attribute")]
    assert len(attributes) == len(set(attributes))
    cases = [(row["subject"], row["prompt"]) for row in of_kind("case")]
    assert len(cases) == len(set(cases))


def test_demo_rows_name_known_subjects_and_prompts() -> None:
    subjects = {row["subject"] for row in of_kind("subject")}
    prompts = {row["prompt"] for row in of_kind("prompt")}
    assert {row["subject"] for row in ROWS if "subject" in row} == subjects
    assert {row["prompt"] for row in of_kind("case")} == prompts
    assert set(pairs()) <= {(row["subject"], row["prompt"]) for row in of_kind("case")}


def test_demo_conversations_alternate_from_the_subject() -> None:
    lengths = []
    for row in of_kind("conversation"):
        roles = [turn["role"] for turn in row["turns"]]
        assert roles == [("user", "assistant")[index % 2] for index in range(len(roles))]
        assert all(turn["content"].strip() for turn in row["turns"])
        lengths.append(len(roles))
    *usual, longest = sorted(lengths)
    assert longest == 40
    assert all(2 <= length <= 8 for length in usual)


def test_demo_leaves_two_subjects_to_the_extraction() -> None:
    counts = Counter(row["subject"] for row in of_kind("attribute"))
    assert set(counts) == {"s1", "s2", "s3", "s4", "s5", "s6"}
    assert all(5 <= count <= 9 for count in counts.values())


def test_demo_quotes_are_verbatim_in_the_subjects_own_turns() -> None:
    conversations = {(row["subject"], row["conversation"]): row["turns"] for row in of_kind("conversation")}
    failing = set()
    for row in of_kind("attribute"):
        assert 0 <= row["confidence"] <= 1
        turns = [
            (conversations[row["subject"], pointer["conversation"]][pointer["turn"]], pointer["quote"])
            for pointer in row["evidence"]
        ]
        if not turns or any(turn["role"] != "user" or quote not in turn["content"] for turn, quote in turns):
            failing.add(row["id"])
    assert failing == WITHOUT_VERBATIM_EVIDENCE


def test_demo_traps_cover_every_failure_mode() -> None:
    texts = {row["id"]: row["attribute"] for row in of_kind("attribute")}
    assert {attribute: text for attribute, (text, _) in TRAPS.items()} == {key: texts[key] for key in TRAPS}
    assert Counter(mode for _, mode in TRAPS.values()) == {
        "task_context_confusion": 5,
        "overgeneralization": 4,
        "missing_evidence": 4,
        "not_standalone": 3,
    }
    assert set(TRAPS) >= WITHOUT_VERBATIM_EVIDENCE


def test_demo_data_does_not_name_its_traps() -> None:
    data = "".join(path.read_text(encoding="utf-8") for path in DEMO.glob("*.jsonl")).casefold()
    for word in ("trap", "overgeneral", "missing_evidence", "task_context", "not_standalone"):
        assert word not in data


def test_demo_responses_come_in_pairs_with_the_subjects_attributes() -> None:
    owners = {row["id"]: row["subject"] for row in of_kind("attribute")}
    assert len(pairs()) == 12
    for (subject, _), pair in pairs().items():
        assert set(pair) == {"generic", "personalized"}
        assert "attributes" not in pair["generic"]
        given = [each["attribute"] for each in pair["personalized"]["attributes"]]
        assert 2 <= len(given) <= 5
        assert {owners[each] for each in given} == {subject}


def test_demo_responses_have_a_natural_length() -> None:
    assert all(80 <= len(row["text"].split()) <= 200 for row in of_kind("response"))


def test_demo_generic_texts_are_not_shared_between_cases() -> None:
    texts = [pair["generic"]["text"] for pair in pairs().values()]
    assert len(texts) == len(set(texts))


def test_demo_holds_exactly_one_leak() -> None:
    leaking = [
        (row["subject"], row["prompt"], row["response"]) for row in of_kind("response") if LEAK.search(row["text"])
    ]
    assert leaking == [("s2", "p4", "personalized")]


def test_demo_holds_exactly_one_identical_pair() -> None:
    identical = [case for case, pair in pairs().items() if pair["generic"]["text"] == pair["personalized"]["text"]]
    assert identical == [("s6", "p3")]


def test_demo_exercises_scripts_markup_and_languages() -> None:
    turns = [turn["content"] for row in of_kind("conversation") for turn in row["turns"] if turn["role"] == "user"]
    assert any("<script>alert(1)</script>" in text for text in turns)
    assert any("```python" in text for text in turns)
    assert any(re.search(r"[\u0600-\u06ff]", text) for text in turns)
    assert any(re.search(r"[\U0001f600-\U0001f64f]", text) for text in turns)
    assert {row["language"] for row in of_kind("conversation")} == {"en", "es"}


def test_demo_controls_have_cases_of_their_own_and_tell_nothing() -> None:
    controls = of_kind("control")
    assert Counter(row["control"] for row in controls) == {"obvious": 2, "damaged": 2}
    cases = {(row["subject"], row["prompt"]) for row in controls}
    assert len(cases) == 4
    assert not cases & {(row["subject"], row["prompt"]) for row in of_kind("case")}
    for row in controls:
        assert 80 <= len(row["right"].split()) <= 200
        assert not LEAK.search(row["right"] + row["wrong"])
        assert row["right"].startswith(row["wrong"]) == (row["control"] == "damaged")
