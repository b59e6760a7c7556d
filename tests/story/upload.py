"""What the whole story uploads, a typo among it."""

from typing import Any

BATCH: list[dict[str, Any]] = [
    {"kind": "subject", "subject": "ana", "origin": "illustrative"},
    {
        "kind": "conversation",
        "subject": "ana",
        "conversation": "c1",
        "turns": [
            {"role": "user", "content": "I ride my bicycle to the bakery where I work. Which lamp is bright?"},
            {"role": "assistant", "content": "Any lamp of 50 lux or more."},
        ],
    },
    {
        "kind": "conversation",
        "subject": "bo",
        "conversation": "c2",
        "turns": [
            {"role": "user", "content": "I grow tomatoes on my balcony."},
            {"role": "assistant", "content": "Nice."},
        ],
    },
    {
        "kind": "attribute",
        "subject": "ana",
        "id": "a1",
        "attribute": "Works in a bakery",
        "reason": "Says so.",
        "evidence": [{"conversation": "c1", "turn": 0, "quote": "the bakery where I work"}],
    },
    {"kind": "attribute", "subject": "ana", "id": "a2", "attribute": "Rides a bicycle", "evidence": []},
    {"kind": "prompt", "prompt": "p1", "text": "Name a good breakfast."},
    {"kind": "prompt", "prompt": "p2", "text": "Name a warm jacket."},
    {"kind": "case", "subject": "ana", "prompt": "p1"},
    {"kind": "case", "subject": "ana", "prompt": "p2"},
    {"kind": "response", "system": "ours", "subject": "ana", "prompt": "p1", "response": "generic", "text": "Oats."},
    {
        "kind": "response",
        "system": "ours",
        "subject": "ana",
        "prompt": "p1",
        "response": "personalized",
        "text": "A roll from work.",
        "attributes": [{"attribute": "a1", "given": True}],
    },
    {"kind": "attribute", "subject": "nobody knows", "attribut": "a typo that must be reported"},
]
