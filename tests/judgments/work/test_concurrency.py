"""Many raters at once against one database, each with their own connection."""

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count

from conversations.models import Stage
from judgments.enums import ExclusionReason, Outcome
from judgments.models import Assignment, Judgment, Slot, Submission
from judgments.rating.answering import set_aside, submit
from judgments.rating.leaving import withdraw
from judgments.rating.refusals import Withdrew
from judgments.work import leases
from judgments.work.claim_statement import Reach, claim_statement
from judgments.work.claiming import claim_next, claim_parameters, lock_queue
from judgments.work.excluding import exclude_judgments, include_judgments
from judgments.work.progress import progress_of
from raters.models import Enrolment, Rater
from tests import factories
from tests.judgments.arms_to_deal import open_with_arms
from tests.judgments.raters_at_work import answer_first, answers, claim, judge, open_for_rating, work_until_nothing_left
from tests.patience import PATIENCE, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT_ONCE = 8  # connections, as many as the pool has; the raters take turns on them


def all_at_once(work: Callable[[Rater], int], raters: list[Rater]) -> list[int]:
    start = threading.Barrier(AT_ONCE)
    first = threading.local()

    def run(rater: Rater) -> int:
        if not hasattr(first, "done"):
            first.done = True
            start.wait(PATIENCE)
        try:
            return work(rater)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, raters))


def test_sixty_raters_leave_exactly_k_ratings_and_nothing_stuck():
    study, stage = open_for_rating(3, subjects=30)
    raters = [factories.rater(study) for _ in range(60)]

    def one_page(rater: Rater) -> int:
        assignment = claim_next(rater=rater, stage=stage, now=NOW)
        return 0 if assignment is None else (judge(assignment, now=NOW), 1)[1]

    done = 0
    while round_done := sum(all_at_once(one_page, raters)):
        done += round_done
    assert done == 90
    assert Slot.objects.filter(filled_at__isnull=False).count() == 90
    assert Assignment.objects.exclude(outcome=Outcome.SUBMITTED).count() == 0
    per_unit = Judgment.objects.values("unit").annotate(raters=Count("rater", distinct=True), all=Count("id"))
    assert set(per_unit.values_list("raters", "all")) == {(3, 3)}


def test_raters_at_once_each_get_every_arm_alike():
    stage = open_with_arms(cases=6)
    raters = [factories.rater(stage.study) for _ in range(9)]

    def every_page(rater: Rater) -> int:
        return len(work_until_nothing_left(rater, stage, NOW))

    assert all_at_once(every_page, raters) == [6] * 9
    assert not Slot.objects.filter(filled_at__isnull=True).exists()
    had = Counter(Assignment.objects.values_list("rater", "task__comparison__arm"))
    assert set(had.values()) == {2}


def test_raters_who_stop_time_out_and_set_aside_leave_nothing_stuck():
    study, stage = open_for_rating(3, subjects=20)
    raters = [factories.rater(study) for _ in range(40)]
    clock = [NOW]

    def erratic(rater: Rater) -> int:
        chance = random.Random(f"{rater.pk}{clock[0]}").random()
        assignment = claim_next(rater=rater, stage=stage, now=clock[0])
        if assignment is None:
            return 0
        if chance < 0.2:
            leases.free(assignment=assignment)
        elif chance < 0.3:
            set_aside(
                rater=rater,
                assignment_id=assignment.pk,
                act=Outcome.TECHNICAL,
                comment="",
                client_id=uuid.uuid4(),
                now=clock[0],
            )
        elif chance < 0.8:  # the others let their lease run out, some after the overall answer
            (answer_first if chance < 0.4 else judge)(assignment, now=clock[0])
        return 1

    for _ in range(60):
        if not sum(all_at_once(erratic, raters)):
            break
        clock[0] += timedelta(minutes=16)
    progress = progress_of(stage, now=clock[0])
    assert (progress.filled, progress.waiting, progress.leased) == (60, 0, 0)
    counted = Assignment.objects.filter(outcome=Outcome.SUBMITTED).values_list("task")
    assert set(Counter(counted).values()) == {3}
    assert Assignment.objects.values("task", "rater").annotate(times=Count("id")).filter(times__gt=1).count() == 0


def test_one_submit_sent_many_times_at_once_is_stored_once():
    study, stage = open_for_rating(1)
    rater = factories.rater(study)
    assignment = claim(rater=rater, stage=stage, now=NOW)
    once = answers(assignment)

    def send(who: Rater) -> int:
        return submit(rater=who, assignment_id=assignment.pk, submission=once, now=NOW).repeated

    assert sorted(all_at_once(send, [rater] * 16)) == [False] + [True] * 15
    assert (Judgment.objects.count(), Submission.objects.count()) == (3, 1)


def test_two_tabs_of_a_rater_get_the_same_task():
    study, stage = open_for_rating(1)
    rater = factories.rater(study)

    def task_of(who: Rater) -> int:
        return claim(rater=who, stage=stage, now=NOW).task_id

    assert len(set(all_at_once(task_of, [rater] * 16))) == 1
    assert Slot.objects.filter(assignment__isnull=False).count() == 1


