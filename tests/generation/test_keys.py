"""Keys that are entered on the page: encrypted, bound to a host, and never seen again."""

import io
import logging

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from accounts.models import AuditEntry
from conversations.enums import Role
from generation.addresses import AddressRefused, key_for
from generation.models import Endpoint
from generation.services.endpoints import save_endpoint, try_endpoint
from tests.generation.browsing import client_of
from tests.generation.provider import Reply, attribute, extraction

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "sk-canary-4f1c9a7e"


@pytest.fixture
def owner(study):
    return client_of(study, Role.OWNER)


def form(endpoint, **changes):
    values = {
        "name": endpoint.name,
        "base_url": endpoint.base_url,
        "model": endpoint.model,
        "context_tokens": 8192,
        "input_price": "0",
        "output_price": "0",
        "concurrency": 2,
        "timeout_seconds": 5,
        "temperature": "0.2",
        "max_tokens": 100,
        "supports_json_schema": "on",
    }
    return values | changes


def test_key_is_stored_encrypted_and_reaches_only_the_endpoint(study, endpoint, provider, owner, caplog):
    caplog.set_level(logging.DEBUG)
    edit = reverse("generation:endpoint", args=[study.slug, endpoint.pk])
    assert owner.post(edit, form(endpoint, key=KEY)).status_code == 302
    stored = Endpoint.objects.get()
    assert stored.sealed_key
    assert KEY not in stored.sealed_key
    try_endpoint(endpoint=stored)
    assert set(provider.keys) == {f"Bearer {KEY}"}
    pages = [owner.get(edit), owner.get(reverse("generation:endpoint-list", args=[study.slug]))]
    provider.script = lambda request, number: Reply(f"Invalid key {KEY}", status=401)
    pages.append(owner.post(reverse("generation:endpoint-test", args=[study.slug, endpoint.pk])))
    for page in pages:
        assert KEY not in page.content.decode()
        assert stored.sealed_key not in page.content.decode()
    assert "stored, encrypted" in pages[1].content.decode()
    entries = AuditEntry.objects.filter(action="endpoint.change")
    assert [entry.details["key"] for entry in entries] == ["stored"]
    assert KEY not in str(list(AuditEntry.objects.values()))
    # The HTTP client's own traces may name the header, never its value; neither do we.
    assert KEY not in caplog.text


def test_key_is_kept_replaced_and_removed_by_the_form(study, endpoint, owner):
    edit = reverse("generation:endpoint", args=[study.slug, endpoint.pk])
    steps: list[tuple[dict[str, object], str]] = [
        ({"key": KEY}, KEY),
        ({"concurrency": 3}, KEY),
        ({"key": "sk-second"}, "sk-second"),
        ({"remove_key": "on"}, "none"),
    ]
    for changes, expected in steps:
        assert owner.post(edit, form(endpoint, **changes)).status_code == 302
        assert key_for(Endpoint.objects.get()) == expected


def test_rejected_form_does_not_give_the_key_back(study, endpoint, owner):
    edit = reverse("generation:endpoint", args=[study.slug, endpoint.pk])
    page = owner.post(edit, form(endpoint, key=KEY, concurrency=0))
    assert page.status_code == 200
    assert KEY not in page.content.decode()
    assert owner.post(edit, form(endpoint, key="two words")).status_code == 200
    assert Endpoint.objects.get().sealed_key == ""


def test_stored_key_goes_to_no_other_host(study, endpoint, monkeypatch):
    save_endpoint(endpoint=endpoint, actor=None, key=KEY)
    monkeypatch.setenv("YARDSTICK_LLM_ALLOWED_HOSTS", "127.0.0.1,localhost")
    endpoint.base_url = "http://localhost:9/v1"
    with pytest.raises(ValidationError) as refused:
        save_endpoint(endpoint=endpoint, actor=None)
    assert list(refused.value.message_dict) == ["key"]
    # Nor where the address was changed past the form.
    Endpoint.objects.update(base_url="http://localhost:9/v1")
    with pytest.raises(AddressRefused) as refused_call:
        key_for(Endpoint.objects.get())
    assert KEY not in str(refused_call.value)


def test_key_is_either_stored_or_named(endpoint):
    endpoint.key_variable = "YARDSTICK_LLM_OTHER_KEY"
    with pytest.raises(ValidationError):
        save_endpoint(endpoint=endpoint, actor=None, key=KEY)


def test_key_survives_a_changed_secret_key_only_with_its_fallback(endpoint, settings):
    save_endpoint(endpoint=endpoint, actor=None, key=KEY)
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another " * 8, [old]
    assert key_for(endpoint) == KEY
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(AddressRefused, match="Enter it again"):
        key_for(endpoint)


def test_trial_tells_what_the_endpoint_can_do(endpoint, provider):
    provider.script = lambda request, number: Reply(
        extraction(attribute("The user learns Spanish.", "I am learning Spanish"))
        if "response_format" in request
        else "A stick."
    )
    result = try_endpoint(endpoint=endpoint)
    assert (result.answer.text, result.supports_json_schema, result.embedding_size) == ("A stick.", True, None)
    provider.embedding_size = 12
    provider.script = lambda request, number: Reply("no chat here", status=404)
    result = try_endpoint(endpoint=endpoint)
    assert (result.answer, result.embedding_size) == (None, 12)


def test_command_takes_the_key_from_its_input(study, provider, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{KEY}\n"))
    output = io.StringIO()
    call_command(
        "endpoint",
        study.slug,
        "Mine",
        "--base-url",
        provider.url,
        "--model",
        "m",
        "--key-from-stdin",
        "--test",
        stdout=output,
    )
    assert key_for(Endpoint.objects.get(name="Mine")) == KEY
    assert "It answers in" in output.getvalue()
    assert KEY not in output.getvalue()
