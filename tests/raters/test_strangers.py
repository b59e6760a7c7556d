"""A stranger without cookies can't take a study's pages away; a whole office behind one address can rate."""

import time

import pytest
from django.db.models import Count, F, Q
from django.test import Client

from accounts.limiting import counting
from accounts.models import User
from conversations.enums import Role
from conversations.models import Membership, Stage
from judgments.models import Assignment, Slot
from raters.enums import Platform
from raters.models import Enrolment, EntryLink, Rater
from tests import limits, worlds
from tests.judgments.raters_at_work import open_for_rating

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.7"


@pytest.fixture(autouse=True)
def _limits(_unlimited):
    yield from limits.in_force()


def path(stage: Stage) -> str:
    return f"/rate/{stage.study.slug}/{stage.number}/"


def begin(stage: Stage, link: EntryLink, *, address: str = ADDRESS) -> tuple[Client, int]:
    """A new browser comes, starts, and opens its first page. The status of what was refused, else of that page."""
    browser = Client(REMOTE_ADDR=address)
    for answer in (browser.get(f"/r/{link.token}/"), browser.post(f"/r/{link.token}/")):
        if answer.status_code == 429:
            assert int(answer["Retry-After"]) >= 1
            return browser, 429
    return browser, browser.get(path(stage)).status_code


def submit(browser: Client, stage: Stage) -> int:
    enrolled = browser.session["raters"][str(stage.study_id)]
    return int(worlds.submit_all(browser, Assignment.objects.get(rater=enrolled, outcome="")).status_code)


def leased(stage: Stage) -> int:
    return Slot.objects.filter(stage=stage, assignment__isnull=False, filled_at__isnull=True).count()


def wholly_leased(stage: Stage) -> int:
    tasks = stage.tasks.annotate(held=Count("slots", filter=Q(slots__assignment__isnull=False)))
    return tasks.filter(held__gte=F("stage__k")).count()


def test_forty_visits_of_one_address_take_a_quarter_of_the_pages_and_all_of_no_task():
    _study, stage = open_for_rating(1, subjects=27, attributes_each=1)
    link = worlds.entry_link(stage)
    started = time.monotonic()
    statuses = [begin(stage, link)[1] for _ in range(40)]
    refilled = (time.monotonic() - started) / 10
    assert statuses[:20] == [200] * 20
    assert statuses[20:] == [429] * 20
    assert (leased(stage), wholly_leased(stage)) == (20, 0)
    # Who waits for a page has enrolled, and of these there are 30 at once and then six a minute.
    assert 30 <= Enrolment.objects.count() <= 31 + refilled
    assert begin(stage, link, address="203.0.113.8")[1] == 200


def test_less_than_half_of_a_small_stage_is_held_by_one_address():
    _study, stage = open_for_rating(1, subjects=5, attributes_each=1)
    link = worlds.entry_link(stage)
    assert [begin(stage, link)[1] for _ in range(9)] == [200] * 7 + [429] * 2
    assert (leased(stage), wholly_leased(stage)) == (7, 0)


def test_an_office_waits_a_little_and_then_rates_unhindered(settings):
    settings.LIMITS |= {"enrolments": (10, 2), "arrivals": (1200, 60)}  # as in force, but a hundred times as fast
    settings.MOST_BEGINNERS = 4
    _study, stage = open_for_rating(1, subjects=12, attributes_each=1)
    link = worlds.entry_link(stage)
    waiting, at_work = [Client(REMOTE_ADDR=ADDRESS) for _ in range(20)], list[Client]()
    while waiting:
        browser = waiting.pop(0)
        if "raters" not in browser.session and browser.post(f"/r/{link.token}/").status_code == 429:
            time.sleep(0.1)
            waiting.append(browser)
        elif browser.get(path(stage)).status_code == 429:
            assert submit(at_work.pop(0), stage) == 200  # somebody is done with their first page
            waiting.append(browser)
        else:
            at_work.append(browser)
    assert Enrolment.objects.count() == 20
    assert {browser.get(path(stage)).status_code for browser in at_work for _ in range(4)} == {200}


