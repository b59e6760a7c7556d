"""Raters enrol in a study, consent, and are let into its stages."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from conversations.models import ConsentText, Study
from raters.enums import RaterKind
from raters.incoming import Incoming
from raters.models import Admission, Arrival, Enrolment, EntryLink, Rater
from raters.services.enrolling import (
    ConsentMissing,
    Declared,
    HasWithdrawn,
    InAnotherPanel,
    LinkClosed,
    SessionOfAnother,
    enrol,
    enrol_model,
)
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def study() -> Study:
    return factories.study()


def link_to(study: Study, number: int = 1, **values: Any) -> EntryLink:
    return EntryLink.objects.create(stage=factories.stage(study, number), label="by hand", **values)


def by_platform(study: Study, number: int = 1) -> EntryLink:
    return link_to(study, number, platform="other", person_parameter="PID", session_parameter="SID")


def come(link: EntryLink, rater: Rater | None = None, **values: Any) -> Enrolment:
    return enrol(link=link, **{"rater": rater, "consent": None, "now": NOW} | values)


def test_raters_are_numbered_in_the_order_in_which_they_come(study: Study) -> None:
    link = link_to(study)
    assert [come(link).number for _ in range(3)] == [1, 2, 3]
    assert come(link_to(factories.study())).number == 1


def test_one_rater_has_one_enrolment_and_an_admission_to_each_stage(study: Study) -> None:
    first = come(link_to(study, 1))
    again = come(link_to(study, 2), first.rater)
    assert again == first
    assert come(link_to(study, 2), first.rater) == first
    assert list(Admission.objects.order_by("stage__number").values_list("stage__number", flat=True)) == [1, 2]


def test_the_platforms_person_goes_before_who_is_known_here(study: Study) -> None:
    known, link = come(link_to(study)), by_platform(study)
    came = come(link, known.rater, incoming=Incoming("ida", "s1"))
    assert came != known
    assert (came.platform, came.external_id) == ("other", "ida")
    assert come(link, incoming=Incoming("ida", "s2")) == came


def test_who_comes_with_the_session_of_another_is_not_enrolled(study: Study) -> None:
    link = by_platform(study)
    come(link, incoming=Incoming("ida", "s1"))
    with pytest.raises(SessionOfAnother):
        come(link, incoming=Incoming("thief", "s1"))
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize("closing", [{"max_raters": 1}, {"closed_at": NOW}])
def test_a_full_or_closed_link_lets_only_those_in_who_were_in(study: Study, closing: dict[str, Any]) -> None:
    link = link_to(study)
    first = come(link)
    EntryLink.objects.update(**closing)
    link.refresh_from_db()
    with pytest.raises(LinkClosed):
        come(link)
    assert come(link, first.rater) == first


def test_consent_must_be_to_the_text_in_force_and_is_kept_with_its_hash(study: Study) -> None:
    link = link_to(study)
    old, new = (ConsentText.objects.create(study=study, version=one, text=f"Text {one}") for one in (1, 2))
    for stale in (None, old):
        with pytest.raises(ConsentMissing):
            come(link, consent=stale)
    assert not Enrolment.objects.exists()
    enrolment = come(link, consent=new)
    assert (enrolment.consent, enrolment.consented_at) == (new, NOW)
    assert enrolment.consent_hash == hashlib.sha256(b"Text 2").hexdigest()


def test_what_raters_say_of_themselves_is_kept_until_they_say_otherwise(study: Study) -> None:
    link = link_to(study)
    rater = come(link, declared=Declared(("German",), avoids_flagged=True)).rater
    come(link, rater)
    kept = Enrolment.objects.get()
    assert (kept.languages, kept.avoids_flagged) == (["German"], True)
    come(link, rater, declared=Declared(("Dutch",)))
    kept.refresh_from_db()
    assert (kept.languages, kept.avoids_flagged) == (["Dutch"], False)


def test_who_withdrew_is_not_let_in_again(study: Study) -> None:
    link = link_to(study)
    rater = come(link).rater
    Enrolment.objects.update(outcome="withdrew")
    with pytest.raises(HasWithdrawn):
        come(link, rater)
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize("disjoint", [True, False])
def test_only_disjoint_panels_keep_a_rater_to_one_stage(study: Study, disjoint: bool) -> None:
    Study.objects.update(disjoint_panels=disjoint)
    rater = come(link_to(study, 1)).rater
    if disjoint:
        with pytest.raises(InAnotherPanel):
            come(link_to(study, 2), rater)
    else:
        come(link_to(study, 2), rater)
    assert Admission.objects.count() == (1 if disjoint else 2)


def test_a_model_is_one_rater_of_a_study(study: Study) -> None:
    judge = enrol_model(study=study, name="judge", kind=RaterKind.MODEL)
    assert enrol_model(study=study, name="judge", kind=RaterKind.MODEL) == judge
    assert enrol_model(study=study, name="judge", kind=RaterKind.PANEL) != judge
    assert enrol_model(study=factories.study(), name="judge", kind=RaterKind.MODEL) != judge
    assert list(Enrolment.objects.filter(study=study).order_by("number").values_list("number", flat=True)) == [1, 2]
