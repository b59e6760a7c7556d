"""The page of the ladder: its steps one after another, what they take, and that asking starts nothing."""

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.enums import Policy, Role, SelectionPool
from conversations.models import Attribute, Comparison, Response, SelectionRecord, SilentCase
from generation.ladder.cost import cost_of
from generation.ladder.scope import Ladder
from generation.ladder.steps import steps_of
from generation.models import Run
from judgments.enums import ExtractionLabel, RelevanceLabel
from judgments.models import Judgment, Task, Unit
from tests import factories
from tests.generation.browsing import client_of
from tests.generation.provider import ANSWER, Reply
from tests.generation.runs import add_attribute, add_case, add_subject, produce_all
from tests.generation.selecting import choosing
from tests.said import said

pytestmark = pytest.mark.django_db(transaction=True)
METRIC, NURSE = "The user prefers metric units.", "The user is a nurse."
STEPS = (
    "attributes",
    "own",
    "stage 1",
    "anew",
    "stage 2",
    "respond own",
    "respond accepted",
    "respond relevant",
    "rate",
)


@pytest.fixture
def cases(study):
    """Two subjects with two attributes and a case each."""
    found = []
    for number in (1, 2):
        subject = add_subject(study, number)
        for text in (METRIC, NURSE):
            add_attribute(subject, text)
        found.append(add_case(subject, f"How do I cook pasta for {number}?"))
    return found


@pytest.fixture
def owner(study):
    return client_of(study, Role.OWNER)


def ladder_of(study, endpoint, count=None) -> Ladder:
    return Ladder(study, endpoint, count, 10)


def states(study, endpoint) -> dict[str, str]:
    return dict(zip(STEPS, (step.state for step in steps_of(ladder_of(study, endpoint))), strict=True))


def press(client, study, endpoint, step, **more):
    """The button of a step, and what workers do then."""
    address = reverse("generation:ladder-start", args=[study.slug, step])
    answer = client.post(address, {"endpoint": endpoint.pk, "max_given": 10, **more})
    assert answer.status_code == 302
    if run := Run.objects.order_by("-pk").first():
        run.items.update(announced_at=None)  # the page told the broker, to which nobody listens here
        produce_all(run)
    return answer


def judge(study, number, case, labels) -> None:
    """By the humans of the stage, k of them."""
    stage = study.stages.get(number=number)
    target = {"subject": case.subject} if number == 1 else {"case": case}
    task = Task.objects.create(stage=stage, position=Task.objects.count() + 1, **target)
    for position, (text, label) in enumerate(labels.items()):
        attribute = Attribute.objects.get(subject=case.subject, text=text)
        unit = Unit.objects.create(task=task, position=position, attribute=attribute)
        label_by_all(study, unit, label)


def label_by_all(study, unit, label) -> None:
    for _ in range(unit.task.stage.k):
        Judgment.objects.create(
            unit=unit,
            rater=factories.rater(study),
            stage_number=unit.task.stage.number,
            label=label,
            submitted_at=timezone.now(),
        )


def test_the_ladder_is_climbed_by_its_buttons(study, endpoint, cases, owner, provider):
    waits = dict.fromkeys(("anew", "respond own", "respond accepted", "respond relevant", "rate"), "waiting")
    before = {"attributes": "done", "own": "ready", "stage 1": "ready", "stage 2": "ready"}
    assert states(study, endpoint) == before | waits
    provider.script = choosing("metric", "nurse")
    press(owner, study, endpoint, "select-all")
    assert states(study, endpoint)["own"] == "done"
    for case in cases:
        judge(study, 1, case, {METRIC: ExtractionLabel.ACCEPT, NURSE: ExtractionLabel.REJECT})
        judge(study, 2, case, {METRIC: RelevanceLabel.NO, NURSE: RelevanceLabel.NO})
    press(owner, study, endpoint, "select-accepted")
    assert SelectionRecord.objects.filter(pool=SelectionPool.ACCEPTED).count() == 2
    provider.script = lambda request, number: Reply(f"{ANSWER} {number}")
    for policy in ("own", "accepted", "relevant"):
        press(owner, study, endpoint, f"respond-{policy}")
    given = {row.arm.policy: len(row.provenance["attributes"]) for row in Response.objects.exclude(arm=None)}
    assert given == {Policy.OWN: 2, Policy.ACCEPTED: 1}
    assert SilentCase.objects.filter(arm__policy=Policy.RELEVANT).count() == 2
    assert states(study, endpoint) == dict.fromkeys(STEPS, "done") | {"rate": "begun"}
    for comparison in Comparison.objects.all():
        task = Task.objects.create(
            stage=study.stages.get(number=3), comparison=comparison, position=Task.objects.count() + 1
        )
        label_by_all(study, Unit.objects.create(task=task, position=0), 4)
    assert states(study, endpoint) == dict.fromkeys(STEPS, "done")
    page = owner.get(reverse("generation:ladder", args=[study.slug]), {"endpoint": endpoint.pk, "max_given": 10})
    assert b"All three arms are rated" in page.content
    assert b"Start for" not in page.content


