"""Who asks for a report, and where."""

from django.test import Client

from accounts.models import User
from conversations.enums import Role
from conversations.models import Membership, Study
from reports.models import Report
from tests.reports.reported import computed, reported_study
from tests.rows import made_once


@made_once
def _study() -> Study:
    return reported_study(subjects=6)


@made_once
def _report() -> Report:
    """Of all of that study, to those who may see all."""
    return computed(_study())


def member(study: Study, role: Role = Role.OWNER) -> Client:
    user = User.objects.create_user(f"{role}-{study.slug}")
    Membership.objects.create(study=study, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def address(study: Study, rest: str = "") -> str:
    return f"/studies/{study.slug}/report/{rest}"
