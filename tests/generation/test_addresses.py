import pytest

from generation.addresses import AddressRefused, check_address, check_endpoint, key_for
from generation.models import Endpoint


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
