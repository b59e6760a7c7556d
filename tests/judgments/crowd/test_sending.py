"""Prolific is told through its API: once, after a look at it, and nobody is paid twice."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from conversations.enums import Role
from conversations.models import Membership, Study
from judgments.crowd.acts import ListChanged, request_acts, set_token
from judgments.crowd.platforms import prolific
from judgments.crowd.platforms.base import CallRefused
from judgments.crowd.sending import send_next_batch
from judgments.enums import ActKind, ActState
from judgments.models import PlatformAccount, PlatformAct
from raters.models import Arrival, CompletionCode, EntryLink
from tests.judgments import platform_arrivals
from tests.judgments.crowd.prolific_stand_in import NOW, STUDY, TOKEN, Platform, address, send, states, work
from tests.judgments.rated import rated_study
from tests.resolving import resolve
from tests.said import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(settings) -> Iterator[Platform]:
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"null")
            platform.calls.append((self.path, body, self.headers["Authorization"]))
            end = self.path.rstrip("/").rsplit("/", 1)[-1]
            waiting = platform.statuses.get(end, [])
            status = waiting.pop(0) if waiting else 200
            if status == 0:
                self.close_connection = True
                return
            answer: object = {"status": "ok"}
            if end == "bonus-payments":
                rows = [row.split(",") for row in body["csv_bonuses"].splitlines()]
                cents = sum(round(float(amount) * 100) for _id, amount in rows) + platform.cents_off
                answer = {"id": f"bonus{len(platform.calls)}", "amount": float(cents), "fees": 0.0}
            content = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in platform.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    settings.PROLIFIC_API_URL = platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield platform
    server.shutdown()
    server.server_close()


@pytest.fixture
def study() -> Study:
    study = rated_study(subjects=1)
    Study.objects.filter(pk=study.pk).update(pay_per_hour="12.00", currency="GBP")
    study.refresh_from_db()
    return study


@pytest.fixture
def owner(study) -> User:
    user = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    return user


@pytest.fixture
def client(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def link(study, owner) -> EntryLink:
    link = EntryLink.objects.create(
        stage=study.stages.get(number=1),
        label="crowd",
        platform="prolific",
        person_parameter="PROLIFIC_PID",
        session_parameter="SESSION_ID",
    )
    CompletionCode.objects.create(entry_link=link, outcome="screened_out", code="SCREENED")
    set_token(study=study, platform="prolific", token=TOKEN, actor=owner)
    return link


def arrived(link: EntryLink, number: int, outcome: str, *, minutes: int = 0) -> Arrival:
    return platform_arrivals.arrived(link, number, outcome, minutes=minutes, now=NOW)


def test_submissions_are_approved_together_and_once(client, link, platform):
    arrived(link, 1, "completed")
    arrived(link, 2, "no_work")
    assert "being told of 2" in send(client, link, "approve")
    work(link)
    assert platform.calls == [
        (
            "/api/v1/submissions/bulk-approve/",
            {"submission_ids": ["submission-1", "submission-2"]},
            f"Token {TOKEN}",
        )
    ]
    assert states(link) == [ActState.DONE] * 2
    page = said(client.get(f"/studies/{link.stage.study.slug}/crowd/"))
    assert "2 done" in page
    assert "Nothing to send" in said(client.get(address(link, "approve")))
    work(link)
    assert len(platform.calls) == 1


def test_a_bonus_is_set_up_and_paid_once_with_what_is_due(client, link, platform):
    arrived(link, 3, "stopped_early", minutes=10)
    arrived(link, 4, "screened_out", minutes=2)
    page = said(client.get(address(link, "bonus")))
    assert "Pay 2.40 GBP to 2" in page
    send(client, link, "bonus")
    work(link)
    assert platform.said("/bonus-payments/") == [
        {"study_id": STUDY, "csv_bonuses": "submission-3,2.00\nsubmission-4,0.40"}
    ]
    assert [path for path, *_ in platform.calls][1:] == ["/api/v1/bulk-bonus-payments/bonus1/pay/"]
    assert states(link) == [ActState.DONE] * 2
    work(link)
    assert len(platform.calls) == 2


@pytest.mark.parametrize("status", [500, 0])
def test_a_payment_whose_answer_is_lost_is_never_made_again_by_itself(client, link, platform, status):
    arrived(link, 3, "stopped_early", minutes=10)
    platform.statuses["pay"] = [status]
    send(client, link, "bonus")
    work(link)
    work(link, now=NOW + timedelta(hours=2))
    assert states(link) == [ActState.UNKNOWN]
    assert len(platform.said("/pay/")) == 1
    crowd = f"/studies/{link.stage.study.slug}/crowd/"
    assert "Not known whether 1" in said(client.get(crowd))
    assert "Nothing to send" in said(client.get(address(link, "bonus")))
    batch = PlatformAct.objects.get().batch
    client.post(f"{crowd}{link.pk}/settle/{batch}/", {"paid": "no"})
    send(client, link, "bonus")
    work(link, now=NOW + timedelta(hours=3))
    assert states(link) == [ActState.DONE]
    assert len(platform.said("/pay/")) == 2


def test_a_worker_that_died_after_asking_to_pay_leaves_it_unknown(client, link, platform):
    arrived(link, 3, "stopped_early", minutes=10)
    send(client, link, "bonus")
    assert send_next_batch(study_id=link.stage.study_id, now=NOW)  # set up
    PlatformAct.objects.update(state=ActState.SENT, told_at=NOW)  # then the process was killed in the call to pay
    PlatformAccount.objects.update(busy_until=NOW + timedelta(minutes=5))
    assert not send_next_batch(study_id=link.stage.study_id, now=NOW + timedelta(minutes=1))
    work(link, now=NOW + timedelta(minutes=6))
    assert states(link) == [ActState.UNKNOWN]
    assert platform.said("/pay/") == []


def test_an_amount_that_differs_over_there_is_not_paid(client, link, platform):
    arrived(link, 3, "stopped_early", minutes=10)
    platform.cents_off = 100
    send(client, link, "bonus")
    work(link)
    assert states(link) == [ActState.FAILED]
    assert "would have paid 3.00" in PlatformAct.objects.get().words
    assert platform.said("/pay/") == []


def test_too_many_calls_wait_as_long_as_the_platform_asks(client, link, platform):
    arrived(link, 1, "completed")
    platform.statuses["bulk-approve"], platform.headers = [429], {"Retry-After": "40"}
    send(client, link, "approve")
    work(link)
    work(link, now=NOW + timedelta(seconds=30))
    assert (states(link), len(platform.calls)) == ([ActState.WAITING], 1)
    work(link, now=NOW + timedelta(seconds=60))
    assert (states(link), len(platform.calls)) == ([ActState.DONE], 2)


def test_a_token_that_is_refused_is_told_in_words(client, link, platform):
    arrived(link, 1, "completed")
    platform.statuses["bulk-approve"] = [401]
    send(client, link, "approve")
    work(link)
    assert states(link) == [ActState.FAILED]
    page = said(client.get(f"/studies/{link.stage.study.slug}/crowd/{link.pk}/acts/"))
    assert "know the token (HTTP 401)" in page.replace("&#x27;", "'")
    assert "Send 1" in said(client.get(address(link, "approve")))  # it is in the list again


def test_one_arrival_that_is_not_possible_does_not_hold_up_the_others(client, link, platform):
    for number in (1, 2, 3, 4):
        arrived(link, number, "completed")
    platform.statuses["bulk-approve"] = [400, 400, 400]  # all, the first half, its first one
    send(client, link, "approve")
    work(link)
    assert sorted(states(link)) == [ActState.DONE] * 3 + [ActState.FAILED]


def test_each_screened_out_arrival_ends_with_its_own_code(client, link, platform):
    arrived(link, 4, "screened_out")
    arrived(link, 5, "failed_comprehension")  # this link has no code for it
    send(client, link, "screen-out")
    work(link)
    assert [(path, body) for path, body, _token in platform.calls] == [
        (
            "/api/v1/submissions/submission-4/transition/",
            {"action": "COMPLETE", "completion_code": "SCREENED"},
        )
    ]
    assert states(link) == [ActState.DONE, ActState.FAILED]


def test_who_agrees_to_an_older_list_sends_nothing(owner, link, platform):
    arrived(link, 1, "completed")
    asked: dict[str, Any] = {
        "study": link.stage.study,
        "link": link,
        "kind": ActKind.APPROVE,
        "platform_study_id": "",
        "actor": owner,
    }
    request_acts(**asked, arrivals=1, total=Decimal(0), now=NOW)
    with pytest.raises(ListChanged):  # a second click, or another admin who saw the same
        request_acts(**asked, arrivals=1, total=Decimal(0), now=NOW)
    assert len(states(link)) == 1


def test_the_token_and_ids_appear_nowhere(client, owner, link, platform, caplog):
    arrived(link, 1, "completed")
    page = send(client, link, "approve") + said(client.get(f"/studies/{link.stage.study.slug}/crowd/token/"))
    work(link)
    logged = caplog.text + str(list(AuditEntry.objects.values()))
    assert TOKEN not in PlatformAccount.objects.get().sealed_token
    for secret in (TOKEN, "submission-1", "person-1"):
        assert secret not in page
        assert secret not in logged


def test_without_the_token_nothing_that_waits_is_sent(client, link, platform):
    arrived(link, 1, "completed")
    send(client, link, "approve")
    client.post(f"/studies/{link.stage.study.slug}/crowd/token/", {"remove": "yes"})
    work(link)
    assert (states(link), platform.calls) == ([ActState.FAILED], [])


def test_the_token_is_not_sent_inside_under_the_platforms_own_name(platform, settings, monkeypatch):
    settings.PROLIFIC_API_URL = platform.url.replace("127.0.0.1", "api.prolific.com")
    resolve(monkeypatch, api_prolific_com=[["127.0.0.1"]])
    with pytest.raises(CallRefused, match="can't be reached"):
        prolific.approve(token=TOKEN, submissions=["60aca280709ee40ec37d4885"])
    assert not platform.calls
