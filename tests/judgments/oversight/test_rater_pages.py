"""The pages about raters: what they show to whom, and that acts on a rater work from them."""

import csv
import io
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AuditEntry, User
from conversations.enums import Role
from conversations.models import ConsentText, Membership, Stage, Study
from judgments.models import Assignment, Judgment
from judgments.oversight.folding import fold_all
from judgments.oversight.rater_sheet import FIGURES
from raters.models import Arrival, Enrolment, EntryLink, Message, Rater
from raters.services.messages import send_from_rater
from tests import factories
from tests.judgments.rated import NOW, always, careful, rated_study, work
from tests.rows import made_once

pytestmark = pytest.mark.django_db
# The eleven of the figures and six of the signs, of which two stages have no pages; the session, who asks, what they may see
# and that they saw, the filter's stages.
QUERIES = 31


def member(study: Study, role: Role) -> User:
    user = User.objects.create_user(f"{role}-{study.slug}")
    Membership.objects.create(study=study, user=user, role=role)
    return user


def client_of(study: Study, role: Role) -> Client:
    client = Client()
    client.force_login(member(study, role))
    return client


@made_once
def lively_study(*, raters: int = 12) -> Study:
    """Raters of all kinds: careful ones, one who hurries, one who leans left, one who has left, one who writes."""
    study = rated_study(stages=(1, 3), subjects=16, k=raters)
    consent = ConsentText.objects.create(study=study, version=1, text="You may stop at any time.")
    made = [factories.rater(study) for _ in range(raters)]
    habits = {0: (always(1), 1.5), 1: (always(2), 9.0)}
    for place, rater in enumerate(made):
        label, seconds = habits.get(place, (careful, 8 + place % 5))
        for stage in study.stages.filter(number__in=(1, 3)):
            work(rater, stage, label, pages=8 + place % 4, seconds=seconds, now=NOW + timedelta(minutes=place))
    for number, rater in enumerate(made, start=1):
        settle(study, rater, number, consent)
    return study


def settle(study: Study, rater: Rater, number: int, consent: ConsentText) -> None:
    stage = factories.stage(study, 1)
    link, _ = EntryLink.objects.get_or_create(stage=stage, label="First wave")
    enrolment = Enrolment.objects.get(rater=rater)
    outcome, paused = {3: ("withdrew", None), 4: ("", NOW)}.get(number, ("", None))
    Enrolment.objects.filter(pk=enrolment.pk).update(
        number=number,
        entry_link=link,
        consent=consent,
        consented_at=NOW,
        consent_hash="ab" * 32,
        outcome=outcome,
        paused_at=paused,
    )
    Arrival.objects.create(enrolment=enrolment, stage=stage, entry_link=link, arrived_at=NOW)
    if number == 1:
        send_from_rater(enrolment=enrolment, text="Is a <b>tie</b> allowed?", now=timezone.now())


@pytest.fixture
def study() -> Study:
    return lively_study(raters=5)


def address(name: str, study: Study, *arguments: int) -> str:
    return reverse(f"stages:{name}", args=[study.slug, *arguments])


def test_the_list_and_its_download_say_the_same(study):
    client = client_of(study, Role.OWNER)
    page = client.get(address("raters", study), {"stage": "1", "sort": "-done"})
    lines = list(page.context["page"])
    rows = list(
        csv.DictReader(io.StringIO(client.get(address("raters-csv", study) + "?stage=1&sort=-done").content.decode()))
    )
    assert [row["rater"] for row in rows] == [str(line.row.enrolment.number) for line in lines]
    for row, line in zip(rows, lines, strict=True):
        assert [row[key] for key in FIGURES] == [cell.text or cell.why for cell in line.cells]
    assert 'aria-sort="descending"' in page.content.decode()


@pytest.mark.parametrize("raters", [1, 30])
def test_the_page_takes_the_same_queries_for_one_rater_and_for_thirty(raters, django_assert_num_queries):
    study = rated_study(subjects=2)
    for _rater in range(raters):
        work(factories.rater(study), factories.stage(study, 1), careful, pages=1)
    client = client_of(study, Role.ADMIN)
    fold_all()
    with django_assert_num_queries(QUERIES):
        page = client.get(address("raters", study))
    assert len(page.context["page"]) == raters


