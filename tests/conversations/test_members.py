"""The team of a study: invitations that are good once, roles, and consent texts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from conversations.enums import Role
from conversations.models import Invitation, Membership, Study
from conversations.services import members as services
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


@pytest.fixture
def study() -> Study:
    return factories.study()


@pytest.fixture
def owner(study) -> User:
    return member(study, Role.OWNER)


def member(study: Study, role: Role) -> User:
    user = User.objects.create_user(f"{role}-{study.memberships.count()}")
    Membership.objects.create(study=study, user=user, role=role)
    return user


def role_of(study: Study, user: User) -> str:
    return study.memberships.get(user=user).role


def invite(study: Study, owner: User, role: Role = Role.ANALYST) -> str:
    invited = services.invite(study=study, role=role, label="Ada", actor=owner, now=timezone.now())
    return f"/invitations/{invited.token}/"


def test_an_invited_stranger_makes_an_account_and_is_in(study, owner, client):
    address = invite(study, owner)
    page = client.get(address)
    assert page.status_code == 200
    assert b"Analyst" in page.content
    answer = client.post(address, {"username": "ada", "email": "", "password1": PASSWORD, "password2": PASSWORD})
    assert (answer.status_code, answer.url) == (302, f"/studies/{study.slug}/")
    ada = User.objects.get(username="ada")
    assert role_of(study, ada) == Role.ANALYST
    assert client.get(f"/studies/{study.slug}/").status_code == 200
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "member.invite",
        "member.accept",
    ]


def test_a_weak_password_is_refused_and_the_invitation_stays_good(study, owner, client):
    address = invite(study, owner)
    assert client.post(address, {"username": "ada", "password1": "ada", "password2": "ada"}).status_code == 422
    assert not User.objects.filter(username="ada").exists()
    assert client.get(address).status_code == 200


def test_who_is_signed_in_joins_by_one_click(study, owner, client):
    ada = User.objects.create_user("ada")
    client.force_login(ada)
    assert client.post(invite(study, owner, Role.ADMIN)).status_code == 302
    assert role_of(study, ada) == Role.ADMIN


def test_an_invitation_is_good_once(study, owner):
    address = invite(study, owner)
    first, second = Client(), Client()
    first.force_login(User.objects.create_user("ada"))
    second.force_login(User.objects.create_user("grace"))
    assert first.post(address).status_code == 302
    assert second.post(address).status_code == 410
    assert not study.memberships.filter(user__username="grace").exists()


def test_an_invitation_that_was_revoked_or_ran_out_opens_nothing(study, owner, client):
    revoked, old = invite(study, owner), invite(study, owner)
    first, second = Invitation.objects.order_by("id")
    services.revoke(invitation=first, actor=owner, now=timezone.now())
    Invitation.objects.filter(pk=second.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    for address in (revoked, old, "/invitations/made-up/"):
        answer = client.post(address, {"username": "ada", "password1": PASSWORD, "password2": PASSWORD})
        assert answer.status_code == 410
        assert b"opens nothing any more" in answer.content
    assert not User.objects.filter(username="ada").exists()


def test_the_token_is_stored_as_its_checksum_only(study, owner):
    token = invite(study, owner).split("/")[2]
    assert token not in str(list(Invitation.objects.values()))


def test_an_invitation_never_takes_a_right_away(study, owner, client):
    client.force_login(owner)
    assert client.post(invite(study, owner, Role.RATER)).status_code == 302
    assert role_of(study, owner) == Role.OWNER


def test_the_link_is_shown_once_to_who_made_it(study, owner, client):
    client.force_login(owner)
    page = client.post(f"/studies/{study.slug}/members/", {"label": "Ada", "role": "analyst"}).content.decode()
    assert "/invitations/" in page
    assert "/invitations/" not in client.get(f"/studies/{study.slug}/members/").content.decode().replace(
        f"/studies/{study.slug}/invitations/", ""
    )


def test_an_admin_can_make_no_owner(study, owner, client):
    admin, analyst = member(study, Role.ADMIN), member(study, Role.ANALYST)
    client.force_login(admin)
    address = f"/studies/{study.slug}/members/"
    assert client.post(address, {"label": "me", "role": "owner"}).status_code == 422
    mine, theirs = study.memberships.get(user=analyst), study.memberships.get(user=owner)
    client.post(f"{address}{mine.pk}/role/", {"role": "owner"})
    client.post(f"{address}{theirs.pk}/role/", {"role": "analyst"})
    client.post(f"{address}{theirs.pk}/remove/")
    assert (role_of(study, analyst), role_of(study, owner)) == (Role.ANALYST, Role.OWNER)
    client.post(f"{address}{mine.pk}/role/", {"role": "rater"})
    assert role_of(study, analyst) == Role.RATER


def test_the_last_owner_stays(study, owner):
    only = study.memberships.get(user=owner)
    with pytest.raises(services.MembersRefused, match="needs an owner"):
        services.remove(membership=only, actor=owner)
    with pytest.raises(services.MembersRefused, match="needs an owner"):
        services.change_role(membership=only, role=Role.ADMIN, actor=owner)
    member(study, Role.OWNER)
    services.change_role(membership=only, role=Role.ADMIN, actor=owner)
    assert role_of(study, owner) == Role.ADMIN


def test_who_is_removed_sees_the_study_no_more(study, owner, client):
    analyst = member(study, Role.ANALYST)
    client.force_login(analyst)
    assert client.get(f"/studies/{study.slug}/").status_code == 200
    services.remove(membership=study.memberships.get(user=analyst), actor=owner)
    assert client.get(f"/studies/{study.slug}/").status_code == 404


def test_consent_texts_are_added_never_changed(study, owner, client):
    client.force_login(owner)
    address = f"/studies/{study.slug}/consent/"
    begun = client.get(address).content.decode().split("<textarea")[1].split("</textarea>")[0]
    assert "Signs that an AI answered" in begun  # what the editor begins with asks nobody yet
    assert not study.consent_texts.exists()
    assert client.post(address, {"text": "I **agree**."}).status_code == 302
    assert client.post(address, {"text": "I agree, <script>too</script>."}).status_code == 302
    assert list(study.consent_texts.values_list("version", "text")) == [
        (2, "I agree, <script>too</script>."),
        (1, "I **agree**."),
    ]
    page = client.get(address).content.decode()
    assert "<strong>agree</strong>" in page
    assert "<script>too" not in page.split("<textarea")[1].split("</textarea>")[1]
    assert client.post(address, {"text": " "}).status_code == 422
