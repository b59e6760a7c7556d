"""A run sets cases aside and makes controls of them, with or without an endpoint."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations.enums import ControlKind, ResponseKind, Role
from conversations.models import Case, Comparison, Membership, Response, System
from generation.enums import FailureReason, ItemState
from generation.kinds.controls.configuration import ControlsConfiguration
from generation.kinds.controls.estimate import estimate_controls
from generation.kinds.controls.start import start_controls
from generation.kinds.responses.start import start_responses
from generation.models import ModelCall, Run, RunItem
from generation.services.runs import NothingToDo
from tests import factories
from tests.generation.provider import Reply
from tests.generation.runs import all_given, produce_all

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Boil the water. Add the salt to it. Put in what you cook. Wait for {number} minutes. Then serve it hot."


@pytest.fixture
def study(endpoint):
    study = endpoint.study
    people = [factories.subject(study) for _ in range(5)]
    for person in people:
        factories.attributes(person, 2)
    for _ in range(4):
        about = factories.prompt(study)
        for person in people:
            factories.case(person, about)
    return study


@pytest.fixture(autouse=True)
def _answers(provider):
    provider.script = lambda request, number: Reply(LONG.format(number=number))


def make(study, endpoint, configuration=None):
    run = start_controls(study=study, endpoint=endpoint, configuration=configuration, now=timezone.now())
    produce_everything(run)
    return run


def produce_everything(run: Run) -> None:
    """Items that make controls wait for those that write."""
    for _ in range(10):
        RunItem.objects.filter(run=run).update(not_before=timezone.now())
        produce_all(run)


def test_each_case_that_is_set_aside_gets_an_obvious_and_a_damaged_control(study, endpoint, provider):
    told = estimate_controls(study, endpoint, ControlsConfiguration(), limit=None)
    run = make(study, endpoint)
    assert set(run.items.values_list("state", flat=True)) == {ItemState.DONE}
    assert len(provider.requests) == told.calls == 4
    assert run.items.count() == told.items == 8
    controls = Comparison.objects.exclude(control="")
    assert Counter(controls.values_list("control", flat=True)) == {ControlKind.OBVIOUS: 4, ControlKind.DAMAGED: 4}
    aside = Case.objects.filter(for_controls=True)
    assert set(controls.values_list("case", flat=True)) == set(aside.values_list("pk", flat=True))
    generic = dict(Response.objects.filter(kind=ResponseKind.GENERIC).values_list("case", "text"))
    for control in controls.select_related("generic", "personalized"):
        assert control.personalized.text == generic[control.case_id]
        assert (control.generic.text in generic.values()) == (control.control == ControlKind.OBVIOUS)
        assert control.generic.text != control.personalized.text
        assert control.leak_reasons == []
    with pytest.raises(NothingToDo, match="every case that is set aside"):
        start_controls(study=study, endpoint=endpoint, now=timezone.now())


def test_run_of_responses_takes_up_the_generic_ones(study, endpoint, provider):
    make(study, endpoint)
    start_responses(study=study, endpoint=endpoint, configuration=all_given(), now=timezone.now())
    aside = Case.objects.filter(for_controls=True)
    assert not RunItem.objects.filter(
        run__kind="responses", response_kind=ResponseKind.GENERIC, case__in=aside
    ).exists()


def test_uploaded_generic_responses_need_no_call(study, endpoint, provider):
    uploaded = System.objects.create(study=study, name="Product")
    for number, case in enumerate(Case.objects.order_by("pk")):
        Response.objects.create(case=case, system=uploaded, kind=ResponseKind.GENERIC, text=LONG.format(number=number))
    configuration = ControlsConfiguration(generic_of=uploaded.pk)
    assert estimate_controls(study, endpoint, configuration, limit=None).calls == 0
    run = make(study, endpoint, configuration)
    assert provider.requests == []
    assert run.system == uploaded
    assert set(Comparison.objects.exclude(control="").values_list("system", flat=True)) == {uploaded.pk}
    assert Comparison.objects.exclude(control="").count() == 8


def test_controls_are_made_of_what_could_be_written(study, endpoint, provider):
    provider.script = lambda request, number: Reply(LONG.format(number=number), status=400 if number == 1 else 200)
    run = make(study, endpoint)
    failed = run.items.filter(state=ItemState.FAILED)
    assert set(failed.values_list("response_kind", "reason_code")) == {
        (ResponseKind.GENERIC, FailureReason.REFUSED),
        (ResponseKind.CONTROL, FailureReason.NOTHING_GIVEN),
    }
    assert Comparison.objects.filter(control=ControlKind.DAMAGED).count() == 3


def test_personal_control_borrows_attributes_of_another_subject(study, endpoint, provider):
    run = make(study, endpoint, ControlsConfiguration(personal=True))
    personal = Comparison.objects.filter(control=ControlKind.PERSONAL)
    assert personal.count() == 4
    assert all(control.borrowed_from_id != control.case.subject_id for control in personal.select_related("case"))
    calls = ModelCall.objects.filter(item__run=run, template="respond-personalized v1")
    assert set(calls.values_list("state", flat=True)) == {"done"}
    asked = [request["messages"][-1]["content"] for request in provider.requests]
    lent = {text for control in personal for text in control.borrowed_from.attributes.values_list("text", flat=True)}
    assert any(text in said for said in asked for text in lent)


def test_small_study_sets_nothing_aside_and_says_why(study, endpoint):
    study.subjects.first().cases.all().delete()
    with pytest.raises(NothingToDo, match="fewer than 20"):
        start_controls(study=study, endpoint=endpoint, now=timezone.now())
    assert not Run.objects.exists()
    estimate = estimate_controls(study, endpoint, ControlsConfiguration(), limit=None)
    assert estimate.items == 0
    assert "fewer than 20. Upload controls" in " ".join(estimate.left_out)


def test_nothing_is_set_aside_once_stage_3_was_opened(study, endpoint):
    factories.stage(study, 3, state="open")
    with pytest.raises(NothingToDo, match="before stage 3 was opened"):
        start_controls(study=study, endpoint=endpoint, now=timezone.now())


def test_run_is_started_from_the_page_and_the_command(study, endpoint, provider, capsys):
    user = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client = Client()
    client.force_login(user)
    url = reverse("generation:run-create", args=[study.slug, "controls"])
    refused = client.post(url, {"endpoint": endpoint.pk, "personal": "on", "generic_of": "0"})
    assert refused.context["form"].errors.keys() == {"generic_of"}
    assert client.post(url, {"endpoint": endpoint.pk}).context["estimate"].items == 8
    assert not Case.objects.filter(for_controls=True).exists()
    page = client.post(url, {"endpoint": endpoint.pk, "start": "1"}, follow=True)
    assert page.status_code == 200
    assert Run.objects.get().items.count() == 8
    call_command("make_controls", study=study.slug, endpoint=endpoint.name, estimate=True)