def test_the_end_of_a_visit_is_a_state_only_where_a_platform_pays_it(study):
    arrival = Arrival.objects.select_related("entry_link").get(enrolment__study=study, enrolment__number=2)
    Arrival.objects.filter(pk=arrival.pk).update(outcome="stopped_early")
    client = client_of(study, Role.ANALYST)
    assert client.get(address("rater", study, 2)).context["row"].state == "active"
    assert arrival.entry_link is not None
    EntryLink.objects.filter(pk=arrival.entry_link.pk).update(platform="prolific", person_parameter="PROLIFIC_PID")
    assert client.get(address("rater", study, 2)).context["row"].state == "stopped_early"


def test_a_label_that_is_a_formula_is_text_in_the_download(study):
    EntryLink.objects.update(label="=1+1")
    text = client_of(study, Role.ANALYST).get(address("raters-csv", study)).content.decode()
    assert "'=1+1" in text


def test_an_analyst_reads_and_does_not_act_nor_read_messages(study):
    page = client_of(study, Role.ANALYST).get(address("rater", study, 1)).content.decode()
    assert "Agreement with peers" in page
    for hidden in ("Exclude judgments", "Pause</button>", "Messages", "tie", '<th scope="col">Kind</th>'):
        assert hidden not in page
    assert Message.objects.get().read_at is None


def test_a_rater_is_written_to_and_what_they_wrote_is_read(study):
    client = client_of(study, Role.ADMIN)
    assert client.post(address("message-rater", study, 1), {"text": "  "}).status_code == 422
    client.post(address("message-rater", study, 1), {"text": "Yes: choose no difference."})
    page = client.get(address("rater", study, 1)).content.decode()
    assert "&lt;b&gt;tie" in page
    assert list(Message.objects.order_by("id").values_list("from_rater", flat=True)) == [True, False]
    assert Message.objects.get(from_rater=True).read_at is not None


def test_judgments_are_excluded_with_a_reason_and_included_again(study):
    client = client_of(study, Role.ADMIN)
    stage = factories.stage(study, 1)
    exclude = address("exclude-judgments", study, 2, 1)
    asked = client.get(exclude)
    told = asked.context["effect"]
    assert client.post(exclude, {"reason": "withdrew"}).status_code == 422  # that is the rater's own to say
    assert client.post(exclude, {"reason": "speeding"}).status_code == 302
    mine = Judgment.objects.filter(rater__enrolments__number=2, unit__task__stage=stage)
    assert mine.filter(exclusion_reason="speeding").count() == told.judgments == mine.count()
    assert freed(stage, 2) == told.slots
    include = address("include-judgments", study, 2, 1)
    assert client.get(include).context["effect"].slots == told.slots
    client.post(include)
    assert mine.filter(excluded_at__isnull=False).count() == 0
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions[-2:] == ["judgments.exclude", "judgments.include"]


def freed(stage: Stage, number: int) -> int:
    """Pages of the rater that fill no slot any more."""
    return Assignment.objects.filter(rater__enrolments__number=number, stage=stage, slot__isnull=True).count()


def test_pausing_and_letting_go_on_from_the_page(study):
    client = client_of(study, Role.ADMIN)
    client.post(address("pause-rater", study, 2))
    page = client.get(address("rater", study, 2)).content.decode()
    assert "The rater is paused." in page
    client.post(address("let-rater-go-on", study, 2))
    assert Enrolment.objects.get(study=study, number=2).paused_at is None


def test_the_stage_page_shows_counters_that_add_up(study):
    page = client_of(study, Role.ANALYST).get(reverse("stages:stage", args=[study.slug, 1]))
    progress = page.context["progress"]
    assert f"{progress.waiting} waiting" in page.content.decode()
    assert f"= {progress.total} ratings" in page.content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_no_page_about_raters_fails_axe_or_spills(page: Page, live_server):
    study = lively_study()
    Assignment.objects.update(pastes=1, exits_with_copy=1)
    client = client_of(study, Role.OWNER)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    shown = {
        "list": address("raters", study) + "?sort=-flags",
        "rater": address("rater", study, 1),
        "pay": address("pay", study),
        "exclude": address("exclude-judgments", study, 2, 1),
        "include": address("include-judgments", study, 2, 1),
        "stage": reverse("stages:stage", args=[study.slug, 1]),
    }
    for name, where in shown.items():
        page.goto(live_server.url + where)
        expect(page.locator("h1")).to_be_visible()
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                page.evaluate("Promise.allSettled(document.getAnimations().map(each => each.finished))")  # colours fade
                found = [violation["id"] for violation in Axe().run(page).response["violations"]]
                assert found == [], (name, width, scheme)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
