"""Small studies of every kind, with raters who have worked in them, as hypothesis draws them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from hypothesis import strategies as st

from conversations.enums import ControlKind
from conversations.models import Attribute, Comparison, Prompt, Stage, Subject
from judgments.enums import ExclusionReason, Outcome, TaskKind
from judgments.models import Assignment, Task
from judgments.rating.answering import set_aside, submit
from judgments.work import leases
from judgments.work.claiming import claim_next
from judgments.work.excluding import exclude_judgments
from judgments.work.opening import open_stage
from judgments.work.withdrawing import UPSETTING, sync_withdrawn, withdraw_tasks
from raters.enums import EnrolmentOutcome, Platform
from raters.models import Admission, Arrival, Enrolment, EntryLink, Rater
from tests import factories
from tests.judgments.raters_at_work import answers, judge
from tests.judgments.special_pages import set_stage, twin

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
RATERS = 3
LANGUAGES = [[], ["de"], ["de", "en"]]

type Act = tuple[str, int, int]  # what happens, to which rater, and a number that chooses among what it could happen to


@dataclass
class World:
    stage: Stage
    raters: list[Rater]
    now: datetime = START
    links: dict[Platform, EntryLink] = field(default_factory=dict)


def build(plan: dict[str, Any]) -> World:
    """The study as it is planned, after everything that happens in it."""
    study = factories.study(
        several_comparisons_per_case=plan["several_comparisons_per_case"],
        same_rater_across_stages=plan["same_rater_across_stages"],
    )
    subjects = factories.material(study, subjects=plan["subjects"], attributes_each=2)
    for subject in subjects:
        factories.comparison(subject.cases.get(), list(subject.attributes.all()), by=factories.system(study, "another"))
    raters = [factories.rater(study) for _ in range(RATERS)]
    if plan["number"] == 3 and plan["judged_before"]:
        first = factories.stage(study, 1)
        open_stage(stage=first, actor=None, now=START)
        for _ in range(plan["judged_before"]):
            if page := claim_next(rater=raters[0], stage=first, now=START):
                judge(page, now=START)
    layout = {"page_size": plan["page_size"], "person_card": plan["person_card"]}
    stage = factories.stage(study, plan["number"], k=plan["k"], **layout)
    _controls(subjects, raters, plan)
    open_stage(stage=stage, actor=None, now=START)
    _twins(stage, plan)
    gold, attention, repeats, controls = plan["shares"]
    stage = set_stage(
        stage,
        gold_share=gold,
        attention_share=attention,
        repeat_share=repeats,
        control_share=controls,
        **{name: plan[name] for name in plan if name.startswith(("qualification_", "tasks_per_"))},
    )
    world = World(stage, raters)
    for rater, languages, avoids, platform in zip(
        raters, plan["languages"], plan["avoids_flagged"], plan["platforms"], strict=True
    ):
        Enrolment.objects.filter(rater=rater).update(languages=languages, avoids_flagged=avoids)
        if platform is not None:
            _arrive(world, rater, platform)
    for act, who, number in plan["acts"]:
        _ACTS[act](world, raters[who], number)
        world.now += timedelta(seconds=10)
    return world


def _controls(subjects: list[Subject], raters: list[Rater], plan: dict[str, Any]) -> None:
    """On cases of their own; two of the last one, which no rater gets both of. One rater judges what is about themselves."""
    if plan["number"] != 3:
        return
    for subject, kind in zip(subjects, plan["controls"], strict=False):
        factories.control(factories.case(subject), kind, borrowed_from=_lender(subjects, kind))
    if plan["controls"]:
        factories.control(subjects[0].cases.filter(for_controls=True)[0], ControlKind.DAMAGED)
    Rater.objects.filter(pk=raters[0].pk).update(subject=subjects[0])


def _lender(subjects: list[Subject], kind: ControlKind) -> Subject | None:
    return subjects[-1] if kind == ControlKind.PERSONAL else None


def _twins(stage: Stage, plan: dict[str, Any]) -> None:
    regular = list(Task.objects.filter(stage=stage, kind=TaskKind.REGULAR).order_by("position"))
    for number, task in enumerate(regular):
        task.languages, task.flagged = plan["written"][number % 3], plan["flagged"][number % 3]
        task.save(update_fields=["languages", "flagged"])
    for task in regular[: plan["gold"]]:
        made = twin(task, TaskKind.GOLD)
        Task.objects.filter(pk=made.pk).update(languages=task.languages, flagged=task.flagged)
    for task in regular[-1:] * plan["attention"]:
        twin(task, TaskKind.ATTENTION)


def _arrive(world: World, rater: Rater, platform: Platform) -> None:
    if platform not in world.links:
        parameter = "" if platform == Platform.OPEN else "PID"
        world.links[platform] = EntryLink.objects.create(
            stage=world.stage, label=platform, platform=platform, person_parameter=parameter
        )
    Arrival.objects.create(
        enrolment=rater.enrolments.get(), stage=world.stage, entry_link=world.links[platform], arrived_at=world.now
    )


def _claim(world: World, rater: Rater, number: int) -> None:
    claim_next(rater=rater, stage=world.stage, now=world.now)


def _judge(world: World, rater: Rater, number: int) -> None:
    if page := claim_next(rater=rater, stage=world.stage, now=world.now):
        judge(page, label=number % 2 or 1, now=world.now)


def _answer_overall(world: World, rater: Rater, number: int) -> None:
    """Or the whole page, where nothing is asked first."""
    if page := claim_next(rater=rater, stage=world.stage, now=world.now):
        submit(rater=rater, assignment_id=page.pk, submission=answers(page), now=world.now)


def _set_aside(world: World, rater: Rater, number: int) -> None:
    if page := claim_next(rater=rater, stage=world.stage, now=world.now):
        set_aside(
            rater=rater,
            assignment_id=page.pk,
            act=Outcome.CANNOT_JUDGE,
            comment="",
            client_id=answers(page).client_id,
            now=world.now,
        )


def _release(world: World, rater: Rater, number: int) -> None:
    for page in Assignment.objects.filter(rater=rater, stage=world.stage, outcome=""):
        leases.free(assignment=page)


def _wait(world: World, rater: Rater, number: int) -> None:
    world.now += timedelta(minutes=31)


def _exclude(world: World, rater: Rater, number: int) -> None:
    exclude_judgments(rater=rater, stage=world.stage, reason=ExclusionReason.OTHER, actor=None, now=world.now)


def _give_back(world: World, rater: Rater, number: int) -> None:
    rater.enrolments.update(outcome=EnrolmentOutcome.RETURNED)


def _pause(world: World, rater: Rater, number: int) -> None:
    rater.enrolments.update(paused_at=world.now)


def _end_arrival(world: World, rater: Rater, number: int) -> None:
    latest = Arrival.objects.filter(enrolment__rater=rater, stage=world.stage).order_by("-arrived_at").first()
    if latest is not None:
        Arrival.objects.filter(pk=latest.pk).update(outcome=EnrolmentOutcome.COMPLETED)


def _come_again(world: World, rater: Rater, number: int) -> None:
    _arrive(world, rater, [Platform.OPEN, Platform.OTHER][number % 2])


def _qualify(world: World, rater: Rater, number: int) -> None:
    Admission.objects.filter(enrolment__rater=rater, stage=world.stage).update(qualified_at=world.now)


def _withdraw_target(world: World, rater: Rater, number: int) -> None:
    """With or without the task that follows it: the claim must not wait for that."""
    study = world.stage.study
    of_study: QuerySet[Any] = [
        Subject.objects.filter(study=study),
        Prompt.objects.filter(study=study),
        Attribute.objects.filter(subject__study=study),
        Comparison.objects.filter(case__subject__study=study),
    ][number % 4]
    for row in of_study.order_by("pk")[: 1 + number // 2]:
        row.withdrawn_at = world.now
        row.save(update_fields=["withdrawn_at"])


def _follow_targets(world: World, rater: Rater, number: int) -> None:
    sync_withdrawn(stage=world.stage, now=world.now)


def _hold(world: World, rater: Rater, number: int) -> None:
    held = Comparison.objects.filter(case__subject__study=world.stage.study).order_by("pk")[number : number + 1]
    Comparison.objects.filter(pk__in=held.values("pk")).update(leak_reasons=["name"])


def _find_upsetting(world: World, rater: Rater, number: int) -> None:
    regular = Task.objects.filter(stage=world.stage, kind=TaskKind.REGULAR).order_by("pk")[number : number + 1]
    withdraw_tasks(Task.objects.filter(pk__in=[task.pk for task in regular]), reason=UPSETTING, now=world.now)


def _retire_gold(world: World, rater: Rater, number: int) -> None:
    gold = Task.objects.filter(stage=world.stage, kind=TaskKind.GOLD, withdrawn_at__isnull=True).order_by("pk")[:1]
    Task.objects.filter(pk__in=[task.pk for task in gold]).update(withdrawn_at=world.now)


_ACTS = {
    "judge": _judge,
    "answer overall": _answer_overall,
    "claim": _claim,
    "set aside": _set_aside,
    "release": _release,
    "wait": _wait,
    "exclude": _exclude,
    "give back": _give_back,
    "pause": _pause,
    "end arrival": _end_arrival,
    "come again": _come_again,
    "qualify": _qualify,
    "withdraw target": _withdraw_target,
    "follow targets": _follow_targets,
    "hold": _hold,
    "find upsetting": _find_upsetting,
    "retire gold": _retire_gold,
}


def _acts() -> st.SearchStrategy[list[Act]]:
    often = st.sampled_from(["judge", "judge", "claim"])
    sometimes = st.sampled_from(sorted(set(_ACTS) - {"judge", "claim"}))
    one = st.tuples(often | sometimes, st.integers(0, RATERS - 1), st.integers(0, 5))
    return st.lists(one, max_size=14)


PLANS = st.fixed_dictionaries(
    {
        "number": st.sampled_from([1, 2, 3, 3]),
        "k": st.integers(1, 2),
        "page_size": st.sampled_from([1, 20, 20]),  # 1: a comparison's attributes are tasks of their own
        "person_card": st.booleans(),
        "subjects": st.integers(1, 3),
        "several_comparisons_per_case": st.booleans(),
        "same_rater_across_stages": st.booleans(),
        "judged_before": st.integers(0, 2),  # pages of stage 1, by the first rater
        "gold": st.integers(0, 2),
        "attention": st.integers(0, 1),
        "controls": st.lists(st.sampled_from(ControlKind), max_size=3),
        "shares": st.tuples(*[st.sampled_from([0, 50])] * 4),
        "qualification_tasks": st.sampled_from([0, 0, 1, 2]),
        "qualification_threshold": st.sampled_from([1, 100]),
        "tasks_per_rater": st.sampled_from([None, None, 1, 4]),
        "tasks_per_visit": st.sampled_from([None, None, 1, 3]),
        "languages": st.lists(st.sampled_from(LANGUAGES), min_size=RATERS, max_size=RATERS),
        "avoids_flagged": st.lists(st.booleans(), min_size=RATERS, max_size=RATERS),
        "platforms": st.lists(st.sampled_from([None, Platform.OPEN, Platform.OTHER]), min_size=RATERS, max_size=RATERS),
        "written": st.lists(st.sampled_from([[], ["de"], ["en"]]), min_size=3, max_size=3),
        "flagged": st.lists(st.booleans(), min_size=3, max_size=3),
        "acts": _acts(),
    }
)
