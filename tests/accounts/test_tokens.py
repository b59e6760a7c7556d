"""Tokens: made once, stored as a digest, narrowed by scope, gone when revoked or expired."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import services
from accounts.models import AuditEntry, Scope, Token, User
from accounts.queries import usable_token

pytestmark = pytest.mark.django_db

STUDIES = "/api/v1/studies/"


@pytest.fixture
def user():
    return User.objects.create_user("ada", is_staff=True)


def token(user, *scopes, expires_at=None):
    return services.create_token(user=user, name="script", scopes=scopes, expires_at=expires_at)


def bearer(secret):
    return {"headers": {"Authorization": f"Bearer {secret}"}}


def test_a_token_signs_its_user_in(client, user):
    assert client.get(STUDIES, **bearer(token(user, Scope.STUDY_READ).secret)).status_code == 200


def test_the_secret_is_not_stored(user):
    made = token(user, Scope.STUDY_READ)
    stored = Token.objects.values().get()
    assert made.secret not in map(str, stored.values())
    assert made.secret.startswith(stored["prefix"])


@pytest.mark.parametrize("secret", ["", "ys_guess", "é", "a b"])
def test_a_wrong_token_is_401_in_the_shape_of_all_errors(client, secret):
    response = client.get(STUDIES, **bearer(secret))
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["error"]["code"] == "authentication_failed"


def test_without_a_token_or_session_it_is_401(client):
    response = client.get(STUDIES)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "not_authenticated")


def test_a_revoked_token_is_refused(client, user):
    made = token(user, Scope.STUDY_READ)
    services.revoke_token(token=made.token, actor=user, now=timezone.now())
    assert client.get(STUDIES, **bearer(made.secret)).status_code == 401


def test_an_expired_token_is_refused(client, user):
    made = token(user, Scope.STUDY_READ, expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(STUDIES, **bearer(made.secret)).status_code == 401


def test_the_token_of_a_deactivated_user_is_refused(user):
    made = token(user, Scope.STUDY_READ)
    User.objects.update(is_active=False)
    assert usable_token(made.secret, now=timezone.now()) is None


def test_a_token_without_the_scope_is_refused(client, user):
    made = token(user, Scope.STUDY_READ)
    response = client.post(STUDIES, {"title": "Tea"}, content_type="application/json", **bearer(made.secret))
    assert (response.status_code, response.json()["error"]["code"]) == (403, "permission_denied")


def test_use_is_noted_at_most_once_a_minute(user):
    made = token(user, Scope.STUDY_READ).token
    start = timezone.now()
    for seconds in (0, 30, 59):
        services.note_use(token=made, now=start + timedelta(seconds=seconds))
    made.refresh_from_db()
    assert made.last_used_at == start
    services.note_use(token=made, now=start + timedelta(seconds=61))
    made.refresh_from_db()
    assert made.last_used_at == start + timedelta(seconds=61)


def test_a_token_made_on_the_page_is_shown_once_and_works(client, user):
    client.force_login(user)
    page = client.post("/account/tokens/new/", {"name": "nightly", "scopes": [Scope.STUDY_READ], "lifetime": "30"})
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert secret not in client.get("/account/tokens/").content.decode()
    client.logout()
    assert client.get(STUDIES, **bearer(secret)).status_code == 200
    assert AuditEntry.objects.get(action="token.create").actor == user


@pytest.mark.parametrize("wrong", [{"scopes": []}, {"scopes": ["everything"]}, {"lifetime": "99999"}, {"name": ""}])
def test_a_token_needs_a_name_known_scopes_and_a_lifetime(client, user, wrong):
    client.force_login(user)
    client.post("/account/tokens/new/", {"name": "n", "scopes": [Scope.STUDY_READ], "lifetime": "30"} | wrong)
    assert not Token.objects.exists()


def test_a_user_revokes_only_their_own_tokens(client, user):
    made = token(user, Scope.STUDY_READ).token
    client.force_login(User.objects.create_user("eve"))
    assert client.post(f"/account/tokens/{made.pk}/revoke/").status_code == 404
    client.force_login(user)
    assert client.post(f"/account/tokens/{made.pk}/revoke/").status_code == 302
    made.refresh_from_db()
    assert made.revoked_at is not None


def test_the_command_prints_a_token_that_works(client, user):
    out = io.StringIO()
    call_command("create_token", "script", "--user", "ada", "--scope", "study:read", stdout=out)
    assert client.get(STUDIES, **bearer(out.getvalue().strip())).status_code == 200


def test_the_command_refuses_an_unknown_user():
    with pytest.raises(CommandError):
        call_command("create_token", "script", "--user", "nobody", "--scope", "study:read")


def test_an_account_is_made_with_a_password_from_standard_input(monkeypatch, client):
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough passphrase\n"))
    call_command("create_user", "grace", "--staff", stdout=io.StringIO())
    assert User.objects.get(username="grace").is_staff
    assert client.post("/login/", {"username": "grace", "password": "a long enough passphrase"}).status_code == 302


def test_an_account_with_a_weak_password_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("password\n"))
    with pytest.raises(CommandError):
        call_command("create_user", "grace")
    assert not User.objects.exists()
