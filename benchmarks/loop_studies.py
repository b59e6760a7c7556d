"""Studies of any size for benchmarks/rater_loop.py: material by SQL, tasks by the product's own services.

Stage 3 has a person card of six statements, three arms of one system on each case, and 20 controls.
"""

import uuid
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from benchmarks import loop_material
from benchmarks.loop_history import judge_first_tasks
from benchmarks.loop_rows import insert, run, table_of
from conversations.enums import ControlKind, Origin, Policy, ResponseKind
from conversations.models import (
    Attribute,
    Case,
    Comparison,
    ComparisonAttribute,
    ConsentText,
    Conversation,
    Prompt,
    Response,
    Stage,
    Study,
    Subject,
    System,
)
from conversations.services.arms import ensure_arm
from conversations.services.controls import ControlSides, store_control
from conversations.services.studies import create_study
from judgments.work.opening import extend_open_stages, open_stage

K = 3
ARMS = (Policy.OWN, Policy.ACCEPTED, Policy.ALL)
CONTROLS = 20
CASES_OF_SUBJECT = 40
KEPT_FROM = 20_000  # a study with so many tasks is used again, by new raters
_HASH = "encode(sha256(convert_to({}, 'UTF8')), 'hex')"
_STATEMENT = "said.body || ' (' || subject.number || ')'"


@dataclass(frozen=True, slots=True)
class Wanted:
    """``units`` are attributes on a page; stage 3 asks its overall question beside them. ``judged``: k times already."""

    stage: int
    tasks: int
    units: int
    judged: int = 0

    @property
    def slug(self) -> str:
        name = f"loop-{self.stage}-{self.tasks}-{self.units}-{self.judged}"
        return name if self.tasks >= KEPT_FROM else f"{name}-{uuid.uuid4().hex[:8]}"

    def __str__(self) -> str:
        done = f", {self.judged:,} of them judged {K} times" if self.judged else ""
        return f"stage {self.stage}, {self.tasks:,} tasks of {self.units or 'no'} attributes{done}"


def stage_of(wanted: Wanted) -> Stage:
    """An open stage with all its tasks. A big one that is there is taken again."""
    found = Stage.objects.select_related("study").filter(study__slug=(slug := wanted.slug), number=wanted.stage).first()
    if found is None:
        study = create_study(user=owner(), title=f"Loop: {wanted}", slug=slug, k=K)
        ConsentText.objects.create(study=study, version=1, text="You judge texts. You may stop at any time.")
        found = study.stages.get(number=wanted.stage)
        _fill(study, wanted)
        run("ANALYZE")
        open_stage(stage=found, actor=None, now=timezone.now())
        extend_open_stages(now=timezone.now(), study=study)
        if wanted.judged:
            judge_first_tasks(found, wanted.judged)
        run("ANALYZE")
    return found


def owner() -> User:
    return User.objects.get_or_create(username="loop-owner", defaults={"is_superuser": True})[0]


