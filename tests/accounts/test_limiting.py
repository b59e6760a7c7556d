"""Who asks too often is told to wait: by the address they really come from, and nobody else with them."""

import time

import pytest
from axes.models import AccessAttempt
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.checks import check_proxies
from accounts.limiting import TooMany, client_address, counting, network_of, take
from accounts.models import Scope, User
from accounts.services import create_token
from tests import limits
from yardstick import environment

PASSWORD = "a long password of ada"


@pytest.fixture
def _limits(settings):
    yield from limits.in_force()


def let_through(name: str, who: str, tries: int) -> int:
    passed = 0
    for _ in range(tries):
        try:
            take(name, who)
        except TooMany:
            continue
        passed += 1
    return passed


@pytest.mark.usefixtures("_limits")
def test_as_many_as_the_limit_says_are_let_through_at_once_and_then_one_by_one(settings):
    settings.LIMITS = {"sign_in": (10, 5)}
    started = time.monotonic()
    passed = let_through("sign_in", "a", 30)
    assert 10 <= passed <= 11 + (time.monotonic() - started) * 2  # one more for each half second that it took
    assert let_through("sign_in", "b", 5) == 5  # another address
    with pytest.raises(TooMany) as refused:
        while True:
            take("sign_in", "a")
    assert refused.value.seconds == 1
    time.sleep(0.6)  # a tenth of the five seconds, and some
    take("sign_in", "a")


@pytest.mark.usefixtures("_limits")
def test_while_valkey_is_away_each_process_counts_for_itself_and_nobody_waits(settings, monkeypatch, caplog):
    settings.LIMITS = {"sign_in": (10, 6000)}
    settings.VALKEY_URL = "redis://127.0.0.1:1/0"
    counting._valkey.cache_clear()
    monkeypatch.setattr(counting, "_memory", counting._Memory())
    started = time.monotonic()
    assert let_through("sign_in", "a", 30) == 10
    assert time.monotonic() - started < 20  # had each of the thirty waited for a second, it would be more
    assert counting.neighbours(place="x", who="a", member=1, seconds=60) == []
    assert caplog.text.count("Valkey is away") == 1
    counting._valkey.cache_clear()


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        ([], "203.0.113.7", "1.2.3.4", "203.0.113.7"),  # no proxy is trusted: all of it may be forged
        (0, "203.0.113.7", "1.2.3.4", "203.0.113.7"),
        (1, "127.0.0.1", "203.0.113.7", "203.0.113.7"),
        (1, "127.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        (2, "127.0.0.1", "1.2.3.4, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (1, "203.0.113.7", "", "203.0.113.7"),
        (3, "203.0.113.7", "1.2.3.4, 5.6.7.8", "203.0.113.7"),  # it did not come through all of them
        (["127.0.0.0/8"], "127.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        (["127.0.0.0/8", "10.0.0.0/8"], "127.0.0.1", "1.2.3.4, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (["127.0.0.0/8"], "203.0.113.7", "1.2.3.4", "203.0.113.7"),  # not from our proxy
        (["127.0.0.0/8"], "127.0.0.1", "127.0.0.2", "127.0.0.2"),
        (["127.0.0.0/8"], "127.0.0.1", "nonsense", "127.0.0.1"),
        (["127.0.0.0/8"], "127.0.0.1", "203.0.113.7, nonsense", "127.0.0.1"),
        (["::1/128"], "::1", "[2001:db8::7]:4711", "2001:db8::7"),
        (["127.0.0.0/8"], "::ffff:127.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_proxy_of_ours(
    settings, monkeypatch, trusted, peer, forwarded, client
):
    if isinstance(trusted, list):
        monkeypatch.setenv("TRUSTED", ",".join(trusted))
        trusted = environment.proxies("TRUSTED")
    settings.TRUSTED_PROXIES = trusted
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **headers)) == client


