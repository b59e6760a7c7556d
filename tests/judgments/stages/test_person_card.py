"""What a person card says: what humans accepted, frozen, the same for every comparison of a case."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from conversations.enums import CardBasis
from conversations.models import Attribute, Case, Stage, Study, Subject
from judgments.enums import ExtractionLabel
from judgments.models import Judgment, PersonCard, Unit
from judgments.oversight.adjudicating import adjudicate
from judgments.stages.person_card import card_of, freeze_cards
from judgments.stages.rules import facts_of
from judgments.work.opening import OwnerChangesRules, extend_open_stages, open_stage, update_stage
from tests import factories
from tests.judgments.special_pages import set_stage

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCEPT, UNSURE, REJECT = ExtractionLabel.ACCEPT, ExtractionLabel.UNSURE, ExtractionLabel.REJECT


@pytest.fixture
def study() -> Study:
    """One subject with four attributes and two cases."""
    made = factories.study()
    factories.material(made, subjects=1, attributes_each=4, prompts=2)
    return made


def judged(study: Study, *labels: int | None) -> list[Attribute]:
    """The subject's attributes, labelled alike by three raters; None: by nobody."""
    first = factories.stage(study, 1)
    open_stage(stage=first, actor=None, now=NOW)
    attributes = list(Attribute.objects.filter(subject__study=study).order_by("pk"))
    raters = [factories.rater(study) for _ in range(3)]
    for attribute, label in zip(attributes, labels, strict=True):
        unit = Unit.objects.get(attribute=attribute, task__stage=first)
        if label is None:
            continue
        for rater in raters:
            Judgment.objects.create(unit=unit, rater=rater, stage_number=1, label=label, submitted_at=NOW)
    return attributes


def opened(study: Study) -> Stage:
    stage = factories.stage(study, 3)
    open_stage(stage=stage, actor=None, now=NOW)
    return factories.stage(study, 3)


def said(stage: Stage, case: Case | None = None) -> list[str]:
    of = case or Case.objects.filter(subject__study=stage.study_id).order_by("pk")[0]
    return [attribute.text for attribute in card_of(of, stage).entries]


def test_card_says_what_humans_accepted_and_what_an_adjudicator_did(study):
    attributes = judged(study, ACCEPT, UNSURE, REJECT, None)
    rejected = Unit.objects.get(attribute=attributes[2], task__stage__number=1)
    adjudicate(unit=rejected, label=ACCEPT, note="", actor=User.objects.create_user("owner"), now=NOW)
    stage = opened(study)
    assert sorted(said(stage)) == sorted([attributes[0].text, attributes[2].text])
    assert (stage.card_basis, facts_of(stage)["person_card"]) == (CardBasis.ACCEPTED, "accepted")


def test_card_of_who_has_nothing_accepted_is_empty_and_stays_so(study):
    """It says so in words; what nobody checked does not come in for it."""
    judged(study, REJECT, REJECT, UNSURE, None)
    assert said(opened(study)) == []


def test_card_holds_everything_where_stage_1_was_not_judged(study):
    stage = opened(study)
    assert len(said(stage)) == 4
    assert (stage.card_basis, facts_of(stage)["person_card"]) == (CardBasis.UNCHECKED, "unchecked")


def test_card_is_frozen_when_the_stage_opens(study):
    attributes = judged(study, ACCEPT, REJECT, REJECT, None)
    before = said(factories.stage(study, 3))
    stage = opened(study)
    assert said(stage) == before == [attributes[0].text]
    Judgment.objects.update(label=ACCEPT)
    factories.attributes(attributes[0].subject, 2)
    extend_open_stages(now=NOW + timedelta(hours=1))
    assert said(stage) == before
    Attribute.objects.filter(pk=attributes[0].pk).update(withdrawn_at=NOW)
    assert said(stage) == []


def test_later_attribute_changes_no_card_that_raters_may_have_seen(study):
    stage = opened(study)
    factories.attributes(Subject.objects.get(study=study), 2, system=factories.system(study, "another"))
    extend_open_stages(now=NOW)
    assert len(said(stage)) == 4


def test_subject_that_comes_later_gets_a_card_of_its_own(study):
    stage = opened(study)
    (later,) = factories.material(study, subjects=1, attributes_each=2)
    extend_open_stages(now=NOW + timedelta(hours=1))
    assert len(said(stage, later.cases.get())) == 2
    assert PersonCard.objects.filter(stage=stage).count() == 2


def test_same_text_of_two_systems_stands_once(study):
    subject = Subject.objects.get(study=study)
    copied = Attribute.objects.filter(subject=subject).order_by("pk")[0]
    other = factories.system(study, "another")
    copy = Attribute.objects.create(subject=subject, system=other, text=copied.text, content_hash=copied.content_hash)
    stage = opened(study)
    assert said(stage).count(copied.text) == 1
    card = card_of(subject.cases.all()[0], stage)
    assert card.says(copied)
    assert card.says(copy)


def test_order_is_the_cases_own_and_not_that_of_systems(study):
    """Drawn by the study, the case and the text: the same whichever system's copy is read first."""
    subject = Subject.objects.get(study=study)
    factories.attributes(subject, 8)
    stage = opened(study)
    one, other = subject.cases.order_by("pk")
    first = said(stage, one)
    assert sorted(first) == sorted(said(stage, other))
    assert first != said(stage, other)
    assert first != [attribute.text for attribute in subject.attributes.order_by("pk")]
    moved = subject.attributes.order_by("pk").first()
    moved.delete()
    moved.pk = None
    moved.save()
    PersonCard.objects.all().delete()
    freeze_cards(stage, now=NOW)
    assert said(stage, one) == first


def test_only_the_owner_switches_the_card_once_the_stage_was_opened(study):
    stage = factories.stage(study, 3, person_card=False)
    admin = User.objects.create_user("admin")
    update_stage(stage=stage, actor=admin, person_card=True)
    update_stage(stage=stage, actor=admin, person_card=False)
    stage = opened(study)
    assert (facts_of(stage)["person_card"], PersonCard.objects.count()) == ("none", 0)
    with pytest.raises(OwnerChangesRules):
        update_stage(stage=stage, actor=admin, person_card=True)
    update_stage(stage=stage, actor=None, person_card=True)
    stage = set_stage(stage)
    assert facts_of(stage)["person_card"] == "unchecked"
    assert len(said(stage)) == 4
