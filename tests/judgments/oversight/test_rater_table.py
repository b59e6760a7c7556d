"""What the rater list says of each rater's work, and to whom."""

from datetime import timedelta

import pytest

from accounts.models import User
from conversations.enums import Role
from conversations.models import Membership
from judgments.disclosure import Sight, sight_of
from judgments.enums import ExclusionReason
from judgments.oversight.figures_in_words import OWNER_ONLY, WAITS, figures_in_words
from judgments.oversight.folding import fold_all
from judgments.oversight.intervals import Clustered, Share, wilson
from judgments.oversight.rater_sheet import lines_of, table
from judgments.oversight.rater_table import rater_rows
from judgments.work.excluding import exclude_judgments
from judgments.work.opening import close_stage
from raters.models import Enrolment
from tests import factories
from tests.judgments.rated import NOW, OWNER, always, careful, rated_study, work

db = pytest.mark.django_db
# The raters, where they were let in, the stages, what changed, their figures; for each of three stages gold, checks and signs
# (what changed, figures, notes); controls.
QUERIES = 22


def rows_of(study, sight=OWNER, **asked):
    return {row.enrolment.rater_id: row for row in rater_rows(study=study, sight=sight, **asked)}


def test_the_interval_is_wilsons():
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=1e-4)
    assert Share.of(0, 0) is None


def test_labels_that_go_together_tell_less_than_as_many_apart():
    apart = Clustered(pages=40, hits=20, total=40, hits_squared=20, hits_times_total=20, total_squared=40)
    together = Clustered(pages=4, hits=20, total=40, hits_squared=200, hits_times_total=200, total_squared=400)
    assert apart.independent == pytest.approx(39)
    assert together.independent == pytest.approx(3)
    assert together.share.high - together.share.low > 2 * (apart.share.high - apart.share.low)


@db
@pytest.mark.parametrize("raters", [1, 30])
def test_the_list_takes_the_same_queries_for_one_rater_and_for_thirty(raters, django_assert_num_queries):
    study = rated_study(stages=(1, 2, 3), subjects=4, attributes_each=2)
    for _rater in range(raters):
        rater = factories.rater(study)
        for stage in study.stages.all():
            work(rater, stage, careful, pages=1)
    fold_all()
    with django_assert_num_queries(QUERIES):
        lines = lines_of(rater_rows(study=study, sight=OWNER), OWNER, sort="-peers")
        rows = list(table(lines))
    assert len(rows) == raters + 1


@db
def test_agreement_with_peers_is_with_most_of_the_others():
    study = rated_study(subjects=1, attributes_each=4, k=4)
    stage = factories.stage(study, 1)
    labels = [always(1), always(1), always(3), lambda _page, unit: 1 if unit % 2 else 3]
    raters = [factories.rater(study) for _ in labels]
    for rater, label in zip(raters, labels, strict=True):
        work(rater, stage, label, pages=1)
    rows = rows_of(study)
    # On odd units they say 1, 1, 3, 1. On the others 1, 1, 3, 3: beside each of them, most say the opposite.
    agreed = [(rows[rater.pk].peers.hits, rows[rater.pk].peers.total) for rater in raters]
    assert agreed == [(2, 4), (2, 4), (0, 4), (2, 4)]


@db
def test_where_the_others_are_split_there_is_nothing_to_agree_with():
    study = rated_study(subjects=1, attributes_each=4)
    raters = [factories.rater(study) for _ in range(3)]
    for rater, label in zip(raters, (1, 1, 3), strict=True):
        work(rater, factories.stage(study, 1), always(label), pages=1)
    rows = rows_of(study)
    assert [rows[rater.pk].peers for rater in raters[:2]] == [None, None]
    assert (rows[raters[2].pk].peers.hits, rows[raters[2].pk].peers.total) == (0, 4)


@db
def test_excluded_judgments_are_no_peers_but_still_have_some():
    study = rated_study(subjects=1, attributes_each=4)
    stage = factories.stage(study, 1)
    one, other, odd = (factories.rater(study) for _ in range(3))
    for rater, label in ((one, 1), (other, 1), (odd, 3)):
        work(rater, stage, always(label), pages=1)
    exclude_judgments(rater=odd, stage=stage, reason=ExclusionReason.SPEEDING, actor=None, now=NOW)
    rows = rows_of(study)
    assert [rows[rater.pk].peers.value for rater in (one, other, odd)] == [1, 1, 0]
    assert rows[odd.pk].excluded == 4


@db
def test_stage_3_compares_the_side_of_no_difference_and_counts_the_left_side_as_seen():
    study = rated_study(stages=(3,), subjects=8)
    stage = factories.stage(study, 3)
    lefty = factories.rater(study)
    work(lefty, stage, always(1), pages=8)
    for rater in (factories.rater(study), factories.rater(study)):
        work(rater, stage, lambda page, _unit: 1 if page.personalized_left else 5, pages=8)
    row = rows_of(study)[lefty.pk]
    assert (row.left.hits, row.left.total) == (24, 24)
    on_the_left = 3 * lefty.assignments.filter(personalized_left=True).count()
    assert (row.peers.hits, row.peers.total) == (on_the_left, 24)
    assert "prefers the left side" in row.flags


