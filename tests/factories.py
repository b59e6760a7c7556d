"""Plain builders for what tests stand on. Each makes one thing, with what it needs."""

import itertools
import uuid
from typing import Any

from conversations.enums import ControlKind, Origin, Policy, ResponseKind
from conversations.hashing import text_hash
from conversations.models import (
    Arm,
    Attribute,
    Case,
    Comparison,
    ComparisonAttribute,
    Conversation,
    Guidelines,
    Prompt,
    Response,
    SilentCase,
    Stage,
    Study,
    Subject,
    System,
)
from conversations.services.arms import ensure_arm
from conversations.services.controls import ControlSides, store_control
from raters.enums import RaterKind
from raters.models import Admission, Enrolment, Rater

_numbers = itertools.count(1)


def study(**values: Any) -> Study:
    """A study with its three stages, all in draft."""
    made: Study = Study.objects.create(**{"slug": f"study-{uuid.uuid4().hex[:10]}", "title": "A study"} | values)
    for number in (1, 2, 3):
        stage = Stage.objects.create(study=made, number=number)
        Guidelines.objects.create(stage=stage, version=1, text="Judge **what is written**.")
    return made


def stage(of: Study, number: int, **values: Any) -> Stage:
    """The study's stage, changed."""
    Stage.objects.filter(study=of, number=number).update(**values)
    return Stage.objects.select_related("study").get(study=of, number=number)


def system(of: Study, name: str = "assistant") -> System:
    return System.objects.get_or_create(study=of, name=name)[0]


def subject(of: Study, **values: Any) -> Subject:
    number = next(_numbers)
    defaults = {"external_id": f"subject-{number}", "number": number, "origin": Origin.ILLUSTRATIVE}
    return Subject.objects.create(study=of, **defaults | values)


def conversation(of: Subject, text: str = "I always weigh my flour.") -> Conversation:
    turns = [{"role": "user", "content": text}, {"role": "assistant", "content": "Noted."}]
    return Conversation.objects.create(
        subject=of,
        content_hash=uuid.uuid4().hex,
        turns=turns,
        turn_count=2,
        character_count=sum(len(turn["content"]) for turn in turns),
        title=text[:40],
    )


def attributes(of: Subject, count: int = 3, **values: Any) -> list[Attribute]:
    made_by = values.pop("system", None) or system(of.study)
    texts = [f"Statement {number}" for number in itertools.islice(_numbers, count)]
    rows = [Attribute(subject=of, system=made_by, text=text, content_hash=text_hash(text), **values) for text in texts]
    return Attribute.objects.bulk_create(rows)


def prompt(of: Study, **values: Any) -> Prompt:
    number = next(_numbers)
    defaults = {"external_id": f"prompt-{number}", "text": f"Plan my breakfast ({number})."}
    return Prompt.objects.create(study=of, **defaults | values)


def case(of: Subject, about: Prompt | None = None) -> Case:
    return Case.objects.create(subject=of, prompt=about or prompt(of.study))


def arm(of: System, name: str = "", policy: Policy = Policy.UNSTATED, **values: Any) -> Arm:
    return ensure_arm(system=of, name=name, policy=policy, **values)


def comparison(of: Case, given: list[Attribute], *, by: System | None = None, **values: Any) -> Comparison:
    """Of the system's unnamed arm, or another; arms of one system share the generic response to a case."""
    made_by = by or system(of.subject.study)
    its_arm = values.pop("arm", None) or arm(made_by)
    generic, _ = Response.objects.get_or_create(
        case=of, system=made_by, kind=ResponseKind.GENERIC, attempt=1, defaults={"text": "Bread and jam."}
    )
    text = values.pop("text", f"Weigh {50 + generic.comparisons_as_generic.count()} g of oats.")
    personalized = Response.objects.create(
        case=of, system=made_by, kind=ResponseKind.PERSONALIZED, arm=its_arm, text=text
    )
    made: Comparison = Comparison.objects.create(
        case=of, system=made_by, arm=its_arm, generic=generic, personalized=personalized, **values
    )
    ComparisonAttribute.objects.bulk_create(ComparisonAttribute(comparison=made, attribute=item) for item in given)
    return made


def two_arms(
    of: Case, given: list[Attribute], *, by: System | None = None, policies: tuple[str, str] = ("own", "relevant")
) -> tuple[Comparison, Comparison]:
    """A comparison of each of two arms of one system, by policy, which share the generic response."""
    made_by = by or system(of.subject.study)
    first, second = (comparison(of, given, by=made_by, arm=arm(made_by, policy=Policy(name))) for name in policies)
    return first, second


def silent_case(of: Case, its_arm: Arm) -> SilentCase:
    """The arm left the response to the case as it was: a tie that nobody is asked about."""
    return SilentCase.objects.create(arm=its_arm, case=of)


def control(of: Case, kind: ControlKind = ControlKind.OBVIOUS, **values: Any) -> Comparison:
    """A pair with a known answer. Its page is made by ``build_control_tasks`` (or by opening the stage)."""
    sides = ControlSides(kind, right="Bread and jam, and tea.", wrong="Pack your bag the night before.", **values)
    return store_control(case=of, system=system(of.subject.study), sides=sides)


def rater(of: Study, *, kind: RaterKind = RaterKind.HUMAN, **values: Any) -> Rater:
    """A rater who is enrolled in the study and admitted to its stages."""
    number = next(_numbers)
    made: Rater = Rater.objects.create(**{"kind": kind, "name": f"Rater {number}"} | values)
    # Far from the numbers that the product gives to who arrives by a link.
    enrolment = Enrolment.objects.create(rater=made, study=of, number=100_000 + number)
    Admission.objects.bulk_create(Admission(enrolment=enrolment, stage=stage) for stage in of.stages.all())
    return made


def material(of: Study, *, subjects: int = 2, attributes_each: int = 3, prompts: int = 1) -> list[Subject]:
    """Subjects with a conversation, attributes and, for each prompt, a case with a comparison given two of them."""
    asked = [prompt(of) for _ in range(prompts)]
    made = [subject(of) for _ in range(subjects)]
    for person in made:
        conversation(person)
        known = attributes(person, attributes_each)
        for about in asked:
            comparison(case(person, about), known[:2])
    return made
