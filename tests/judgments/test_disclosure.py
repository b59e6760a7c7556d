"""Whoever sees labels of a stage is written down, and only the owner opens again what could be seen."""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Scope, User
from accounts.services import create_token
from conversations.enums import Role, StageState, StudyState
from conversations.models import Membership
from conversations.services.studies import close_study, reopen_study
from judgments.disclosure import look
from judgments.enums import LookWay
from judgments.models import Look, Reopening
from judgments.oversight.disagreement import units_in_disagreement
from judgments.work.opening import OwnerOpensAgain, close_stage, open_stage
from reports.exports.requesting import request_export
from tests import factories
from tests.judgments.rated import NOW, always, rated_study, work
from tests.reports.reported import computed

pytestmark = pytest.mark.django_db
PROJECT = Path(__file__).parents[2]
# Decides without writing down: these show no labels by it, or say so by ``look`` as soon as they do.
MAY_ASK_ONLY = {
    "judgments/oversight/views/adjudication.py",
    "reports/exports/reads.py",
    "reports/exports/views.py",
    "reports/report/requesting.py",
}


@pytest.fixture
def study():
    """Stage 1 is open and two raters disagree about all of it; nothing was judged of the others."""
    study = rated_study(subjects=2)
    for label in (1, 3):
        work(factories.rater(study), study.stages.get(number=1), always(label), pages=1)
    return study


@pytest.fixture
def stage(study):
    return study.stages.get(number=1)


def member(study, role):
    user = User.objects.create_user(role.value)
    Membership.objects.create(study=study, user=user, role=role)
    return user


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def bearer(user):
    token = create_token(user=user, name="test", scopes=list(Scope), expires_at=None).secret
    return {"headers": {"Authorization": f"Bearer {token}"}}


def ways_to_labels(study, user):
    """Each by the address, or the command, that shows labels."""
    pages, told = signed_in(user), bearer(user)
    place, api = f"/studies/{study.slug}", f"/api/v1/studies/{study.slug}"
    numbers = study.enrolments.all()
    unit = units_in_disagreement(study.stages.get(number=1)).first()
    return [
        (LookWay.REPORT, lambda: pages.get(f"{place}/report/")),
        (LookWay.REPORT, lambda: pages.get(f"{place}/report/card/")),
        (LookWay.REPORT_FILE, lambda: pages.get(f"{place}/report/html/")),
        (LookWay.UNIT_PAGE, lambda: pages.get(f"{place}/report/units/{unit.pk}/")),
        (LookWay.RATER_PAGE, lambda: pages.get(f"{place}/raters/")),
        (LookWay.RATER_PAGE, lambda: pages.get(f"{place}/raters/{numbers.order_by('number')[0].number}/")),
        (LookWay.ADJUDICATION, lambda: pages.get(f"{place}/adjudication/?stage=1")),
        (LookWay.ADJUDICATION, lambda: pages.get(f"{place}/adjudication/{unit.pk}/")),
        (LookWay.EXPORT, lambda: pages.post(f"{place}/exports/", {"kind": "consensus", "format": "csv"})),
        (LookWay.API, lambda: pages.get(f"{api}/report/", **told)),
        (
            LookWay.API,
            lambda: pages.post(f"{api}/exports/", {"kind": "judgments", "format": "csv"}, "application/json", **told),
        ),
        (LookWay.COMMAND_LINE, lambda: call_command("report", study=study.slug, stdout=StringIO())),
    ]


@pytest.mark.django_db(transaction=True)  # a report reads in a transaction of its own kind
def test_each_way_to_labels_is_written_down(study):
    computed(study)
    for way, act in ways_to_labels(study, member(study, Role.OWNER)):
        Look.objects.all().delete()
        answer = act()
        assert answer is None or answer.status_code in {200, 202, 302}, way
        seen = Look.objects.values_list("stage__number", "way", "role", "while_collecting", "times")
        role = "operator" if way == LookWay.COMMAND_LINE else "owner"
        assert list(seen) == [(1, way, role, True, 1)]


def test_what_shows_no_labels_is_not(study):
    owner = signed_in(member(study, Role.OWNER))
    place = f"/studies/{study.slug}"
    owner.get(f"{place}/report/")  # nothing has been computed yet
    owner.get(f"{place}/report/state/")
    owner.get(f"{place}/exports/")
    owner.post(f"{place}/exports/", {"kind": "subjects", "format": "csv"})
    owner.get(f"{place}/stages/1/")
    assert not Look.objects.exists()


