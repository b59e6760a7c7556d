"""Before a stage is opened it is said how many raters it needs and what will not be rated; afterwards what waits for whom."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from conversations.models import Conversation, Stage, Subject
from judgments.enums import Outcome
from judgments.models import Assignment
from judgments.work.claiming import claim_next
from judgments.work.filling import Filling, Stuck, filling_of
from judgments.work.filling_reads import Lacking
from judgments.work.filling_words import in_words
from judgments.work.leases import fill
from judgments.work.opening import StageRefused, open_stage
from raters.models import Enrolment, EntryLink
from tests import factories
from tests.judgments.arms_to_deal import POLICIES
from tests.judgments.raters_at_work import claim, judge, open_for_rating
from tests.reports.report.shown import member
from tests.rows import made_once

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@made_once
def _planned(*, cases: int = 2) -> Stage:
    """Stage 3 in draft, with three arms on each case of another subject; the last case of another language."""
    study = factories.study()
    arms = [factories.arm(factories.system(study), policy=policy) for policy in POLICIES]
    for number in range(cases):
        person = factories.subject(study)
        factories.conversation(person)
        Conversation.objects.filter(subject=person).update(language="English" if number else "German")
        for arm in arms:
            factories.comparison(factories.case(person) if arm == arms[0] else person.cases.get(), [], arm=arm)
    return factories.stage(study, 3, k=3)


def _told(stage: Stage) -> Filling:
    return filling_of(Stage.objects.select_related("study").get(pk=stage.pk), now=NOW)


def _raters(stage: Stage, count: int, **values: object) -> list[Enrolment]:
    made = [factories.rater(stage.study).enrolments.get() for _ in range(count)]
    Enrolment.objects.filter(pk__in=[each.pk for each in made]).update(**values)
    return made


def test_a_case_needs_arms_times_k_raters_and_without_a_link_nobody_knows_who_comes():
    told = _told(_planned())
    assert (told.needed, told.waiting, told.coming, told.unfilled) == (9, 18, None, 0)
    words = in_words(told)
    assert "at least 9 different raters are needed" in words.sentences[0]
    assert (words.warning, words.remedies) == ("", [])


def test_with_three_raters_the_page_says_what_will_not_be_rated():
    stage = _planned()
    _raters(stage, 3)
    told = _told(stage)
    assert (told.coming, told.unfilled, told.more) == (3, 12, 6)
    words = in_words(told)
    assert words.sentences[1:] == [
        "3 raters are here, and no link lets in more.",
        "With 3 raters each has about 2 pages, 1 min.",
    ]
    assert words.warning == "With 3 raters 67 % of the ratings will not be given."
    assert words.remedies[0] == "Let in 6 more raters."
    assert any("fewer arms" in remedy for remedy in words.remedies)
    built = open_stage(stage=stage, actor=None, now=NOW)
    assert built.slots == 18  # it was said; the owner may want so


def test_what_was_said_comes_true():
    stage = _planned()
    raters = [enrolment.rater for enrolment in _raters(stage, 3)]
    open_stage(stage=stage, actor=None, now=NOW)
    assert _told(stage).waiting == 18
    for rater in raters:
        while page := claim_next(rater=rater, stage=stage, now=NOW):
            fill(assignment=page, now=NOW)
            Assignment.objects.filter(pk=page.pk).update(outcome=Outcome.SUBMITTED, submitted_at=NOW)
    told = _told(stage)
    assert (told.waiting, told.lacking, told.more) == (12, [Lacking(6, 3, 0, 2)], 6)
    words = in_words(told)
    assert words.sentences == ["12 ratings wait for a rater. 3 raters are here."]
    assert words.warning.startswith("12 of them can't be given by who is here")
    assert "6 more raters would give them" in words.warning


def test_of_an_open_stage_without_raters_nothing_is_said_of_who_is_here():
    stage = _planned()
    open_stage(stage=stage, actor=None, now=NOW)
    words = in_words(_told(stage))
    assert words.sentences == ["18 ratings wait for a rater. No rater is here."]
    assert words.warning == "They need at least 9 raters."
    assert words.remedies[0] == "Let in 9 more raters."


def test_the_page_and_the_api_say_it():
    stage = _planned()
    _raters(stage, 3)
    owner = member(stage.study)
    address = f"/studies/{stage.study.slug}/stages/3/"
    assert f'hx-get="{address}filling/"' in owner.get(address).content.decode()
    part = owner.get(f"{address}filling/").content.decode()
    assert "With 3 raters 67 % of the ratings will not be given." in part
    assert "Let in 6 more raters." in part
    told = owner.get(f"/api/v1{address}filling/").json()
    assert {name: told[name] for name in ("needed", "here", "places", "unfilled", "more", "pages_each")} == {
        "needed": 9,
        "here": 3,
        "places": 0,
        "unfilled": 12,
        "more": 6,
        "pages_each": 2,
    }


def test_links_say_how_many_may_come():
    stage = _planned()
    link = EntryLink.objects.create(stage=stage, label="colleagues", max_raters=5)
    assert (_told(stage).coming, _told(stage).unfilled) == (5, 8)
    EntryLink.objects.create(stage=stage, label="crowd")
    assert (_told(stage).coming, _told(stage).unfilled) == (None, 0)
    EntryLink.objects.update(closed_at=NOW)
    assert not _told(stage).is_known
    assert link.stage == stage


def test_languages_and_quotas_are_reckoned_with():
    stage = _planned()
    _raters(stage, 9, languages=["English"])
    told = _told(stage)
    assert sorted((each.ratings, each.raters) for each in told.lacking) == [(9, 0), (9, 9)]
    assert (told.unfilled, told.barred) == (9, 9)
    Stage.objects.filter(pk=stage.pk).update(tasks_per_rater=1)
    assert (_told(stage).needed, _told(stage).of_quota) == (18, 18)
    assert "With 1 pages for each of them at most, 18 are needed." in in_words(_told(stage)).sentences


def test_stage_of_which_nobody_who_comes_may_be_given_anything_is_not_opened():
    stage = _planned()
    _raters(stage, 2, languages=["French"])
    with pytest.raises(StageRefused, match=r"Nothing could be rated.*Let in"):
        open_stage(stage=stage, actor=None, now=NOW)
    _raters(stage, 1)
    open_stage(stage=stage, actor=None, now=NOW)


@pytest.mark.parametrize(("allowed", "raters"), [(True, 1), (False, 0)])
def test_who_judged_the_subject_is_barred_where_the_study_says_so(allowed, raters):
    study, first = open_for_rating(1, subjects=2)
    study.same_rater_across_stages = allowed
    study.save()
    rater = factories.rater(study)
    judge(claim(rater=rater, stage=first, now=NOW), now=NOW)
    told = filling_of(factories.stage(study, 3), now=NOW)
    assert told.lacking == ([Lacking(3, 1, 1, 2)] if raters else [Lacking(3, 1, 0, 1), Lacking(3, 1, 1, 1)])


def test_several_comparisons_of_a_case_for_one_rater_need_k_raters():
    stage = _planned()
    stage.study.several_comparisons_per_case = True
    stage.study.save()
    _raters(stage, 3)
    told = _told(stage)
    assert (told.needed, told.waiting, told.unfilled) == (3, 18, 0)
    open_stage(stage=stage, actor=None, now=NOW)
    assert (_told(stage).needed, _told(stage).more) == (3, 0)


@pytest.mark.parametrize("number", [1, 2])
def test_other_stages_need_k_raters(number):
    study = factories.study()
    factories.material(study)
    stage = factories.stage(study, number, k=4)
    assert _told(stage).needed == 4
    open_stage(stage=stage, actor=None, now=NOW)
    rater = factories.rater(study)
    judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    assert _told(stage).lacking == [Lacking(3, 1, 0, 1), Lacking(4, 1, 1, 1)]


@pytest.mark.parametrize(
    ("lacking", "here", "stuck"),
    [
        (Lacking(3, 3, 3, 5), 3, Stuck(0, 0, 0)),
        (Lacking(6, 3, 0, 2), 3, Stuck(0, 6, 6)),
        (Lacking(6, 2, 2, 1), 5, Stuck(3, 0, 1)),
        (Lacking(1, 4, 0, 1), 9, Stuck(0, 1, 0)),
    ],
)
def test_what_is_stuck_has_its_reason(lacking, here, stuck):
    assert Stuck.of(lacking, here) == stuck


def test_controls_that_raters_will_be_given_are_foretold():
    told = Filling(
        lacking=[Lacking(9, 9, 9, 90)],
        k=3,
        is_planned=True,
        one_of_a_case=True,
        here=9,
        places=0,
        is_known=True,
        pages_for_rater=None,
        control_pairs=17,
        control_share=10,
    )
    assert (told.pages_each, told.controls_each) == (90, 10)
    assert in_words(told).sentences[-1] == (
        "Of 17 controls each rater is given about 10, together 90; 100 judgments by 6 raters are wanted, which 10 raters would give."
    )
    assert in_words(replace(told, control_pairs=0)).sentences == in_words(told).sentences[:-1]


def test_study_without_material_lacks_nothing():
    stage = factories.stage(factories.study(), 3)
    assert (_told(stage).waiting, in_words(_told(stage)).sentences) == (0, [])
    assert not Subject.objects.filter(study=stage.study).exists()
