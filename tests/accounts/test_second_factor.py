"""Passkeys, authenticator app and recovery codes, on the pages where people use them."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axes.models import AccessAttempt
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.encryption import seal, unseal
from accounts.models import AuditEntry, User
from accounts.sessions import PROVED_AT
from tests.accounts.second_factor import PASSWORD, give_passkey, give_password, is_signed_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "no such code"
pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("ada", password=PASSWORD)


def code_of(secret: str, later: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later)))


def give_app(user: User) -> Authenticator:
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": seal(SECRET)})


def give_code(client: Client, code: str):
    return client.post(reverse("second-factor"), {"code": code})


def shown_codes(response) -> list[str]:
    return re.findall(r"<li>(\d{4}-\d{4})</li>", response.content.decode())


def test_an_app_is_set_up_by_its_code_and_gives_recovery_codes_once(client, user):
    give_password(client)
    page = client.get(reverse("accounts:add-app")).content.decode()
    [grouped] = re.findall(r"key-text\">([A-Z2-7 ]+)<", page)
    secret = grouped.replace(" ", "")
    assert "<svg" in page
    assert "style=" not in page

    refused = client.post(reverse("accounts:add-app"), {"code": "000000"})
    assert "not right" in refused.content.decode()
    taken = client.post(reverse("accounts:add-app"), {"code": code_of(secret)})

    assert len(set(shown_codes(taken))) == 10
    assert shown_codes(client.get(reverse("accounts:security"))) == []
    kept = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in kept
    assert unseal(kept) == secret
    assert AuditEntry.objects.filter(actor=user, action="factor.add", target="app").count() == 1


def test_password_alone_signs_in_without_a_second_factor_and_not_with_one(client, user):
    assert give_password(client).url == reverse("conversations:study-list")
    assert is_signed_in(client)
    client.logout()

    give_app(user)
    assert give_password(client).url == reverse("second-factor")
    assert not is_signed_in(client)
    assert client.get(reverse("conversations:study-list")).status_code == 302


def test_a_code_signs_in_where_one_wanted_to_go_and_works_once(client, user):
    give_app(user)
    wanted = reverse("accounts:token-list")
    give_password(client, next=wanted)
    code = code_of(SECRET)
    assert give_code(client, f"{code[:3]} {code[3:]}").url == wanted
    assert is_signed_in(client)

    other = Client()
    give_password(other)
    assert "was used before" in give_code(other, code).content.decode()
    assert not is_signed_in(other)
    give_code(other, code_of(SECRET, later=1))
    assert is_signed_in(other)


def test_no_second_factor_is_asked_without_the_password_or_after_ten_minutes(client, user):
    give_app(user)
    assert give_code(client, code_of(SECRET)).url == reverse("login")

    give_password(client)
    session = client.session
    session["half_signed_in"] = {**session["half_signed_in"], "at": time.time() - 601}
    session.save()
    assert give_code(client, code_of(SECRET)).url == reverse("login")
    assert not is_signed_in(client)


def test_a_changed_password_ends_a_half_done_sign_in(client, user):
    give_app(user)
    give_password(client)
    user.set_password("another long phrase")
    user.save()
    assert give_code(client, code_of(SECRET)).url == reverse("login")


def test_wrong_codes_are_throttled_for_the_account_whatever_the_address(client, user):
    give_app(user)
    for number in range(10):
        visitor = Client(REMOTE_ADDR=f"10.0.0.{number}")
        give_password(visitor)
        assert give_code(visitor, WRONG).status_code in {200, 429}

    give_password(client)
    locked = give_code(client, code_of(SECRET))
    assert locked.status_code == 429
    assert "Too many tries" in locked.content.decode()
    assert not is_signed_in(client)

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=11))
    give_code(client, code_of(SECRET))
    assert is_signed_in(client)


def test_wrong_passwords_are_still_locked_out_as_before(client, user):
    for _ in range(10):
        locked = client.post(reverse("login"), {"username": "ada", "password": "wrong"})
    assert locked.status_code == 429
    assert give_password(client).status_code == 429
    assert not is_signed_in(client)


def test_a_recovery_code_signs_in_once(client, user):
    give_app(user)
    give_password(client)
    give_code(client, code_of(SECRET))
    codes = shown_codes(client.post(reverse("accounts:renew-codes")))

    for is_let_in in (True, False):
        visitor = Client()
        give_password(visitor)
        give_code(visitor, codes[0])
        assert is_signed_in(visitor) is is_let_in
    assert "9 of 10 are left" in client.get(reverse("accounts:security")).content.decode()

    client.post(reverse("accounts:renew-codes"))
    visitor = Client()
    give_password(visitor)
    give_code(visitor, codes[1])
    assert not is_signed_in(visitor)


def test_changes_need_the_password_given_lately(client, user):
    give_app(user)
    client.force_login(user)
    refused = client.post(reverse("accounts:remove-app"))
    assert refused.url == reverse("accounts:confirm")
    assert Authenticator.objects.filter(user=user).count() == 1

    assert "not your password" in client.post(refused.url, {"password": "wrong"}).content.decode()
    client.post(refused.url, {"password": PASSWORD})
    client.post(reverse("accounts:remove-app"))
    assert Authenticator.objects.filter(user=user).count() == 0

    session = client.session
    session[PROVED_AT] -= 901
    session.save()
    assert client.get(reverse("accounts:add-app")).url == reverse("accounts:confirm")


def test_removing_the_last_factor_removes_the_recovery_codes(client, user):
    give_app(user)
    passkey = give_passkey(user)
    give_password(client)
    give_code(client, code_of(SECRET))
    client.post(reverse("accounts:renew-codes"))

    client.post(reverse("accounts:remove-passkey", args=[passkey.pk]))
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}
    client.post(reverse("accounts:remove-app"))
    assert not Authenticator.objects.exists()


def test_the_command_lets_someone_in_who_lost_everything(client, user):
    give_app(user)
    give_passkey(user)
    call_command("reset_second_factor", "ada", verbosity=0)
    give_password(client)
    assert is_signed_in(client)


def test_a_changed_secret_key_refuses_codes_and_breaks_no_page(client, user, settings):
    give_app(user)
    give_password(client)
    give_code(client, code_of(SECRET))
    client.post(reverse("accounts:renew-codes"))
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10

    visitor = Client()
    give_password(visitor)
    assert "not right" in give_code(visitor, code_of(SECRET, later=1)).content.decode()
    settings.SECRET_KEY_FALLBACKS = [old]
    give_code(visitor, code_of(SECRET, later=1))
    assert is_signed_in(visitor)


def test_no_address_of_the_library_exists(client):
    for address in ("/accounts/", "/accounts/login/", "/accounts/signup/", "/accounts/2fa/", "/account/login/"):
        assert client.get(address).status_code == 404


def test_a_changed_password_signs_out_every_other_browser(user):
    here, elsewhere = Client(), Client()
    give_password(here)
    give_password(elsewhere)
    address = reverse("accounts:change-password")
    new = "another long pass phrase"
    short = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    assert b"too short" in here.post(address, short).content
    good = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post(address, good | {"old_password": "a guess"}).status_code == 200
    assert here.post(address, good).status_code == 302
    home = reverse("accounts:security")
    assert here.get(home).status_code == 200
    assert elsewhere.get(home).status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
    assert AuditEntry.objects.filter(action="password.change", actor=user).count() == 1


def test_a_password_is_changed_only_soon_after_it_was_given(client, user):
    client.force_login(user)
    session = client.session
    session.pop(PROVED_AT, None)
    session.save()
    asked = {"old_password": PASSWORD, "new_password1": "x" * 20, "new_password2": "x" * 20}
    answer = client.post(reverse("accounts:change-password"), asked)
    assert answer["Location"] == reverse("accounts:confirm")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
