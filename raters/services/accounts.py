"""Accounts of people who judge: one person may play several raters, and a rater needs no account."""

from collections.abc import Iterable

from accounts.models import User
from raters.models import Enrolment


def note_account(*, user: User, enrolments: Iterable[Enrolment]) -> None:
    for enrolment in enrolments:
        enrolment.accounts.add(user)