def test_claim_reads_none_of_the_raters_finished_tasks():
    study, stage = open_for_rating(1, subjects=60, attributes_each=1)
    rater = factories.rater(study)
    for _ in range(40):
        judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE judgments_slot, judgments_task, judgments_assignment")
        cursor.execute("SET LOCAL enable_seqscan = off")  # these tables are too small for the plan of large ones
        queue = lock_queue(rater=rater, stage=stage, now=NOW)
        assert queue is not None
        statement = claim_statement(stage=stage, special=None, reach=Reach.NEAR)
        parameters = claim_parameters(rater, stage, queue, NOW) | {"special": None}
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + statement, parameters)
        plan = cursor.fetchone()[0][0]["Plan"]
    read: dict[str, int] = {}
    for node in nodes(plan):
        # What was read and thrown away counts as read.
        rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        table = node.get("Relation Name")
        if node["Node Type"].endswith("Scan") and node.get("Alias") in {"own", "slot", "judgments_assignment"}:
            read[node["Alias"]] = read.get(node["Alias"], 0) + rows
        assert rows <= 3 or table not in {"judgments_slot", "judgments_assignment"}, node
    assert read["slot"] <= 2
    assert read.get("own", 0) == 0


def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def test_answers_that_race_with_an_exclusion_leave_no_task_with_more_than_k():
    study, stage = open_for_rating(1, subjects=12, k=1)
    rater, other = factories.rater(study), factories.rater(study)
    stop = threading.Event()

    def exclude_and_include() -> None:
        try:
            while not stop.is_set():
                exclude_judgments(rater=rater, stage=stage, reason=ExclusionReason.SPEEDING, actor=None, now=NOW)
                include_judgments(rater=rater, stage=stage, actor=None, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        excluding = pool.submit(exclude_and_include)
        try:
            while assignment := claim_next(rater=rater, stage=stage, now=NOW):
                judge(assignment, now=NOW)
        finally:
            stop.set()
        excluding.result()
    exclude_judgments(rater=rater, stage=stage, reason=ExclusionReason.SPEEDING, actor=None, now=NOW)
    assert not Slot.objects.filter(filled_at__isnull=False).exists()
    assert not Judgment.objects.filter(excluded_at__isnull=True).exists()
    while assignment := claim_next(rater=other, stage=stage, now=NOW):
        judge(assignment, now=NOW)
    assert Slot.objects.filter(filled_at__isnull=False, assignment__rater=other).count() == 12


def test_answer_on_its_way_while_the_rater_withdraws_is_not_taken():
    study, stage = open_for_rating(1, subjects=2)
    rater = factories.rater(study)
    assignment = claim(rater=rater, stage=stage, now=NOW)

    def answer() -> None:
        try:
            judge(assignment, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            withdraw(enrolment=Enrolment.objects.get(rater=rater), now=NOW)
            sent = pool.submit(answer)  # waits for the page until the withdrawal is committed
            wait_until(blocked_by_a_lock)
            assert not sent.done()
        with pytest.raises(Withdrew):
            sent.result()
    assert not Judgment.objects.exists()
    assert Assignment.objects.get().outcome == Outcome.RETURNED


def blocked_by_a_lock() -> bool:
    """Whether some other connection to this database waits for a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid())"
        )
        return bool(cursor.fetchone()[0])


def in_a_connection_of_its_own[Result](work: Callable[[], Result]) -> Callable[[], Result]:
    def run() -> Result:
        try:
            return work()
        finally:
            connections.close_all()

    return run


def test_page_that_is_judged_while_earlier_ones_are_excluded_keeps_its_slot():
    study, stage = open_for_rating(1, subjects=2, k=1)
    rater = factories.rater(study)
    first = claim(rater=rater, stage=stage, now=NOW)
    judge(first, now=NOW)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            # The exclusion has begun and comes no further than to this judgment.
            list(Judgment.objects.select_for_update().filter(assignment=first)[:1])
            excluding = pool.submit(
                in_a_connection_of_its_own(
                    lambda: exclude_judgments(
                        rater=rater, stage=stage, reason=ExclusionReason.SPEEDING, actor=None, now=NOW
                    )
                )
            )
            wait_until(blocked_by_a_lock)
            with ThreadPoolExecutor(1) as other:
                second = other.submit(in_a_connection_of_its_own(lambda: claim_and_judge(rater, stage))).result()
        assert excluding.result() == 3
    counted = Judgment.objects.filter(excluded_at__isnull=True)
    assert set(counted.values_list("assignment", flat=True)) == {second}
    assert list(Slot.objects.filter(filled_at__isnull=False).values_list("assignment", flat=True)) == [second]


def claim_and_judge(rater: Rater, stage: Stage) -> uuid.UUID:
    assignment = claim(rater=rater, stage=stage, now=NOW)
    judge(assignment, now=NOW)
    return assignment.pk


def test_draft_that_is_saved_while_the_rater_withdraws_stops_neither():
    study, stage = open_for_rating(1, subjects=2)
    rater = factories.rater(study)
    assignment = claim(rater=rater, stage=stage, now=NOW)
    enrolment = Enrolment.objects.get(rater=rater)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            # A draft locks its page, and the slot after it.
            page = Assignment.objects.select_for_update(no_key=True).get(pk=assignment.pk)
            withdrawing = pool.submit(in_a_connection_of_its_own(lambda: withdraw(enrolment=enrolment, now=NOW)))
            wait_until(blocked_by_a_lock)
            assert leases.renew(assignment=page, stage=stage, now=NOW)
        assert withdrawing.result()
    assert not Slot.objects.filter(assignment__isnull=False).exists()