def test_who_has_to_wait_for_a_page_gets_it_when_another_has_submitted(settings):
    settings.MOST_BEGINNERS = 3
    _study, stage = open_for_rating(1, subjects=9, attributes_each=1)
    link = worlds.entry_link(stage)
    first, *_others = [begin(stage, link)[0] for _ in range(3)]
    last, status = begin(stage, link)
    assert status == 429
    page = last.get(path(stage))
    assert (page["Retry-After"], page["Refresh"]) == ("30", "30")
    assert "Many people of your network have just begun" in page.content.decode()
    assert submit(first, stage) == 200
    assert last.get(path(stage)).status_code == 200
    assert first.get(path(stage)).status_code == 200


def test_where_nothing_else_is_left_the_last_slot_is_given_too():
    _study, stage = open_for_rating(1, subjects=1, attributes_each=1)
    link = worlds.entry_link(stage)
    assert [begin(stage, link)[1] for _ in range(3)] == [200] * 3
    assert wholly_leased(stage) == 1


def test_one_browser_that_plays_many_people_of_a_platform_is_braked_too():
    _study, stage = open_for_rating(1, subjects=27, attributes_each=1)
    link = EntryLink.objects.create(stage=stage, label="x", platform=Platform.OTHER, person_parameter="PID")
    browser = Client(REMOTE_ADDR=ADDRESS)
    statuses = []
    for number in range(40):
        browser.get(f"/r/{link.token}/?PID={number}")
        statuses.append(browser.post(f"/r/{link.token}/").status_code)
        browser.get(path(stage))
    assert statuses[:30] == [302] * 30
    assert 429 in statuses[30:]
    assert leased(stage) == 20


def test_visits_of_links_are_counted_for_who_is_nobody_yet(settings):
    settings.LIMITS |= {"arrivals": (5, 60)}
    _study, stage = open_for_rating(1)
    link = worlds.entry_link(stage)
    rater, status = begin(stage, link)
    assert status == 200
    stranger = Client(REMOTE_ADDR=ADDRESS)
    visits = [stranger.get(f"/r/{link.token}/").status_code for _ in range(5)]
    assert visits == [200, 200, 200, 429, 429]  # the rater's two visits count
    guesses = [stranger.get(f"/r/{place}/").status_code for place in ("a", "b", "resume/c", "d", "resume/e", "f")]
    assert guesses == [404, 404, 404, 404, 404, 429]
    assert "Zu viele Anfragen" in stranger.get("/r/x/", headers={"Accept-Language": "de"}).content.decode()
    assert rater.get(f"/r/{link.token}/").status_code == 200


def test_who_was_given_a_link_of_their_own_is_not_held_up_by_others(settings):
    settings.LIMITS |= {"arrivals": (2, 3600), "enrolments": (1, 3600)}
    settings.MOST_BEGINNERS = 3
    _study, stage = open_for_rating(1, subjects=9, attributes_each=1)
    assert [begin(stage, worlds.entry_link(stage))[1] for _ in range(6)] == [200] * 6


def test_members_are_not_counted(settings):
    settings.LIMITS |= {"enrolments": (1, 3600)}
    settings.MOST_BEGINNERS = 3
    study, stage = open_for_rating(1, subjects=9, attributes_each=1)
    for number in range(5):
        user = User.objects.create_user(f"member-{number}")
        Membership.objects.create(study=study, user=user, role=Role.RATER)
        browser = Client(REMOTE_ADDR=ADDRESS)
        browser.force_login(user)
        assert browser.post(f"/studies/{study.slug}/stages/1/rate/").status_code == 302
        assert browser.get(path(stage)).status_code == 200
    assert Rater.objects.filter(user__isnull=False).count() == 5


def test_raters_come_and_rate_while_valkey_is_away(settings, monkeypatch):
    settings.VALKEY_URL = "redis://127.0.0.1:1/0"
    counting._valkey.cache_clear()
    monkeypatch.setattr(counting, "_memory", counting._Memory())
    _study, stage = open_for_rating(1, subjects=9, attributes_each=1)
    link = worlds.entry_link(stage)
    for _ in range(5):
        browser, status = begin(stage, link)
        assert status == 200
        assert submit(browser, stage) == 200
    counting._valkey.cache_clear()
