"""A form whose origin is not trusted: said on a page of ours, and in the log in a way that leads to the setting."""

import logging

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from yardstick import environment

pytestmark = pytest.mark.django_db
NAME = "YARDSTICK_BASE_URL"


@pytest.fixture
def behind_a_proxy(settings) -> None:
    settings.BASE_URLS = settings.CSRF_TRUSTED_ORIGINS = ["https://rate.example.org", "https://rate.example.com"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLOWED_HOSTS = ["inside.example.org"]


def sign_in(origin: str):
    client = Client(enforce_csrf_checks=True, headers={"Host": "inside.example.org", "X-Forwarded-Proto": "https"})
    client.get("/login/")
    token = client.cookies["csrftoken"].value
    body = {"username": "nobody", "password": "wrong", "csrfmiddlewaretoken": token}
    return client.post("/login/", body, headers={"Origin": origin, "Referer": f"{origin}/login/"})


@pytest.mark.usefixtures("behind_a_proxy")
@pytest.mark.parametrize("origin", ["https://rate.example.org", "https://rate.example.com"])
def test_people_sign_in_under_each_of_several_addresses(origin: str) -> None:
    response = sign_in(origin)
    assert response.status_code == 200
    assert "Please enter a correct username" in response.content.decode()


@pytest.mark.usefixtures("behind_a_proxy")
def test_refusal_is_a_page_of_ours_and_the_log_leads_to_the_setting(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="yardstick.project.views"):
        response = sign_in("https://elsewhere.example.net")
    assert response.status_code == 403
    assert "Please send that again" in response.content.decode()
    (told,) = [record.getMessage() for record in caplog.records if record.name == "yardstick.project.views"]
    for part in ("POST /login/", "'https://elsewhere.example.net'", "https://rate.example.com", NAME):
        assert part in told


@pytest.mark.usefixtures("behind_a_proxy")
def test_an_origin_can_write_no_line_of_its_own_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="yardstick.project.views"):
        sign_in("https://e.example/\x0b2026-01-01 all is well" + "x" * 1000)
    (told,) = [record.getMessage() for record in caplog.records if record.name == "yardstick.project.views"]
    assert len(told.splitlines()) == 1 and len(told) < 1000


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://Rate.example.org/", ["https://rate.example.org"]),
        ("https://a.example, https://b.example:8443", ["https://a.example", "https://b.example:8443"]),
        ("http://[::1]:8000", ["http://[::1]:8000"]),
    ],
)
def test_addresses_are_read_as_browsers_name_them(monkeypatch: pytest.MonkeyPatch, given: str, expected: list[str]):
    monkeypatch.setenv(NAME, given)
    assert environment.addresses(NAME, default="http://127.0.0.1:8000") == expected


@pytest.mark.parametrize(
    "given", ["rate.example.org", "ftp://a.example", "https://", "https://a.example/sub", "http://a.example,https://b"]
)
def test_addresses_that_could_never_match_are_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(NAME, given)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        environment.addresses(NAME, default="http://127.0.0.1:8000")


def test_without_the_variable_the_default_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    assert environment.addresses(NAME, default="http://127.0.0.1:8000") == ["http://127.0.0.1:8000"]
