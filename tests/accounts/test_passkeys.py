"""Passkeys: added, renamed, removed, and what is none."""

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.accounts.second_factor import PASSWORD, give_passkey, give_password, is_signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("ada", password=PASSWORD)


def test_a_passkey_is_renamed_and_removed_by_its_owner_alone(client, user):
    theirs = give_passkey(User.objects.create_user("eve"), "theirs")
    give_password(client)
    for act in ("rename-passkey", "remove-passkey"):
        address = reverse(f"accounts:{act}", args=[theirs.pk])
        assert client.post(address, {"name": "mine now"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "theirs"

    own = give_passkey(user)
    client.post(reverse("accounts:rename-passkey", args=[own.pk]), {"name": "laptop"})
    assert "laptop" in client.get(reverse("accounts:security")).content.decode()
    client.post(reverse("accounts:remove-passkey", args=[own.pk]))
    assert not Authenticator.objects.filter(user=user).exists()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "[]",
        "{}",
        "no json",
        '{"response": []}',
        '{"response": {"userHandle": "!!"}}',
        '{"response": {"userHandle": "MQ"}}',
        '{"id": "AA", "rawId": "AA", "response": {"userHandle": "MQ", "clientDataJSON": "e30", "authenticatorData": "AA"}}',
        "[" * 50_000,
    ],
)
def test_what_is_no_answer_of_a_passkey_signs_nobody_in(client, user, said):
    client.post(reverse("passkey-options"), headers={"host": "localhost"})
    assert client.post(reverse("passkey-sign-in"), {"credential": said}).status_code == 403
    assert not is_signed_in(client)

    give_password(client)
    added = client.post(reverse("accounts:add-passkey"), {"name": "key", "credential": said})
    assert added.url == reverse("accounts:security")
    assert not Authenticator.objects.exists()


def test_passkeys_are_offered_at_names_and_not_at_addresses(client):
    assert "passkey" in client.get(reverse("login"), headers={"host": "localhost:8000"}).content.decode()
    assert "passkey" not in client.get(reverse("login"), headers={"host": "127.0.0.1:8000"}).content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_added_and_signs_in_alone(page: Page, live_server, user):
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    at = f"http://localhost:{live_server.thread.port}"

    page.goto(at + reverse("login"))
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.goto(at + reverse("accounts:security"))
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download").click()
    assert len(kept.value.path().read_text().split()) == 10

    page.locator("summary", has_text="ada").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Studies")

    page.goto(at + reverse("accounts:security"))
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []
    expect(page.get_by_text("Work laptop", exact=True)).to_be_visible()
    expect(page.get_by_text("last used")).to_be_visible()
    assert problems == []
