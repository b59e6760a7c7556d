"""A rater is paused and goes on; each is written down once."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import AuditEntry, User
from raters.models import Enrolment
from raters.services.pausing import let_go_on, pause_rater
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_pause_keeps_its_first_time_and_ends_once() -> None:
    actor = User.objects.create_user("owner")
    enrolment = factories.rater(factories.study()).enrolments.get()
    assert not let_go_on(enrolment=enrolment, actor=actor)
    assert pause_rater(enrolment=enrolment, actor=actor, now=NOW)
    assert not pause_rater(enrolment=enrolment, actor=actor, now=NOW + timedelta(hours=1))
    assert Enrolment.objects.get().paused_at == NOW
    assert let_go_on(enrolment=enrolment, actor=actor)
    assert not let_go_on(enrolment=enrolment, actor=actor)
    assert Enrolment.objects.get().paused_at is None
    noted = AuditEntry.objects.order_by("pk").values_list("action", "actor", "details__rater")
    assert list(noted) == [(f"enrolment.{act}", actor.pk, enrolment.rater_id) for act in ("pause", "let_go_on")]
