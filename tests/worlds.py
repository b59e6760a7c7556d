"""Whole studies that are ready to be rated, made by the same services as the product's."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.test import Client
from django.utils import timezone

from conversations.enums import Origin, ResponseKind
from conversations.models import (
    Attribute,
    Case,
    Comparison,
    ComparisonAttribute,
    Conversation,
    Guidelines,
    Prompt,
    Response,
    Stage,
    Study,
    Subject,
    System,
)
from conversations.services.arms import ensure_arm
from judgments.models import Assignment
from judgments.work.opening import open_stage
from raters.models import EntryLink
from tests.rows import made_once

SAID = "I always cook with weights, never with cups. My trains leave at six."
STATEMENTS = [
    ("Cooks with weights", "I always cook with weights"),
    ("Takes early trains", "leave at six"),
    ("Likes tea", None),
]


@made_once
def rateable_study(*, subjects: int = 2, prompts: int = 2, k: int = 3) -> Study:
    """All three stages are open. Each subject has three attributes, each case a comparison given two of them."""
    study = Study.objects.create(
        slug=f"study-{uuid.uuid4().hex[:8]}", title="Trains and tea", same_rater_across_stages=True
    )
    system = System.objects.create(study=study, name="assistant")
    asked = [
        Prompt.objects.create(study=study, external_id=f"p{number}", text=f"Plan my breakfast, please ({number}).")
        for number in range(prompts)
    ]
    for number in range(1, subjects + 1):
        _add_subject(study, system, number, asked)
    for stage_number in (1, 2, 3):
        stage = Stage.objects.create(study=study, number=stage_number, k=k)
        Guidelines.objects.create(stage=stage, version=1, text="Judge what is **written**.")
        open_stage(stage=stage, actor=None, now=timezone.now())
    return study


def _add_subject(study: Study, system: System, number: int, prompts: list[Prompt]) -> None:
    subject = Subject.objects.create(study=study, external_id=f"s{number}", number=number, origin=Origin.ILLUSTRATIVE)
    turns = [{"role": "user", "content": f"{SAID} ({number})"}, {"role": "assistant", "content": "**Noted.**"}]
    conversation = Conversation.objects.create(
        subject=subject,
        content_hash=f"hash-{number}",
        turns=turns,
        turn_count=2,
        character_count=sum(len(turn["content"]) for turn in turns),
        title=SAID[:40],
    )
    attributes = [_attribute(subject, system, conversation, text, quote) for text, quote in STATEMENTS]
    for prompt in prompts:
        _add_comparison(Case.objects.create(subject=subject, prompt=prompt), system, attributes[:2])


def _attribute(subject: Subject, system: System, conversation: Conversation, text: str, quote: str | None) -> Attribute:
    evidence: list[dict[str, Any]] = []
    if quote is not None:
        start = SAID.index(quote)
        evidence.append(
            {
                "conversation": conversation.pk,
                "turn": 0,
                "quote": quote,
                "start": start,
                "end": start + len(quote),
                "state": "exact",
            }
        )
    return Attribute.objects.create(
        subject=subject,
        system=system,
        text=text,
        content_hash=text,
        reason="Said so.",
        confidence=0.9,
        evidence=evidence,
    )


def _add_comparison(case: Case, system: System, attributes: list[Attribute]) -> None:
    arm = ensure_arm(system=system)
    generic, personalized = (
        Response.objects.create(
            case=case,
            system=system,
            kind=kind,
            arm=arm if kind == ResponseKind.PERSONALIZED else None,
            text=f"{words} (for request {case.pk}, by the {kind.value[0]} clock)",
        )
        for kind, words in (
            (ResponseKind.GENERIC, "Bread and jam will do."),
            (ResponseKind.PERSONALIZED, "Weigh 50 g of oats before your train."),
        )
    )
    comparison = Comparison.objects.create(
        case=case, system=system, arm=arm, generic=generic, personalized=personalized
    )
    for attribute in attributes:
        ComparisonAttribute.objects.create(comparison=comparison, attribute=attribute)


def entry_link(stage: Stage) -> EntryLink:
    return EntryLink.objects.create(stage=stage, label="test")


def submit_all(client: Client, assignment: Assignment, *, label: int = 1) -> Any:
    """Give every unit of the assignment the same label, as the page would: with a person card the overall unit first."""
    units = assignment.task.units
    first = submit_units(client, assignment, units.values_list("id", flat=True), label=label)
    if first.status_code != 200 or first.json()["outcome"]:
        return first
    others = units.exclude(attribute__isnull=True, instruction="").values_list("id", flat=True)
    return submit_units(client, assignment, others, label=label)


def submit_units(client: Client, assignment: Assignment, units: Iterable[int], *, label: int = 1) -> Any:
    body = {
        "client_id": str(uuid.uuid4()),
        "answers": [{"unit": unit_id, "label": label, "failure_mode": "", "note": ""} for unit_id in units],
        "missing_attributes": "",
        "comment": "",
        "active_ms": 1200,
    }
    stage = assignment.stage
    return client.post(
        f"/rate/{stage.study.slug}/{stage.number}/{assignment.pk}/submit/",
        json.dumps(body),
        content_type="application/json",
    )
