"""Sessions as every request reads them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.session_store import SessionStore

pytestmark = pytest.mark.django_db


def kept(**values: Any) -> SessionStore:
    session = SessionStore()
    session.update(values)
    session.save()
    return session


def test_session_is_read_by_one_statement_and_not_stored_when_nothing_changed(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    key = kept(raters={"1": 2}, word="ü").session_key
    with django_assert_num_queries(1):
        again = SessionStore(key)
        assert (again["raters"], again["word"], again.get("other")) == ({"1": 2}, "ü", None)
    assert (again.modified, again.session_key) == (False, key)


@pytest.mark.parametrize("key", ["unknown-but-long-enough", "short", "", None])
def test_unknown_key_is_nobody_and_is_not_taken_over(key: str | None) -> None:
    session = SessionStore(key)
    assert session.get("raters") is None
    session["raters"] = {}
    session.save()
    assert session.session_key not in {key, None}


def test_session_that_ran_out_or_was_tampered_with_is_empty() -> None:
    old, forged = kept(raters={"1": 2}), kept(raters={"1": 2})
    Session.objects.filter(pk=old.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    Session.objects.filter(pk=forged.session_key).update(session_data="eyJyYXRlcnMiOjF9:1abc:forged")
    for session in (old, forged):
        assert SessionStore(session.session_key).get("raters") is None
