import pytest

from generation.addresses import AddressRefused, check_address, check_endpoint, key_for
from generation.client import CallFailed, close_clients, complete
from generation.enums import FailureReason
from generation.models import Endpoint
from tests.generation import provider as server
from tests.generation.provider import ANSWER, Reply
from tests.resolving import resolve

MESSAGES = [{"role": "user", "content": "How long?"}]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/v1",
        "http://localhost/v1",
        "http://10.0.0.1/v1",
        "http://169.254.169.254/latest",
        "http://[::1]/v1",
        "http://0.0.0.0/v1",
        "http://[::ffff:127.0.0.1]/v1",
        "http://2130706433/v1",
        "http://224.0.0.1/v1",
        "ftp://example.com/v1",
        "file:///etc/passwd",
        "http://user:secret@8.8.8.8/v1",
        "http://8.8.8.8:99999/v1",
        "http://no-such-host.invalid/v1",
        "http://[64:ff9b::a9fe:a9fe]/v1",
        "http://[::10.0.0.1]/v1",
        "http://[::127.0.0.1]/v1",
        "http://[fec0::1]/v1",
        "http://192.88.99.1/v1",
    ],
)
def test_address_inside_the_network_or_malformed_is_refused(url):
    with pytest.raises(AddressRefused):
        check_address(url)


def test_public_address_is_allowed():
    check_address("https://8.8.8.8/v1")


def test_host_named_by_the_operator_is_allowed(monkeypatch):
    monkeypatch.setenv("YARDSTICK_LLM_ALLOWED_HOSTS", "127.0.0.1:9000, models.internal")
    check_address("http://127.0.0.1:9000/v1")
    check_address("http://models.internal/v1")
    with pytest.raises(AddressRefused):
        check_address("http://127.0.0.1:9001/v1")


def test_embedded_endpoint_uses_the_address_of_the_settings(settings):
    settings.LLM_BASE_URL = "http://127.0.0.1:8123/v1"
    endpoint = Endpoint(base_url="http://127.0.0.1:1/v1", is_embedded=True)
    check_endpoint(endpoint)
    assert endpoint.address == "http://127.0.0.1:8123/v1"


def test_key_goes_only_to_the_host_the_operator_paired_it_with(monkeypatch):
    monkeypatch.setenv("YARDSTICK_LLM_ACME_KEY", "sk-1")
    monkeypatch.setenv("YARDSTICK_LLM_ACME_URL", "https://api.acme.example/v1")
    mine = Endpoint(base_url="https://api.acme.example/v1", key_variable="YARDSTICK_LLM_ACME_KEY")
    assert key_for(mine) == "sk-1"
    for url in ("https://evil.example/v1", "http://api.acme.example/v1", "https://api.acme.example:444/v1"):
        with pytest.raises(AddressRefused):
            key_for(Endpoint(base_url=url, key_variable="YARDSTICK_LLM_ACME_KEY"))


@pytest.mark.parametrize("name", ["DATABASE_URL", "YARDSTICK_SECRET_KEY", "PATH", "YARDSTICK_LLM_ACME_URL"])
def test_other_variables_are_never_sent(name, monkeypatch):
    monkeypatch.setenv(name, "something")
    with pytest.raises(AddressRefused):
        key_for(Endpoint(base_url="https://evil.example/v1", key_variable=name))


def test_missing_key_is_said(monkeypatch):
    with pytest.raises(AddressRefused, match="must both be set"):
        key_for(Endpoint(base_url="https://api.acme.example/v1", key_variable="YARDSTICK_LLM_NOWHERE_KEY"))


@pytest.fixture
def inner():
    """A server inside, which nobody allowed."""
    with server.running() as provider:
        yield provider
    close_clients()


def at(name: str, inner: server.Provider) -> Endpoint:
    return Endpoint(base_url=inner.url.replace("127.0.0.1", name), model="m", timeout_seconds=1)


def refusal(endpoint: Endpoint) -> FailureReason:
    with pytest.raises(CallFailed) as failed:
        complete(endpoint, messages=MESSAGES, parameters={})
    return failed.value.reason


def test_name_that_moves_inside_after_it_was_saved_is_not_called(inner, monkeypatch):
    resolve(monkeypatch, rebinding_example=[["1.1.1.1"], ["127.0.0.1"]])
    endpoint = at("rebinding.example", inner)
    check_endpoint(endpoint)
    assert refusal(endpoint) == FailureReason.NOT_ALLOWED
    assert not inner.requests


def test_name_that_moves_inside_during_the_call_is_asked_for_once(inner, monkeypatch):
    resolver = resolve(monkeypatch, rebinding_example=[["1.1.1.1"], ["127.0.0.1"]])
    assert refusal(at("rebinding.example", inner)) in {FailureReason.CONNECTION, FailureReason.TIMEOUT}
    assert resolver.asked["rebinding.example"] == 1
    assert not inner.requests


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"])
def test_literal_inside_is_not_called_whatever_was_saved(inner, name):
    assert refusal(at(name, inner)) == FailureReason.NOT_ALLOWED
    assert not inner.requests


def test_redirect_leads_nowhere(inner, monkeypatch):
    monkeypatch.setenv("YARDSTICK_LLM_ALLOWED_HOSTS", "127.0.0.1")
    with server.running() as outer:
        outer.script = lambda request, number: Reply(status=307, headers={"Location": f"{inner.url}/chat/completions"})
        assert refusal(at("127.0.0.1", outer)) == FailureReason.REFUSED
        assert outer.requests
    assert not inner.requests


def test_model_beside_the_demo_is_called_at_the_address_of_the_settings(inner, settings):
    settings.LLM_BASE_URL, settings.LLM_IS_EMBEDDED = inner.url, True
    embedded = Endpoint(base_url="http://127.0.0.1:1/v1", is_embedded=True, model="m", timeout_seconds=5)
    assert complete(embedded, messages=MESSAGES, parameters={}).text == ANSWER
    assert refusal(at("127.0.0.1", inner)) == FailureReason.NOT_ALLOWED


def test_name_that_cannot_be_resolved_now_may_be_tried_again():
    endpoint = Endpoint(base_url="http://no-such-host.invalid/v1", model="m", timeout_seconds=1)
    assert refusal(endpoint) == FailureReason.CONNECTION
