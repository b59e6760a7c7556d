"""What each policy gives for a case, which cases wait for another stage, and which fall silent."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations.enums import Policy, ResponseKind, Role, SelectionPool
from conversations.models import (
    Attribute,
    Case,
    Comparison,
    Membership,
    Response,
    Selection,
    SelectionRecord,
    SilentCase,
    System,
)
from generation.enums import FailureReason, ItemState
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.responses.estimate import estimate_responses
from generation.kinds.responses.given import given_by_case
from generation.kinds.responses.start import start_responses
from generation.kinds.selections.configuration import AttributesOf, SelectionsConfiguration
from generation.kinds.selections.start import start_selections
from generation.services.endpoints import ensure_system
from generation.services.runs import NothingToDo
from judgments.enums import ExtractionLabel, RelevanceLabel
from judgments.models import Judgment, Task, Unit
from raters.enums import RaterKind
from tests import factories
from tests.generation.provider import ANSWER, Reply
from tests.generation.runs import add_attribute, add_case, add_subject, all_given, produce_all

pytestmark = pytest.mark.django_db(transaction=True)
METRIC, NURSE, TEA = "The user prefers metric units.", "The user is a nurse.", "The user likes tea."


@pytest.fixture
def case(study, provider):
    provider.script = lambda request, number: Reply(f"{ANSWER} {number}")
    subject = add_subject(study)
    for confidence, text in enumerate((TEA, NURSE, METRIC), start=7):
        add_attribute(subject, text, confidence=confidence / 10)
    return add_case(subject)


def write(study, endpoint, **configuration):
    run = start_responses(study=study, endpoint=endpoint, configuration=all_given(**configuration), now=timezone.now())
    produce_all(run)
    return run


def given() -> list[str]:
    """To the newest response, in the order of the prompt."""
    response = Response.objects.filter(kind=ResponseKind.PERSONALIZED).latest("pk")
    texts = {each.pk: each.text for each in Attribute.objects.all()}
    return [texts[pk] for pk in response.provenance["attributes"]]


def speak(system: System, case, *selected: str, pool: SelectionPool = SelectionPool.ALL) -> None:
    SelectionRecord.objects.create(system=system, case=case, pool=pool)
    for attribute in case.subject.attributes.filter(text__in=selected):
        Selection.objects.create(system=system, case=case, attribute=attribute, pool=pool, selected=True)


def judge(study, number: int, labels: dict[str, int | None], **target) -> None:
    """By a panel: one label is a consensus."""
    task = Task.objects.create(stage=study.stages.get(number=number), position=Task.objects.count() + 1, **target)
    panel = factories.rater(study, kind=RaterKind.PANEL)
    for position, (text, label) in enumerate(labels.items()):
        unit = Unit.objects.create(task=task, position=position, attribute=Attribute.objects.get(text=text))
        if label is not None:
            Judgment.objects.create(
                unit=unit, rater=panel, stage_number=number, label=label, submitted_at=timezone.now()
            )


def test_each_selecting_policy_gives_what_was_selected_for_it(study, endpoint, case):
    system, product = ensure_system(endpoint=endpoint), System.objects.create(study=study, name="Product")
    speak(system, case, METRIC, TEA)
    speak(system, case, TEA, pool=SelectionPool.ACCEPTED)
    speak(product, case, NURSE)
    found = {}
    for policy, more in (("own", {}), ("accepted", {}), ("selection", {"selection_system": product.pk})):
        write(study, endpoint, policy=policy, **more)
        found[policy] = given()
    assert found == {"own": [METRIC, TEA], "accepted": [TEA], "selection": [NURSE]}


def test_relevant_is_what_people_accepted_and_found_relevant(study, endpoint, case):
    yes, no = RelevanceLabel.YES, RelevanceLabel.NO
    judge(study, 2, {METRIC: yes, NURSE: yes, TEA: no}, case=case)
    write(study, endpoint, policy="relevant")
    assert given() == [METRIC, NURSE]  # stage 1 was not judged
    judge(study, 1, {METRIC: ExtractionLabel.REJECT, NURSE: ExtractionLabel.ACCEPT}, subject=case.subject)
    write(study, endpoint, policy="relevant", max_given=2)
    assert given() == [NURSE]


def test_a_system_is_given_its_own_attributes_where_it_has_any(study, endpoint, case):
    other = add_subject(study, 2)
    add_attribute(other, "The user is a baker.")
    Attribute.objects.filter(text=NURSE).update(system=ensure_system(endpoint=endpoint))
    run = write(study, endpoint, policy="all")
    assert given() == [NURSE]
    assert not run.items.filter(case__subject=other).exists()


@pytest.mark.parametrize(
    ("policy", "first"),
    [
        ("own", "1 case for which the system has not selected yet. Run the selection first"),
        ("accepted", "Run that selection first"),
        ("relevant", "Judge stage 2 first"),
        ("selection", "Run or upload its selection first"),
    ],
)
def test_a_case_that_waits_for_another_stage_is_no_item_and_which_is_said(study, endpoint, case, policy, first):
    product = System.objects.create(study=study, name="Product")
    speak(product, case, NURSE, pool=SelectionPool.ACCEPTED)
    judge(study, 2, {METRIC: RelevanceLabel.YES, NURSE: None}, case=case)  # not to the end
    configuration = ResponsesConfiguration(policy=Policy(policy), selection_system=product.pk)
    takes = estimate_responses(study, endpoint, configuration, limit=None)
    assert (takes.items, takes.calls, len(takes.left_out)) == (0, 0, 1)
    assert first in takes.left_out[0]
    with pytest.raises(NothingToDo, match=first):
        start_responses(study=study, endpoint=endpoint, configuration=configuration, now=timezone.now())


def test_without_attributes_there_is_nothing_to_personalize_with(study, endpoint):
    add_case(add_subject(study))
    with pytest.raises(NothingToDo, match="1 case for which the subject has no attributes yet"):
        write(study, endpoint)


def test_a_run_that_selects_from_all_of_the_study_says_so_before_its_first_answer(study, endpoint, case):
    """Extraction at the same time may give the system attributes of other subjects, and takes none away from these."""
    configuration = SelectionsConfiguration(attributes_of=AttributesOf.STUDY)
    start_selections(study=study, endpoint=endpoint, configuration=configuration, now=timezone.now())
    system = ensure_system(endpoint=endpoint)
    other = add_subject(study, number=2)
    Attribute.objects.create(subject=other, system=system, text=NURSE)
    everything = given_by_case(Case.objects.filter(pk=case.pk), system, all_given())
    assert len(everything[case.pk]) == 3


def test_an_empty_selection_is_a_silent_case_and_its_item_done_without_a_call(study, endpoint, case, provider):
    speak(ensure_system(endpoint=endpoint), case)
    takes = estimate_responses(study, endpoint, ResponsesConfiguration(policy=Policy.OWN), limit=None)
    assert (takes.items, takes.calls, takes.left_out) == (1, 0, [])
    run = write(study, endpoint, policy="own")
    item = run.items.get()
    assert (item.state, item.produced, item.response_kind) == (ItemState.DONE, 0, ResponseKind.PERSONALIZED)
    silent = SilentCase.objects.get()
    assert (silent.case, silent.arm.policy, silent.arm.system) == (case, Policy.OWN, run.system)
    assert (provider.requests, Comparison.objects.count()) == ([], 0)
    with pytest.raises(NothingToDo):
        write(study, endpoint, policy="own")


def test_the_page_of_a_run_says_what_is_silent_and_what_waits(study, endpoint, case):
    speak(ensure_system(endpoint=endpoint), case)
    add_case(case.subject, "Which wine goes with it?")
    run = write(study, endpoint, policy="own")
    owner = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=owner, role=Role.OWNER)
    client = Client()
    client.force_login(owner)
    page = client.get(reverse("generation:run", args=[study.slug, run.pk])).content.decode()
    assert "1 silent case: nothing was given" in page
    assert "Nothing was given: a silent case" in page
    assert "Left out: 1 case for which the system has not selected yet. Run the selection first." in page


def test_nothing_that_people_found_relevant_is_a_silent_case(study, endpoint, case):
    judge(study, 2, {METRIC: RelevanceLabel.NO, NURSE: RelevanceLabel.NO, TEA: RelevanceLabel.NO}, case=case)
    write(study, endpoint, policy="relevant")
    assert SilentCase.objects.get().arm.policy == Policy.RELEVANT


def test_what_is_not_known_any_more_fails_with_what_has_to_come_first(study, endpoint, case):
    speak(ensure_system(endpoint=endpoint), case, METRIC)
    configuration = ResponsesConfiguration(policy=Policy.OWN)
    run = start_responses(study=study, endpoint=endpoint, configuration=configuration, now=timezone.now())
    SelectionRecord.objects.all().delete()
    Selection.objects.all().delete()
    produce_all(run)
    failed = run.items.get(state=ItemState.FAILED)
    assert (failed.response_kind, failed.reason_code) == (ResponseKind.PERSONALIZED, FailureReason.NOTHING_GIVEN)
    assert "Run the selection first" in failed.reason


def test_two_policies_of_one_endpoint_are_two_arms_that_share_the_generic_response(study, endpoint, case, provider):
    speak(ensure_system(endpoint=endpoint), case, NURSE)
    write(study, endpoint, policy="own")
    takes = estimate_responses(study, endpoint, ResponsesConfiguration(policy=Policy.ALL), limit=None)
    assert (takes.items, takes.calls) == (1, 1)
    write(study, endpoint, policy="all")
    own, everything = Comparison.objects.order_by("pk")
    assert own.generic == everything.generic
    assert own.system == everything.system
    assert [own.arm.policy, everything.arm.policy] == [Policy.OWN, Policy.ALL]
    assert len(provider.requests) == 3


def test_two_runs_at_once_write_one_generic_response(study, endpoint, case, provider):
    speak(ensure_system(endpoint=endpoint), case, NURSE)
    runs = [
        start_responses(
            study=study, endpoint=endpoint, configuration=ResponsesConfiguration(policy=policy), now=timezone.now()
        )
        for policy in (Policy.OWN, Policy.ALL)
    ]
    for run in runs:
        produce_all(run)
    assert {run.items.filter(state=ItemState.DONE).count() for run in runs} == {2}
    assert len(provider.requests) == 3
    assert len({each.generic_id for each in Comparison.objects.all()}) == 1
    assert Comparison.objects.count() == 2


def test_a_case_for_controls_gets_its_generic_response_only(study, endpoint, case):
    case.for_controls = True
    case.save()
    run = write(study, endpoint)
    assert [item.response_kind for item in run.items.all()] == [ResponseKind.GENERIC]
    assert Response.objects.get().kind == ResponseKind.GENERIC


def test_runs_of_before_are_read_by_their_own_words():
    stored = ResponsesConfiguration(policy=Policy.RELEVANT).stored()
    assert ResponsesConfiguration.of(stored | {"policy": "consensus"}).policy == Policy.RELEVANT
    assert stored["policy"] == "relevant"
