"""Acts on a rater, and the counters that add up while everything happens at once."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.db.models import Q

from accounts.models import AuditEntry, User
from conversations.models import Stage
from judgments.eligibility.reasons import Nothing
from judgments.enums import ExclusionReason, Outcome
from judgments.models import Assignment, Judgment, Slot, Task
from judgments.oversight.steering import (
    InclusionRefused,
    effect_of_excluding,
    effect_of_including,
    include_again,
    release_leases,
)
from judgments.rating.answering import set_aside
from judgments.rating.leaving import withdraw
from judgments.rating.why_nothing import why_nothing
from judgments.work import leases
from judgments.work.claiming import claim_next
from judgments.work.excluding import exclude_judgments, include_judgments
from judgments.work.progress import Progress, progress_of
from judgments.work.withdrawing import withdraw_tasks
from raters.models import Enrolment, Rater
from raters.services.pausing import let_go_on, pause_rater
from tests import factories
from tests.judgments.rated import NOW, careful, rated_study, work
from tests.judgments.raters_at_work import judge
from tests.patience import join

MEMBERS = 8


@pytest.fixture
def actor(db) -> User:
    return User.objects.create_user("manager")


def enrolment_of(rater: Rater) -> Enrolment:
    return Enrolment.objects.select_related("rater", "study").get(rater=rater)


def acts() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_a_paused_rater_ends_the_page_at_hand_and_gets_no_other(actor):
    study = rated_study()
    stage, rater = factories.stage(study, 1), factories.rater(study)
    at_hand = claim_next(rater=rater, stage=stage, now=NOW)
    enrolment = enrolment_of(rater)
    assert pause_rater(enrolment=enrolment, actor=actor, now=NOW)
    assert not pause_rater(enrolment=enrolment, actor=actor, now=NOW + timedelta(hours=1))
    assert at_hand is not None
    assert judge(at_hand, now=NOW).outcome == Outcome.SUBMITTED
    assert claim_next(rater=rater, stage=stage, now=NOW) is None
    assert why_nothing(rater=rater, stage=stage, now=NOW).reason == Nothing.RATER_PAUSED
    assert let_go_on(enrolment=enrolment, actor=actor)
    assert not let_go_on(enrolment=enrolment, actor=actor)
    assert claim_next(rater=rater, stage=stage, now=NOW) is not None
    assert acts()[-2:] == ["enrolment.pause", "enrolment.let_go_on"]


def test_released_leases_are_free_for_others_and_the_draft_stays(actor):
    study = rated_study(subjects=1, k=1)
    stage = factories.stage(study, 1)
    rater, other = factories.rater(study), factories.rater(study)
    held = claim_next(rater=rater, stage=stage, now=NOW)
    assert held is not None
    assert claim_next(rater=other, stage=stage, now=NOW) is None
    assert release_leases(enrolment=enrolment_of(rater), actor=actor) == 1
    assert claim_next(rater=other, stage=stage, now=NOW) is not None
    assert Assignment.objects.get(pk=held.pk).outcome == ""
    assert judge(held, now=NOW).outcome == Outcome.SURPLUS  # late, and nothing is lost
    assert release_leases(enrolment=enrolment_of(rater), actor=actor) == 0


def test_what_excluding_and_including_would_do_is_what_they_do(actor):
    study = rated_study(subjects=6)
    stage = factories.stage(study, 1)
    rater, other = factories.rater(study), factories.rater(study)
    work(rater, stage, careful, pages=4)
    effect = effect_of_excluding(rater_id=rater.pk, stage=stage)
    assert (effect.judgments, effect.slots) == (16, 4)
    before = progress_of(stage, now=NOW)
    exclude_judgments(rater=rater, stage=stage, reason=ExclusionReason.GOLD, actor=actor, now=NOW)
    assert progress_of(stage, now=NOW).waiting == before.waiting + 4
    fill_up(stage, other)
    gain = effect_of_including(rater_id=rater.pk, stage=stage, now=NOW)
    assert (gain.judgments, gain.slots + gain.surplus) == (16, 4)
    assert gain.surplus > 0
    enrolment = enrolment_of(rater)
    assert include_again(enrolment=enrolment, stage=stage, actor=actor, now=NOW) == 16
    outcomes = list(rater.assignments.values_list("outcome", flat=True))
    assert (outcomes.count("submitted"), outcomes.count("surplus")) == (gain.slots, gain.surplus)
    assert not Judgment.objects.filter(excluded_at__isnull=False).exists()


def fill_up(stage: Stage, first: Rater) -> None:
    """Others judge what is left of the first tasks, so that some of what was excluded is replaced."""
    for rater in (first, factories.rater(stage.study), factories.rater(stage.study)):
        work(rater, stage, careful, pages=3, now=NOW)


def test_what_a_rater_took_back_by_withdrawing_is_not_included_again(actor):
    study = rated_study()
    stage, rater = factories.stage(study, 1), factories.rater(study)
    work(rater, stage, careful, pages=2)
    enrolment = enrolment_of(rater)
    withdraw(enrolment=enrolment, now=NOW)
    with pytest.raises(InclusionRefused):
        include_again(enrolment=enrolment_of(rater), stage=stage, actor=actor, now=NOW)
    assert Judgment.objects.filter(excluded_at__isnull=True).count() == 0


@pytest.mark.django_db(transaction=True)
def test_waiting_leased_and_done_add_up_whatever_happens_meanwhile():
    study = rated_study(subjects=20)
    stage = factories.stage(study, 1)
    raters = [factories.rater(study) for _ in range(MEMBERS * 2)]
    whole = Slot.objects.count()
    stop, samples = threading.Event(), []

    def sample() -> None:
        try:
            while not stop.is_set():
                samples.append(one_sample(stage))
        finally:
            connections.close_all()

    with sampling(sample, stop):
        for _round in range(4):
            with ThreadPoolExecutor(MEMBERS) as pool:
                list(pool.map(lambda rater: anything(rater, stage), raters))
        withdraw_tasks(Task.objects.filter(stage=stage, pk=Task.objects.first().pk), reason="upsetting", now=NOW)
    samples.append(one_sample(stage))
    assert len(samples) > MEMBERS
    for found, counted in samples:
        assert (found.waiting, found.leased, found.filled) == counted
        assert min(counted) >= 0
        assert found.waiting + found.leased + found.filled == found.total
    totals = [found.total for found, _counted in samples]
    assert totals[0] == whole
    assert totals == sorted(totals, reverse=True)  # only a withdrawn task takes its open slots along


@contextmanager
def sampling(sample, stop: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        join(thread)


def one_sample(stage: Stage) -> tuple[Progress, tuple[int, int, int]]:
    """The counters, and each of them counted by itself from the same snapshot."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = progress_of(stage, now=NOW)
        slots = Slot.objects.filter(stage=stage, withdrawn=False)
        slots = slots.exclude(filled_at__isnull=True, task__withdrawn_at__isnull=False)  # an exclusion opened it there
        free = Q(assignment__isnull=True) | Q(lease_expires_at__lte=NOW)
        waiting = slots.filter(free, filled_at__isnull=True).count()
        leased = slots.filter(filled_at__isnull=True, assignment__isnull=False, lease_expires_at__gt=NOW).count()
        return found, (waiting, leased, slots.filter(filled_at__isnull=False).count())


def anything(rater: Rater, stage: Stage) -> None:
    """Claim, then submit, give back, set aside, let the lease run out, be excluded and included, or withdraw."""
    chance = random.Random(f"{rater.pk}:{rater.assignments.count()}").random()
    try:
        page = claim_next(rater=rater, stage=stage, now=NOW - timedelta(minutes=40 if chance > 0.95 else 0))
        if page is None:
            return
        if chance < 0.1:
            leases.free(assignment=page)
        elif chance < 0.2:
            act = Outcome.TECHNICAL
            set_aside(rater=rater, assignment_id=page.pk, act=act, comment="", client_id=page.pk, now=NOW)
        elif chance < 0.8:
            judge(page, now=NOW)
        if 0.6 < chance < 0.75:
            exclude_judgments(rater=rater, stage=stage, reason=ExclusionReason.OTHER, actor=None, now=NOW)
        if 0.7 < chance < 0.75:
            include_judgments(rater=rater, stage=stage, actor=None, now=NOW)
        if 0.8 < chance < 0.85:
            withdraw(enrolment=enrolment_of(rater), now=NOW)
    finally:
        connections.close_all()