def test_what_it_takes_is_what_is_missing(study, endpoint, cases, owner, provider):
    cost = cost_of(ladder_of(study, endpoint))
    stage = study.stages.get(number=3)
    assert [row.calls for row in cost.calls] == [2, 2, 2, 2, 2, 2]
    assert (cost.ratings, cost.raters, cost.units) == (2 * 3 * stage.k, 3 * stage.k, 11)
    assert cost.hours == pytest.approx(cost.ratings * 11 * stage.seconds_per_unit / 3600)
    assert cost.total_cost == sum(row.cost for row in cost.calls) > 0
    provider.script = choosing("nurse")
    press(owner, study, endpoint, "select-all")
    provider.script = lambda request, number: Reply(f"{ANSWER} {number}")
    press(owner, study, endpoint, "respond-own")
    after = cost_of(ladder_of(study, endpoint))
    assert [row.calls for row in after.calls] == [0, 2, 0, 0, 2, 2]
    assert after.units == 2


def test_some_cases_are_the_same_for_every_run_and_part_of_more(study, endpoint, cases, owner, provider):
    add_case(cases[0].subject, "What shall I read?")
    chosen = [set(ladder_of(study, endpoint, count).case_ids) for count in (1, 2, None)]
    assert [len(each) for each in chosen] == [1, 2, 3]
    assert chosen[0] < chosen[1] < chosen[2]
    provider.script = choosing("nurse")
    press(owner, study, endpoint, "select-all", cases=2)
    assert set(SelectionRecord.objects.values_list("case", flat=True)) == chosen[1]


def test_a_step_that_waits_says_for_what_and_starts_nothing(study, endpoint, cases, owner):
    address = reverse("generation:ladder", args=[study.slug])
    page = owner.get(address).content.decode()
    assert "Waits for stage 1, judged to the end: 2 cases." in page
    answer = press(owner, study, endpoint, "respond-relevant")
    assert answer.url == f"{address}?endpoint={endpoint.pk}&max_given=10"
    assert "Judge stage 2 first" in owner.get(answer.url).content.decode()
    assert not Run.objects.exists()


def test_looking_starts_nothing_and_only_managers_get_buttons(study, endpoint, cases, owner):
    address = reverse("generation:ladder", args=[study.slug])
    assert "Start for 2 cases" in said(owner.get(address))
    assert b"Start for" not in client_of(study, Role.ANALYST).get(address).content
    assert owner.get(reverse("generation:ladder-start", args=[study.slug, "select-all"])).status_code == 405
    assert owner.post(reverse("generation:ladder-start", args=[study.slug, "respond-all"])).status_code == 404
    assert not Run.objects.exists()


def test_without_cases_or_endpoints_the_page_says_what_comes_first(study, owner):
    address = reverse("generation:ladder", args=[study.slug])
    assert b"No cases yet" in owner.get(address).content
    add_case(add_subject(study))
    assert b"No endpoint yet" in owner.get(address).content


@pytest.mark.parametrize("asked", [{"endpoint": "999"}, {"cases": "0"}, {"max_given": "many"}])
def test_what_cannot_be_asked_is_said_at_its_field(study, endpoint, cases, owner, asked):
    page = owner.get(reverse("generation:ladder", args=[study.slug]), asked)
    assert page.status_code == 200
    assert b"How far it is" not in page.content
    assert b"field__error" in page.content or b"errorlist" in page.content
