"""Units in disagreement get a label of their own; no judgment is touched."""

import re
from datetime import UTC, datetime

import pytest

from accounts.models import AuditEntry, User
from conversations.enums import Role
from conversations.models import Membership
from judgments.models import Adjudication, Consensus, Judgment, Unit
from judgments.oversight.disagreement import units_in_disagreement
from tests import factories
from tests.judgments.raters_at_work import open_for_rating, work_until_nothing_left

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def disputed(number, *labels):
    study, stage = open_for_rating(number, subjects=1)
    for label in labels:
        work_until_nothing_left(factories.rater(study), stage, NOW, label=label)
    return study, stage


def member(client, study, role):
    user = User.objects.create_user(role)
    Membership.objects.create(study=study, user=user, role=role)
    client.force_login(user)
    return user


@pytest.mark.parametrize(("number", "labels", "found"), [(1, (1, 2), True), (1, (1, 1), False), (2, (0, 1), True)])
def test_units_are_listed_when_not_unanimous(number, labels, found):
    _study, stage = disputed(number, *labels)
    assert units_in_disagreement(stage).exists() is found


def test_stage_three_needs_two_points():
    _study, stage = disputed(3, 3)
    unit_judgment = Judgment.objects.order_by("pk").first()
    other = factories.rater(stage.study)
    for label, found in ((4, False), (5, True)):
        Judgment.objects.filter(rater=other).delete()
        unit_judgment.pk, unit_judgment.rater, unit_judgment.assignment = None, other, None
        unit_judgment.label = label
        unit_judgment.save()
        assert units_in_disagreement(stage).exists() is found


@pytest.mark.parametrize(("number", "labels"), [(1, (1, 2)), (2, (0, 1))])
def test_label_overrides_the_consensus_and_can_be_withdrawn(client, number, labels):
    study, stage = disputed(number, *labels)
    member(client, study, Role.OWNER)
    unit = units_in_disagreement(stage).first()
    before = list(Judgment.objects.order_by("pk").values())
    url = f"/studies/{study.slug}/adjudication/{unit.pk}/"
    assert client.post(url, {f"unit-{unit.pk}": 1, "note": "It says so."}).status_code == 302
    told = Consensus.objects.get(unit_id=unit.pk)
    assert (told.label, told.adjudicated) == (1, True)
    client.post(f"{url}withdraw/")
    assert not Adjudication.objects.exists()
    assert list(Judgment.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.filter(action__startswith="adjudication.").count() == 2


@pytest.mark.parametrize("blind", [True, False])
def test_what_raters_said_is_told_after_the_label_or_on_demand_and_the_log_says_which(client, blind):
    study, stage = disputed(1, 1, 3)
    member(client, study, Role.OWNER)
    unit = units_in_disagreement(stage).first()
    url = f"/studies/{study.slug}/adjudication/{unit.pk}/"
    assert b"What raters said" not in client.get(url).content
    if not blind:
        assert b"What raters said" in client.post(url, {"show": "yes"}, follow=True).content
        assert b"What raters said" in client.get(url).content
    told = client.post(url, {f"unit-{unit.pk}": 2, "note": "It does not say when."}, follow=True).content
    assert b"What raters said" in told
    assert AuditEntry.objects.get(action="adjudication.decide").details["blind"] is blind


def test_who_labelled_once_is_not_blind_again_by_withdrawing(client):
    study, stage = disputed(1, 1, 3)
    member(client, study, Role.OWNER)
    unit = units_in_disagreement(stage).first()
    url = f"/studies/{study.slug}/adjudication/{unit.pk}/"
    for _time in range(2):
        client.post(url, {f"unit-{unit.pk}": 2, "note": "It does not say when."})
        client.post(f"{url}withdraw/")
    decided = AuditEntry.objects.filter(action="adjudication.decide").order_by("pk")
    assert [entry.details["blind"] for entry in decided] == [True, False]


def test_a_second_adjudicator_sees_neither_the_first_label_nor_the_condition(client):
    study, stage = disputed(3, 1, 5)
    unit = Unit.objects.filter(task__stage=stage).first()
    Judgment.objects.filter(unit=unit).update(label=1)
    Judgment.objects.filter(pk=Judgment.objects.filter(unit=unit).first().pk).update(label=5)
    url = f"/studies/{study.slug}/adjudication/{unit.pk}/"
    member(client, study, Role.OWNER)
    client.post(url, {f"unit-{unit.pk}": 5, "note": "Better."})
    second = User.objects.create_user("second")
    Membership.objects.create(study=study, user=second, role=Role.OWNER)
    client.force_login(second)
    page = client.get(url).content.decode()
    assert "Somebody has labelled it already" in page
    assert not re.search(r'value="\d"\s+checked', page)
    assert "ersonalized" not in page
    assert "Better." not in page


def test_a_label_without_its_reason_is_not_taken_and_not_forgotten(client):
    study, stage = disputed(2, 0, 1)
    member(client, study, Role.OWNER)
    unit = units_in_disagreement(stage).first()
    answer = client.post(f"/studies/{study.slug}/adjudication/{unit.pk}/", {f"unit-{unit.pk}": 1, "note": " "})
    assert "What raters said" not in (text := answer.content.decode())
    assert re.search(r'value="1"\s+checked', text)
    assert not Adjudication.objects.exists()


def test_only_owners_see_open_stages(client):
    study, stage = disputed(1, 1, 2)
    unit = units_in_disagreement(stage).first()
    member(client, study, Role.ADMIN)
    assert client.get(f"/studies/{study.slug}/adjudication/{unit.pk}/").status_code == 404


def test_stage_three_tells_the_personalized_response_only_after_a_label(client):
    study, stage = disputed(3, 1, 5)
    Judgment.objects.filter(rater=Judgment.objects.order_by("-pk").first().rater).update(label=1)
    Judgment.objects.exclude(label=1).update(label=5)
    first = Judgment.objects.order_by("pk").first()
    Judgment.objects.filter(unit=first.unit, rater=first.rater).update(label=5)
    member(client, study, Role.OWNER)
    unit = units_in_disagreement(stage).first()
    url = f"/studies/{study.slug}/adjudication/{unit.pk}/"
    assert b"ersonalized" not in client.get(url).content
    page = client.get(url).content.decode()
    client.post(url, {f"unit-{unit.pk}": 5, "note": "Better."})
    right_is_personalized = page.index("Bread and jam") < page.index("Weigh 50 g")
    assert Adjudication.objects.get().label == (5 if right_is_personalized else 1)
    assert b"is the personalized one" in client.get(url).content
