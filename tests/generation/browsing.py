"""Signed-in members of a study."""

from django.test import Client

from accounts.models import User
from conversations.models import Membership


def client_of(study, role):
    user = User.objects.create_user(f"user-{role}")
    if role:
        Membership.objects.create(study=study, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client
