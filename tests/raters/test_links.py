"""Entry links are made and closed, and given their codes; each is written down."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.models import AuditEntry, User
from raters.models import EntryLink
from raters.services.colleagues import LABEL, members_link
from raters.services.links import close_entry_link, create_entry_link, set_completion_codes
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def actor() -> User:
    return User.objects.create_user("owner")


@pytest.fixture
def link(actor: User) -> EntryLink:
    stage = factories.stage(factories.study(), 2)
    return create_entry_link(stage=stage, label="colleagues", max_raters=3, actor=actor)


def written_down() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", "target"))


def test_a_link_has_a_token_of_its_own_and_is_written_down(link: EntryLink, actor: User) -> None:
    other = create_entry_link(stage=link.stage, label="colleagues", max_raters=None, actor=actor)
    assert link.token != other.token
    assert len(link.token) >= 24
    assert written_down() == [("entry_link.create", "stage 2: colleagues")] * 2


def test_a_link_of_a_platform_must_name_the_person(link: EntryLink, actor: User) -> None:
    with pytest.raises(ValidationError, match="entry_link_names_the_person"):
        create_entry_link(stage=link.stage, label="crowd", max_raters=None, actor=actor, platform="other")
    assert EntryLink.objects.count() == 1


def test_the_first_closing_of_a_link_stays(link: EntryLink, actor: User) -> None:
    for now in (NOW, NOW + timedelta(days=1)):
        close_entry_link(link=link, actor=actor, now=now)
    link.refresh_from_db()
    assert link.closed_at == NOW


def test_codes_are_set_changed_and_taken_away_and_never_logged(link: EntryLink, actor: User) -> None:
    set_completion_codes(link=link, codes={"completed": "SECRET", "withdrew": "W"}, actor=actor)
    set_completion_codes(link=link, codes={"completed": "SECRET-2", "withdrew": "", "technical": ""}, actor=actor)
    assert list(link.completion_codes.values_list("outcome", "code")) == [("completed", "SECRET-2")]
    assert written_down()[1:] == [("entry_link.codes", "colleagues")] * 2
    assert "SECRET" not in str(list(AuditEntry.objects.values()))


def test_a_stage_has_one_link_for_members(link: EntryLink) -> None:
    mine = members_link(link.stage)
    assert (mine.label, mine.for_members, mine.platform) == (LABEL, True, "open")
    assert members_link(link.stage) == mine
    assert members_link(factories.stage(link.stage.study, 1)) != mine
