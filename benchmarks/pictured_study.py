"""A made-up study for the pictures of the documentation: one system under three policies, controls, and raters played by chance.

Texts are those of ``demo/``. That the conversations are real is made up too, or there would be no verdict to show; the title says so.
What people reject of the attributes costs the arm ``own`` its effect, so that extraction is what breaks. One rater does not read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from conversations.enums import ControlKind, Policy
from conversations.models import Attribute, Case, Response, Stage, Study
from conversations.services.controls import ControlSides, store_control
from generation.models import Endpoint
from judgments.enums import TaskKind
from judgments.models import Assignment, Judgment, Task
from judgments.work.opening import open_stage
from raters.models import Rater
from tests import factories
from tests.judgments.rated import NOW

DEMO = Path(__file__).resolve().parents[1] / "demo"
TITLE = "Three policies of one memory (made-up study, simulated raters)"
SUBJECTS, PROMPTS, EACH, RATERS, K = 30, 12, 4, 12, 3
CONTROLS = 18
EFFECTS = {Policy.OWN: 0.05, Policy.ACCEPTED: 0.6, Policy.RELEVANT: 0.68}  # points
SPREAD = {"subject": 0.25, "prompt": 0.1, "rater": 0.1, "rating": 0.7}
SILENT = 0.08  # of the cases of ``accepted``
REJECTED = 0.35  # of the attributes
CARELESS = 3  # the rater who does not read


@dataclass(frozen=True, slots=True)
class Cast:
    study: Study
    raters: list[Rater]
    chance: np.random.Generator


def made_up_study() -> Study:
    study = factories.study(title=TITLE, slug="three-policies", seed=7)
    cast = Cast(study, [factories.rater(study) for _rater in range(RATERS)], np.random.default_rng(7))
    for number, rater in enumerate(cast.raters, start=1):
        rater.enrolments.filter(study=study).update(number=number)
    cases = _material(study)
    for case in cases:
        _compare(case, cast)
    _plant(study)
    for number in (1, 3):
        open_stage(stage=factories.stage(study, number, k=K), actor=None, now=NOW)
    _judge_attributes(cast)
    _judge_responses(cast)
    study.stages.exclude(number=2).update(state="closed")
    return study


def study_before_its_ladder() -> Study:
    """Attributes are judged, and there is a system to ask; nothing of the ladder is made yet."""
    study = factories.study(title="Before the ladder (made-up study)", slug="before-the-ladder", seed=7)
    cast = Cast(study, [factories.rater(study) for _rater in range(K)], np.random.default_rng(7))
    _material(study)
    Endpoint.objects.create(
        study=study,
        name="memory",
        base_url="https://models.invalid/v1",
        model="memory-1",
        input_price=1,
        output_price=2,
    )
    open_stage(stage=factories.stage(study, 1, k=K), actor=None, now=NOW)
    _judge_attributes(cast)
    study.stages.filter(number=1).update(state="closed")
    return study


def _texts(name: str, field: str) -> list[str]:
    rows = [json.loads(line) for line in (DEMO / name).read_text("utf-8").splitlines()]
    return [row[field] for row in rows if field in row]


def _material(study: Study) -> list[Case]:
    statements, asked = _texts("2-attributes.jsonl", "attribute"), _texts("3-prompts.jsonl", "text")
    prompts = [factories.prompt(study, text=asked[place % len(asked)]) for place in range(PROMPTS)]
    cases = []
    for place in range(SUBJECTS):
        subject = factories.subject(study, origin="real")
        for said in ("Measurements in cm please.", "I leave at six and cook late."):
            factories.conversation(subject, said)
        factories.attributes(subject, 5)
        for step, attribute in enumerate(subject.attributes.order_by("id")):
            text = statements[(5 * place + step) % len(statements)]
            Attribute.objects.filter(pk=attribute.pk).update(text=text)
        cases += [factories.case(subject, prompts[(place + 3 * step) % PROMPTS]) for step in range(EACH)]
    return cases


def _compare(case: Case, cast: Cast) -> None:
    """All three arms share the generic response; now and then ``accepted`` has nothing to give."""
    system, given = factories.system(case.subject.study, "memory"), list(case.subject.attributes.all()[:2])
    for policy in EFFECTS:
        arm = factories.arm(system, policy=policy)
        if policy == Policy.ACCEPTED and cast.chance.random() < SILENT:
            factories.silent_case(case, arm)
            continue
        made = factories.comparison(case, given, by=system, arm=arm)
        tokens, latency = (40 + 12 * len(given), 120), 900 + 60 * len(policy)
        Response.objects.filter(pk=made.personalized_id).update(
            input_tokens=tokens[0], output_tokens=tokens[1], latency_ms=latency, cost="0.0021"
        )
        Response.objects.filter(pk=made.generic_id).update(
            input_tokens=40, output_tokens=110, latency_ms=880, cost="0.0016"
        )


def _plant(study: Study) -> None:
    texts = _texts("4-responses.jsonl", "text")
    subjects, asked = list(study.subjects.order_by("id"))[:CONTROLS], _texts("3-prompts.jsonl", "text")
    for place, subject in enumerate(subjects):
        kind = (ControlKind.OBVIOUS, ControlKind.DAMAGED)[place % 2]
        right = texts[place % len(texts)]
        wrong = texts[(place + 5) % len(texts)] if kind == ControlKind.OBVIOUS else right[: 2 * len(right) // 3]
        sides = ControlSides(kind, right=right, wrong=wrong)
        prompt = factories.prompt(study, text=asked[place % len(asked)])
        store_control(case=factories.case(subject, prompt), system=factories.system(study, "memory"), sides=sides)


def _judge_attributes(cast: Cast) -> None:
    for task in Task.objects.filter(stage__study=cast.study, stage__number=1).order_by("id"):
        wrong = {unit.pk: cast.chance.random() < REJECTED for unit in task.units.all()}
        for rater in cast.chance.permutation(len(cast.raters))[:K]:
            labels = {unit: 3 if is_wrong != (cast.chance.random() < 0.08) else 1 for unit, is_wrong in wrong.items()}
            _give(cast, task, int(rater), labels)


def _judge_responses(cast: Cast) -> None:
    stage = Stage.objects.get(study=cast.study, number=3)
    lean = {
        "subject": dict(zip(cast.study.subjects.values_list("id", flat=True), _drawn(cast, "subject"), strict=True)),
        "prompt": dict(zip(cast.study.prompts.values_list("id", flat=True), _drawn(cast, "prompt"), strict=True)),
    }
    of_rater = _drawn(cast, "rater")
    for case, tasks in _by_case(cast.study):
        raters = cast.chance.permutation(RATERS)
        adds = lean["subject"][case.subject_id] + lean["prompt"][case.prompt_id]
        for place, (policy, task) in enumerate(tasks):
            for rater in raters[K * place : K * (place + 1)]:
                middle = 3 + EFFECTS[policy] + adds + of_rater[rater]
                _rate(cast, task, int(rater), 3.0 if rater == CARELESS else middle)
    for task in Task.objects.filter(stage=stage, kind=TaskKind.CONTROL).order_by("id"):
        for rater in range(RATERS):
            if cast.chance.random() < 0.7:
                _rate(cast, task, rater, 3.0 if rater == CARELESS else 4.6)


def _drawn(cast: Cast, name: str) -> np.ndarray:
    sizes = {"subject": SUBJECTS, "prompt": PROMPTS + CONTROLS, "rater": RATERS}
    return cast.chance.normal(0, SPREAD[name], sizes[name])


def _by_case(study: Study) -> Iterator[tuple[Case, list[tuple[Policy, Task]]]]:
    for case in Case.objects.filter(subject__study=study, for_controls=False).order_by("id"):
        pairs = case.comparisons.order_by("id").values_list("arm__policy", "tasks__id")
        yield case, [(Policy(policy), Task.objects.get(pk=task_id)) for policy, task_id in pairs]


def _rate(cast: Cast, task: Task, rater: int, middle: float) -> None:
    drawn = middle + cast.chance.normal(0, SPREAD["rating"], task.units.count())
    labels = np.clip(np.rint(drawn), 1, 5).astype(int).tolist()
    _give(cast, task, rater, dict(zip(task.units.values_list("id", flat=True), labels, strict=True)))


def _give(cast: Cast, task: Task, rater: int, labels: dict[int, int]) -> None:
    number = Stage.objects.get(pk=task.stage_id).number
    active_ms = int(cast.chance.integers(25_000, 90_000))
    page = Assignment.objects.create(
        task=task,
        stage_id=task.stage_id,
        rater=cast.raters[rater],
        conflict_key=task.conflict_key,
        personalized_left=bool(cast.chance.integers(2)) if number == 3 else None,
        started_at=NOW,
        submitted_at=NOW + timedelta(milliseconds=active_ms),
        active_ms=active_ms,
        outcome="submitted",
        revision=1,
    )
    Judgment.objects.bulk_create(
        Judgment(
            unit_id=unit,
            rater=cast.raters[rater],
            assignment=page,
            stage_number=number,
            label=label,
            submitted_at=NOW,
            revision=1,
        )
        for unit, label in labels.items()
    )