def test_a_person_is_written_down_once_for_each_way_and_then_counted(study, stage):
    owner, later = member(study, Role.OWNER), NOW + timedelta(days=2)
    look(study=study, user=owner, by=LookWay.REPORT, now=later)
    look(study=study, user=owner, by=LookWay.REPORT, now=NOW)  # a clock that runs behind
    look(study=study, user=owner, by=LookWay.EXPORT, now=NOW)
    close_stage(stage=stage, actor=owner, now=later)
    look(study=study, user=owner, by=LookWay.REPORT, now=later)
    seen = Look.objects.order_by("id").values_list("way", "while_collecting", "times", "first_at", "last_at")
    assert list(seen) == [
        ("report", True, 2, later, later),
        ("export", True, 1, NOW, NOW),
        ("report", False, 1, later, later),
    ]


@pytest.mark.django_db(transaction=True)  # a report reads in a transaction of its own kind
def test_who_may_not_see_a_stage_has_not_seen_it_but_for_the_figures_of_raters(study):
    computed(study, withheld=[1])
    for role in (Role.ADMIN, Role.ANALYST):
        for _way, act in ways_to_labels(study, member(study, role))[:7]:
            act()
    seen = Look.objects.values_list("role", "way", "times").order_by("id")
    assert list(seen) == [("admin", "rater_page", 2), ("analyst", "rater_page", 2)]


def test_who_waits_as_a_rater_has_seen_nothing(study, stage):
    owner = member(study, Role.OWNER)
    rater = factories.rater(study)
    rater.user = owner
    rater.save()
    work(rater, stage, always(1), pages=1)
    for _way, act in ways_to_labels(study, owner)[3:11]:
        act()
    assert not Look.objects.exists()


def test_only_the_owner_opens_a_closed_stage_again(study, stage):
    owner, admin = member(study, Role.OWNER), member(study, Role.ADMIN)
    close_stage(stage=stage, actor=admin, now=NOW)
    stage.refresh_from_db()
    with pytest.raises(OwnerOpensAgain):
        open_stage(stage=stage, actor=admin, now=NOW)
    page = signed_in(admin).post(f"/studies/{study.slug}/stages/1/open/", follow=True)
    assert "Only the study&#x27;s owner opens stage 1 again" in page.content.decode()
    assert ">Open again<" not in page.content.decode()
    told = Client().post(f"/api/v1/studies/{study.slug}/stages/1/open/", **bearer(admin))
    assert (told.status_code, "owner" in told.json()["error"]["message"]) == (403, True)
    stage.refresh_from_db()
    assert (stage.state, Reopening.objects.count()) == (StageState.CLOSED, 0)
    assert ">Open again<" in signed_in(owner).get(f"/studies/{study.slug}/stages/1/").content.decode()
    open_stage(stage=stage, actor=owner, now=NOW)
    assert list(Reopening.objects.values_list("stage", "user", "reopened_at")) == [(stage.pk, owner.pk, NOW)]


def test_a_study_that_is_taken_up_again_opens_no_stage_by_itself(study, stage):
    owner, admin = member(study, Role.OWNER), member(study, Role.ADMIN)
    close_study(study=study, actor=owner, now=NOW)
    assert signed_in(admin).post(f"/studies/{study.slug}/reopen/").status_code == 403
    study.refresh_from_db()
    assert study.state == StudyState.CLOSED
    reopen_study(study=study, actor=owner)
    stage.refresh_from_db()
    assert stage.state == StageState.CLOSED
    with pytest.raises(OwnerOpensAgain):
        open_stage(stage=stage, actor=admin, now=NOW)


def test_a_paused_stage_goes_on_and_a_draft_begins_without_the_owner(study, stage):
    admin = member(study, Role.ADMIN)
    study.stages.filter(number=1).update(state=StageState.PAUSED)
    open_stage(stage=stage, actor=admin, now=NOW)
    open_stage(stage=study.stages.get(number=2), actor=admin, now=NOW)
    assert not Reopening.objects.exists()


def test_asking_without_writing_down_is_for_a_few():
    asking = re.compile(r"\b(sight_of|must_wait_as_rater)\(")
    found = {
        path.relative_to(PROJECT).as_posix()
        for app in ("generation", "judgments", "reports", "raters", "conversations", "yardstick")
        for path in (PROJECT / app).rglob("*.py")
        if asking.search(path.read_text())
    }
    assert found - {"judgments/disclosure.py"} == MAY_ASK_ONLY


def test_the_file_of_an_export_counts_for_whoever_fetches_it(study, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    owner = member(study, Role.OWNER)
    export = request_export(study=study, file_format="csv", requested_by=owner, now=NOW)
    (tmp_path / "file.csv").write_text("a\n")
    type(export).objects.filter(pk=export.pk).update(
        state="done", file="file.csv", rows=1, size=2, sha256="0" * 64, finished_at=NOW
    )
    other = User.objects.create_user("second")
    Membership.objects.create(study=study, user=other, role=Role.OWNER)
    file = signed_in(other).get(f"/studies/{study.slug}/exports/{export.pk}/download/")
    assert b"".join(file.streaming_content) == b"a\n"
    assert sorted(Look.objects.values_list("user", "way")) == sorted([(owner.pk, "export"), (other.pk, "export")])