def _fill(study: Study, wanted: Wanted) -> None:
    system = System.objects.create(study=study, name="assistant")
    cases = {1: 0, 2: wanted.tasks, 3: -(-wanted.tasks // len(ARMS)) + CONTROLS}[wanted.stage]
    subjects = wanted.tasks if wanted.stage == 1 else -(-cases // CASES_OF_SUBJECT) + 1
    _subjects(study, subjects)
    if wanted.stage == 1:
        _conversations(study)
    _attributes(study, system, (wanted.units or 1) if wanted.stage < 3 else len(loop_material.STATEMENTS))
    if cases:
        _cases(study, cases, subjects)
    if wanted.stage == 3:
        _comparisons(study, system, wanted)
        _controls(study, system)


def _subjects(study: Study, count: int) -> None:
    insert(
        Subject,
        "generate_series(1, %(count)s) AS n",
        {"count": count},
        study_id=str(study.pk),
        external_id="'s' || n",
        number="n",
        origin=f"'{Origin.SYNTHETIC.value}'",
    )


def _conversations(study: Study) -> None:
    """One of each subject, in which they say every statement; the mark stands behind it, so that places stay."""
    own = " ".join(loop_material.said(statement) for statement in loop_material.STATEMENTS)
    insert(
        Conversation,
        f"conversations_subject subject WHERE subject.study_id = {study.pk}",
        {"own": own, "answer": loop_material.responses("generic")[0]},
        subject_id="subject.id",
        content_hash=_HASH.format("subject.id::text"),
        turns="""jsonb_build_array(
            jsonb_build_object('role', 'user', 'content', %(own)s || ' ' || subject.number),
            jsonb_build_object('role', 'assistant', 'content', replace(%(answer)s, '{mark}', subject.number::text)))""",
        turn_count="2",
        character_count="length(%(own)s) + length(%(answer)s)",
        title="left(%(own)s, 80)",
    )


def _attributes(study: Study, system: System, count: int) -> None:
    table_of("said", list(loop_material.STATEMENTS[:count]))
    table_of("quoted", [loop_material.said(statement) for statement in loop_material.STATEMENTS[:count]])
    insert(
        Attribute,
        f"""conversations_subject subject CROSS JOIN said JOIN quoted USING (i)
        LEFT JOIN conversations_conversation talk ON talk.subject_id = subject.id
        CROSS JOIN LATERAL (SELECT strpos(talk.turns->0->>'content', quoted.body) - 1 AS start) AS place
        WHERE subject.study_id = {study.pk}""",
        subject_id="subject.id",
        system_id=str(system.pk),
        text=_STATEMENT,
        content_hash=_HASH.format(_STATEMENT),
        reason="'The person says so.'",
        confidence="0.9",
        evidence="""CASE WHEN talk.id IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object(
            'conversation', talk.id, 'turn', 0, 'quote', quoted.body, 'start', place.start,
            'end', place.start + length(quoted.body), 'state', 'exact')) END""",
    )


def _cases(study: Study, count: int, subjects: int) -> None:
    table_of("asked", loop_material.prompts())
    insert(
        Prompt,
        "generate_series(1, %(count)s) AS n JOIN asked ON asked.i = n %% (SELECT count(*) FROM asked)",
        {"count": count},
        study_id=str(study.pk),
        external_id="'p' || n",
        text="replace(asked.body, '{mark}', n::text)",
        content_hash=_HASH.format("n::text"),
    )
    insert(
        Case,
        f"""conversations_prompt prompt JOIN conversations_subject subject
        ON subject.study_id = prompt.study_id AND subject.number = 1 + substr(prompt.external_id, 2)::int %% {subjects}
        WHERE prompt.study_id = {study.pk}""",
        subject_id="subject.id",
        prompt_id="prompt.id",
    )


def _comparisons(study: Study, system: System, wanted: Wanted) -> None:
    """A generic response of each case, and a personalized one of each arm."""
    run("DROP TABLE IF EXISTS compared")
    run(
        f"""CREATE TEMPORARY TABLE compared AS SELECT pair.id, row_number() OVER (ORDER BY pair.id) AS n
        FROM conversations_case pair JOIN conversations_prompt prompt ON prompt.id = pair.prompt_id
        WHERE prompt.study_id = {study.pk} ORDER BY pair.id LIMIT {-(-wanted.tasks // len(ARMS))}"""  # noqa: S608 - numbers of our own
    )
    table_of("written", loop_material.responses("generic"))
    _responses(system, ResponseKind.GENERIC, "NULL::bigint", "g", shift=0)
    for number, policy in enumerate(ARMS):
        arm = ensure_arm(system=system, policy=policy)
        table_of("written", loop_material.responses(policy))
        _responses(system, ResponseKind.PERSONALIZED, str(arm.pk), policy[0], shift=number)
        insert(
            Comparison,
            f"""compared
            JOIN conversations_response generic ON generic.case_id = compared.id AND generic.arm_id IS NULL
            JOIN conversations_response personalized ON personalized.case_id = compared.id AND personalized.arm_id = {arm.pk}
            WHERE (compared.n - 1) * {len(ARMS)} + {number} < {wanted.tasks}""",
            case_id="compared.id",
            system_id=str(system.pk),
            arm_id=str(arm.pk),
            generic_id="generic.id",
            personalized_id="personalized.id",
        )
    _given(system, wanted.units)


def _responses(system: System, kind: ResponseKind, arm: str, mark: str, *, shift: int) -> None:
    insert(
        Response,
        f"compared JOIN written ON written.i = (compared.n + {shift}) %% (SELECT count(*) FROM written)",  # noqa: S608 - a number of our own
        system_id=str(system.pk),
        case_id="compared.id",
        kind=f"'{kind.value}'",
        arm_id=arm,
        text=f"replace(written.body, '{{mark}}', '{mark}' || compared.n)",
    )


def _given(system: System, units: int) -> None:
    if units:
        insert(
            ComparisonAttribute,
            f"""conversations_comparison comparison JOIN conversations_case pair ON pair.id = comparison.case_id
            CROSS JOIN LATERAL (SELECT id FROM conversations_attribute attribute
                WHERE attribute.subject_id = pair.subject_id ORDER BY id LIMIT {units}) AS known
            WHERE comparison.system_id = {system.pk}""",  # noqa: S608 - numbers of our own
            comparison_id="comparison.id",
            attribute_id="known.id",
        )


def _controls(study: Study, system: System) -> None:
    """Of the cases that no arm answered; one side is damaged or answers something else."""
    spare = Case.objects.filter(subject__study=study, comparisons__isnull=True).order_by("id")[:CONTROLS]
    right, wrong = loop_material.responses("right"), loop_material.responses("wrong")
    for number, case in enumerate(spare):
        kind = (ControlKind.OBVIOUS, ControlKind.DAMAGED)[number % 2]
        own, other = (text.replace(loop_material.MARK, f"c{number}") for text in (right[number], wrong[number]))
        store_control(case=case, system=system, sides=ControlSides(kind, right=own, wrong=other))
