"""A link that demands Prolific's signature lets in nobody without it. The keys come from a real server."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.utils import timezone

from raters.enums import Platform
from raters.models import Arrival, Enrolment, EntryLink
from raters.platforms.prolific import PARAMETERS as PARAMETERS_OF_PROLIFIC
from raters.platforms.prolific import tokens
from tests.judgments.raters_at_work import open_for_rating
from tests.resolving import resolve

pytestmark = pytest.mark.django_db
AUDIENCE = "https://yardstick.example"
PARAMETERS = {"PROLIFIC_PID": "person-1", "STUDY_ID": "study-1", "SESSION_ID": "session-1"}
CLAIM = {"participant_id": "person-1", "study_id": "study-1", "session_id": "session-1", "workspace_id": "w"}


class KeyServer:
    """Serves the public halves of ``keys`` and counts how often it was asked."""

    def __init__(self) -> None:
        self.keys = {"one": rsa.generate_private_key(public_exponent=65537, key_size=2048)}
        self.asked = 0
        self.is_down = False
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served.asked += 1
                if served.is_down:
                    self.send_error(500)
                    return
                body = json.dumps({"keys": [served.public(name) for name in served.keys]}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/jwks.json"

    def public(self, name: str) -> dict[str, str]:
        key: dict[str, str] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.keys[name].public_key()))
        return key | {"kid": name, "alg": "RS256", "use": "sig"}

    def token(self, *, kid: str = "one", **changes: object) -> str:
        claims = {"aud": AUDIENCE, "exp": timezone.now() + timedelta(minutes=5), "prolific": CLAIM} | changes
        left_out = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(left_out, self.keys[kid], algorithm="RS256", headers={"kid": kid})


@pytest.fixture
def keys(settings) -> Iterator[KeyServer]:
    server = KeyServer()
    thread = threading.Thread(target=server.server.serve_forever, daemon=True)
    thread.start()
    settings.PROLIFIC_JWKS_URL = server.address
    settings.PROLIFIC_AUDIENCE = AUDIENCE
    tokens._keys.cache_clear()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def link() -> EntryLink:
    _study, stage = open_for_rating(1, subjects=1)
    return EntryLink.objects.create(
        stage=stage, label="crowd", platform=Platform.PROLIFIC, requires_token=True, **PARAMETERS_OF_PROLIFIC
    )


def come(link: EntryLink, token: str, **parameters: str) -> tuple[Client, int]:
    client = Client()
    answer = client.get(f"/r/{link.token}/", PARAMETERS | parameters | {"prolific_token": token})
    return client, answer.status_code


def test_signed_arrival_is_let_in_and_marked_as_signed(keys, link):
    client, status = come(link, keys.token())
    assert status == 302
    assert client.post(f"/r/{link.token}/").status_code == 302
    assert Arrival.objects.get().signed is True
    assert Enrolment.objects.get().external_id == "person-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": timezone.now() - timedelta(minutes=5)},
        {"exp": None},
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"prolific": CLAIM | {"participant_id": "somebody else"}},
        {"prolific": CLAIM | {"session_id": "another session"}},
        {"prolific": {"workspace_id": "w"}},
        {"prolific": None},
    ],
)
def test_token_that_is_late_for_others_or_empty_is_refused(keys, link, changes):
    client, status = come(link, keys.token(**changes))
    assert status == 403
    assert client.post(f"/r/{link.token}/").status_code == 400
    assert not Enrolment.objects.exists()


def test_forged_tokens_are_refused(keys, link):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = {"aud": AUDIENCE, "exp": timezone.now() + timedelta(minutes=5), "prolific": CLAIM}
    forged = [
        jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": "one"}),
        jwt.encode(claims, "0" * 64, algorithm="HS256", headers={"kid": "one"}),
        jwt.encode(claims, "", algorithm="none", headers={"kid": "one"}),
        "not a token",
        "",
    ]
    assert [come(link, token)[1] for token in forged] == [403] * 5


def test_keys_are_kept_and_asked_for_again_when_they_were_changed(keys, link):
    for _ in range(3):
        assert come(link, keys.token())[1] == 302
    assert keys.asked == 1
    tokens._keys(keys.address).cooldown_duration = 0  # else an unknown key asks again after half a minute at most
    keys.keys["two"] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert come(link, keys.token(kid="two"))[1] == 302
    assert keys.asked == 2


def test_while_the_keys_cant_be_had_the_rater_waits_and_nobody_is_let_in(keys, link):
    keys.is_down = True
    client, status = come(link, keys.token())
    assert status == 503
    assert client.post(f"/r/{link.token}/").status_code == 400
    keys.is_down = False
    assert come(link, keys.token())[1] == 302


def test_keys_are_not_taken_from_inside_under_the_platforms_own_name(keys, link, settings, monkeypatch):
    settings.PROLIFIC_JWKS_URL = keys.address.replace("127.0.0.1", "api.prolific.com")
    resolve(monkeypatch, api_prolific_com=[["127.0.0.1"]])
    assert come(link, keys.token())[1] == 503
    assert keys.asked == 0