@db
def test_habits_are_told_beside_what_the_others_do():
    study = rated_study(subjects=12)
    stage = factories.stage(study, 1)
    hasty, *others = (factories.rater(study) for _ in range(3))
    work(hasty, stage, always(1), pages=12, seconds=1)
    for rater in others:
        work(rater, stage, lambda page, unit: 1 + 2 * (unit % 2), pages=12)
    row = rows_of(study)[hasty.pk]
    assert (row.straight_lining.hits, row.straight_lining.total) == (12, 12)
    assert (row.others_straight_lining.hits, row.others_straight_lining.total) == (0, 24)
    assert (row.speeding.hits, row.speeding.total) == (12, 12)
    assert row.works[0].figures.seconds_per_unit == 1
    assert set(row.flags) >= {"gives whole pages the same label", "is often much faster than the others"}
    assert rows_of(study)[others[0].pk].flags == []
    says = figures_in_words(row, OWNER)["straight"].says
    assert "0 % of these pages" in says
    assert "Most often the label was" in says


@db
def test_a_figure_that_does_not_exist_says_why():
    study = rated_study()
    rater = factories.rater(study)
    figures = figures_in_words(rows_of(study)[rater.pk], OWNER)
    assert {figure.text for figure in figures.values()} == {""}
    assert [figures[key].why for key in ("gold", "peers", "fast", "checks")] == [
        "no gold pages yet",
        "no pages yet",
        "no pages yet",
        "no checks yet",
    ]
    work(rater, factories.stage(study, 1), careful, pages=2)
    figures = figures_in_words(rows_of(study)[rater.pk], OWNER)
    assert figures["peers"].why == "nobody else has judged the same units yet"
    assert figures["fast"].why == "fewer than three raters to compare with"


@db
def test_sides_and_the_repeated_label_are_for_the_owner_until_the_stage_closes():
    study = rated_study(stages=(1, 3), subjects=8)
    rater = factories.rater(study)
    for stage in study.stages.filter(number__in=(1, 3)):
        work(rater, stage, always(1), pages=8)
    users = {role: User.objects.create_user(role) for role in (Role.OWNER, Role.ADMIN)}
    for role, user in users.items():
        Membership.objects.create(study=study, user=user, role=role)

    def seen_by(role, number):
        sight = sight_of(study=study, user=users[role])
        stage = factories.stage(study, number)
        row = rows_of(study, sight, stage=stage)[rater.pk]
        return row, figures_in_words(row, sight)

    row, figures = seen_by(Role.ADMIN, 3)
    assert (figures["left"].text, figures["left"].why) == ("", OWNER_ONLY)
    assert row.flags == []
    assert "for the owner only" in seen_by(Role.ADMIN, 1)[1]["straight"].says
    row, figures = seen_by(Role.OWNER, 3)
    assert figures["left"].text == "100 %"
    assert row.flags == ["prefers the left side"]
    close_stage(stage=factories.stage(study, 3), actor=None, now=NOW)
    assert seen_by(Role.ADMIN, 3)[1]["left"].text == "100 %"


@db
def test_who_rates_in_the_study_sees_no_results_until_it_closes():
    study = rated_study()
    admin = User.objects.create_user("admin")
    Membership.objects.create(study=study, user=admin, role=Role.ADMIN)
    rater = factories.rater(study, user=admin)
    work(rater, factories.stage(study, 1), careful, pages=1)
    sight = sight_of(study=study, user=admin)
    figures = figures_in_words(rows_of(study, sight)[rater.pk], sight)
    hidden = {key for key, figure in figures.items() if figure.why == WAITS}
    assert hidden == {"gold", "peers", "straight", "left", "checks", "controls"}


@db
def test_states_filter_and_sort():
    study = rated_study()
    stage = factories.stage(study, 1)
    raters = [factories.rater(study) for _ in range(4)]
    for pages, rater in enumerate(raters):
        work(rater, stage, careful, pages=pages, now=NOW + timedelta(hours=pages))
    paused, gone = raters[1], raters[2]
    Enrolment.objects.filter(rater=paused).update(paused_at=NOW)
    Enrolment.objects.filter(rater=gone).update(outcome="withdrew")

    def raters_of(**asked):
        return [line.row.enrolment.rater for line in lines_of(rater_rows(study=study, sight=OWNER), OWNER, **asked)]

    assert raters_of(sort="-done") == raters[::-1]
    assert raters_of(state="paused") == [paused]
    assert raters_of(state="withdrew") == [gone]
    assert raters_of(sort="peers")[0] != raters[0] == raters_of(sort="-peers")[-1]  # no figure: last either way
    assert raters_of(sort="nonsense") == raters
    assert raters_of(flagged=True) == []
    assert rater_rows(study=study, sight=Sight(frozenset(), waits=False), stage=factories.stage(study, 2)) != []
