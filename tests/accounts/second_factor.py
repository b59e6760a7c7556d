"""Accounts with a second factor."""

from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from accounts.models import User

PASSWORD = "a long pass phrase"


def give_passkey(user: User, name: str = "key") -> Authenticator:
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name})


def give_password(client: Client, **also: str):
    return client.post(reverse("login"), {"username": "ada", "password": PASSWORD, **also})


def is_signed_in(client: Client) -> bool:
    return SESSION_KEY in client.session