@given(st.text(), st.text())
def test_no_header_makes_an_error(peer, forwarded):
    request = RequestFactory().get("/")
    request.META |= {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    assert network_of(request)


def test_one_machine_with_many_ipv6_addresses_is_one():
    ask = RequestFactory().get
    networks = {network_of(ask("/", REMOTE_ADDR=f"2001:db8:1:2::{number:x}")) for number in range(20)}
    assert networks == {"2001:db8:1:2::/64"}
    assert network_of(ask("/", REMOTE_ADDR="")) == "unknown"


@pytest.mark.parametrize(
    ("text", "limit"),
    [("20/m", (20, 60)), ("30/5m", (30, 300)), ("500/h", (500, 3600)), ("1/9s", (1, 9)), ("off", None), ("", (1, 1))],
)
def test_limits_are_read_from_the_environment(monkeypatch, text, limit):
    monkeypatch.setenv("LIMIT", text)
    assert environment.limit("LIMIT", default="1/s") == limit


@pytest.mark.parametrize("text", ["0/m", "20", "20/d", "-1/m", "20/0m", "many"])
def test_a_limit_that_says_nothing_is_refused(monkeypatch, text):
    monkeypatch.setenv("LIMIT", text)
    with pytest.raises(ImproperlyConfigured, match="LIMIT"):
        environment.limit("LIMIT", default="1/s")


@pytest.mark.parametrize("text", ["10.0.0.0/33", "proxy.example", "12"])
def test_proxies_that_are_none_are_refused(monkeypatch, text):
    monkeypatch.setenv("PROXIES", text)
    with pytest.raises(ImproperlyConfigured, match="PROXIES"):
        environment.proxies("PROXIES")


def test_an_operator_behind_a_proxy_has_to_say_which(settings):
    settings.BEHIND_PROXY, settings.TRUSTED_PROXIES = True, []
    assert [error.id for error in check_proxies()] == ["accounts.E001"]
    settings.TRUSTED_PROXIES = 1
    assert not check_proxies()


@pytest.mark.django_db
@pytest.mark.usefixtures("_limits")
def test_many_names_from_one_address_meet_a_brake_and_others_do_not():
    User.objects.create_user("ada", password=PASSWORD)
    tries = [
        Client(REMOTE_ADDR="203.0.113.7").post("/login/", {"username": f"name-{number}", "password": "wrong"})
        for number in range(25)
    ]
    refused = [answer for answer in tries if answer.status_code == 429]
    assert refused
    assert 1 <= int(refused[0]["Retry-After"]) <= 60
    assert "Too many requests" in refused[0].content.decode()
    elsewhere = Client(REMOTE_ADDR="203.0.113.8")
    assert elsewhere.post("/login/", {"username": "ada", "password": PASSWORD}).status_code == 302
    assert Client(REMOTE_ADDR="203.0.113.7").get("/login/").status_code == 200  # looking costs nothing


@pytest.mark.django_db
@pytest.mark.usefixtures("_limits")
def test_scripts_are_told_in_json():
    for _ in range(25):
        answer = Client().post("/login/passkey/options/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "throttled")
    assert answer["Retry-After"].isdecimal()


@pytest.mark.django_db
def test_wrong_passwords_lock_a_name_for_their_address_only_though_all_come_by_the_proxy(settings):
    settings.TRUSTED_PROXIES = 1
    User.objects.create_user("ada", password=PASSWORD)

    def sign_in(address: str, password: str) -> int:
        headers = {"X-Forwarded-For": f"198.51.100.9, {address}"}
        return Client().post("/login/", {"username": "ada", "password": password}, headers=headers).status_code

    assert [sign_in("203.0.113.7", "wrong") for _ in range(10)][-1] == 429
    assert sign_in("203.0.113.7", PASSWORD) == 429
    assert sign_in("203.0.113.8", PASSWORD) == 302
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) <= {"203.0.113.7"}


@pytest.mark.django_db
@pytest.mark.usefixtures("_limits")
@pytest.mark.parametrize("token", ["", "Bearer ys_wrong"])
def test_strangers_at_the_api_meet_a_brake_and_who_has_a_token_does_not(token):
    stranger = APIClient(headers={"Authorization": token} if token else {})
    answers = [stranger.get("/api/v1/studies/") for _ in range(45)]
    assert {answer.status_code for answer in answers} == {401, 429}
    assert answers[0].status_code == 401
    assert answers[-1].json()["error"]["code"] == "throttled"
    assert int(answers[-1]["Retry-After"]) >= 1
    ada = User.objects.create_user("ada")
    secret = create_token(user=ada, name="t", scopes=[Scope.STUDY_READ], expires_at=None).secret
    same_address = APIClient(headers={"Authorization": f"Bearer {secret}"})
    assert {same_address.get("/api/v1/studies/").status_code for _ in range(45)} == {200}


@pytest.mark.django_db
@pytest.mark.usefixtures("_limits")
def test_an_account_at_the_api_is_counted_whatever_its_address(settings):
    settings.LIMITS |= {"api": (10, 60)}
    client = APIClient()
    client.force_authenticate(User.objects.create_user("ada"))
    statuses = [client.get("/api/v1/studies/", REMOTE_ADDR=f"203.0.113.{number}").status_code for number in range(12)]
    assert statuses[:10] == [200] * 10
    assert statuses[11] == 429
