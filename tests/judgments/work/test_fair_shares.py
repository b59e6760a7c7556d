"""Who may get which pages, and how many: quotas, arrivals, pauses, languages, warnings, conflicts between stages."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations.models import Stage
from judgments.models import Assignment, Task
from judgments.rating.own_progress import own_progress
from judgments.work.claiming import claim_next
from judgments.work.opening import open_stage
from raters.enums import EnrolmentOutcome, Platform
from raters.models import Admission, Arrival, Enrolment, EntryLink, Rater
from tests import factories
from tests.judgments.raters_at_work import claim, judge, open_for_rating, work_until_nothing_left
from tests.judgments.special_pages import set_stage

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_quota_per_rater_ends_the_work():
    study, stage = open_for_rating(1, subjects=5)
    stage = set_stage(stage, tasks_per_rater=2)
    rater = factories.rater(study)
    assert own_progress(enrolment=rater.enrolments.get(), stage=stage).total == 2
    assert len(work_until_nothing_left(rater, stage, NOW)) == 2
    assert len(work_until_nothing_left(factories.rater(study), stage, NOW)) == 2


def test_quota_per_arrival_ends_the_arrival_and_the_next_one_goes_on():
    study, stage = open_for_rating(1, subjects=5)
    stage = set_stage(stage, tasks_per_visit=2)
    rater = factories.rater(study)
    enrolment = rater.enrolments.get()
    first = Arrival.objects.create(enrolment=enrolment, stage=stage, arrived_at=NOW)
    done = work_until_nothing_left(rater, stage, NOW)
    assert len(done) == 2
    assert set(Assignment.objects.values_list("arrival", flat=True)) == {first.pk}
    Arrival.objects.create(enrolment=enrolment, stage=stage, arrived_at=NOW + timedelta(hours=1))
    assert own_progress(enrolment=rater.enrolments.get(), stage=stage).tasks_left == 2
    assert len(work_until_nothing_left(rater, stage, NOW)) == 2


@pytest.mark.parametrize(("platform", "pages"), [(Platform.PROLIFIC, 0), (Platform.OPEN, 3)])
def test_arrival_that_has_ended_gives_no_more_pages_unless_the_link_is_open_to_all(platform, pages):
    study, stage = open_for_rating(1, subjects=3)
    link = EntryLink.objects.create(stage=stage, label="link", platform=platform, person_parameter="PID")
    rater = factories.rater(study)
    Arrival.objects.create(
        enrolment=rater.enrolments.get(),
        stage=stage,
        entry_link=link,
        arrived_at=NOW,
        outcome=EnrolmentOutcome.COMPLETED,
        ended_at=NOW,
    )
    assert len(work_until_nothing_left(rater, stage, NOW)) == pages


def test_paused_rater_and_who_failed_the_stage_get_nothing():
    study, stage = open_for_rating(1)
    paused, failed = factories.rater(study), factories.rater(study)
    Enrolment.objects.filter(rater=paused).update(paused_at=NOW)
    Admission.objects.filter(enrolment__rater=failed, stage=stage).update(outcome=EnrolmentOutcome.FAILED_COMPREHENSION)
    assert claim_next(rater=paused, stage=stage, now=NOW) is None
    assert claim_next(rater=failed, stage=stage, now=NOW) is None
    Enrolment.objects.filter(rater=paused).update(paused_at=None)
    assert claim_next(rater=paused, stage=stage, now=NOW) is not None


def test_raters_get_only_what_they_can_read_wholly():
    study, stage = open_for_rating(1, subjects=4)
    tasks = list(Task.objects.filter(stage=stage).order_by("position"))
    for task, languages in zip(tasks, [["English"], ["English", "German"], ["German"], []], strict=True):
        Task.objects.filter(pk=task.pk).update(languages=languages)
    english, both, unasked = (factories.rater(study) for _ in range(3))
    Enrolment.objects.filter(rater=english).update(languages=["English"])
    Enrolment.objects.filter(rater=both).update(languages=["German", "English"])
    got = {
        rater: {each.task_id for each in work_until_nothing_left(rater, stage, NOW)}
        for rater in (english, both, unasked)
    }
    assert got[english] == {tasks[0].pk, tasks[3].pk}
    assert got[both] == got[unasked] == {task.pk for task in tasks}


def test_who_avoids_flagged_material_gets_none_of_it():
    study, stage = open_for_rating(2, subjects=3)
    flagged = Task.objects.filter(stage=stage).first()
    Task.objects.filter(pk=flagged.pk).update(flagged=True)
    careful, other = factories.rater(study), factories.rater(study)
    Enrolment.objects.filter(rater=careful).update(avoids_flagged=True)
    assert flagged.pk not in {each.task_id for each in work_until_nothing_left(careful, stage, NOW)}
    assert flagged.pk in {each.task_id for each in work_until_nothing_left(other, stage, NOW)}


@pytest.mark.parametrize("allowed", [False, True])
def test_who_judged_a_subjects_attributes_rates_its_responses_only_where_the_study_allows_it(allowed):
    study, first = open_for_rating(1, subjects=3)
    study.same_rater_across_stages = allowed
    study.save()
    third = factories.stage(study, 3)
    open_stage(stage=third, actor=None, now=NOW)
    third = Stage.objects.select_related("study").get(pk=third.pk)
    rater = factories.rater(study)
    judged = claim(rater=rater, stage=first, now=NOW)
    judge(judged, now=NOW)
    rated = {each.task.comparison.case.subject_id for each in work_until_nothing_left(rater, third, NOW)}
    assert (judged.task.subject_id in rated) is allowed
    assert len(rated) == (3 if allowed else 2)
    # Others are free to.
    assert len(work_until_nothing_left(factories.rater(study), third, NOW)) == 3


def test_own_progress_counts_only_what_the_rater_will_get():
    study, first = open_for_rating(1, subjects=3)
    study.same_rater_across_stages = False
    study.save()
    for subject in study.subjects.all():
        for system in range(2):  # of each case one more comparison, and one that is somebody else's
            factories.comparison(
                subject.cases.get(), list(subject.attributes.all()), by=factories.system(study, f"system {system}")
            )
    third = factories.stage(study, 3, k=2)
    open_stage(stage=third, actor=None, now=NOW)
    third = Stage.objects.select_related("study").get(pk=third.pk)
    rater = factories.rater(study)
    judge(claim(rater=rater, stage=first, now=NOW), now=NOW)  # so the responses of this subject are not for them
    assert _left(rater, third) == 2  # cases: of each one comparison
    seen = []
    while page := claim_next(rater=rater, stage=third, now=NOW):
        judge(page, now=NOW)
        seen.append(_left(rater, third))
    assert seen == [1, 0]
    Enrolment.objects.filter(rater=(picky := factories.rater(study))).update(languages=["de"])
    Task.objects.filter(stage=third).update(languages=["en"])
    assert _left(picky, third) == 0


def _left(rater: Rater, stage: Stage) -> int:
    return own_progress(enrolment=rater.enrolments.get(), stage=stage).tasks_left
