"""How a stage is rated, over the API: what the page asks can be asked there too."""

import pytest
from django.test import Client

from accounts.models import Scope, User
from accounts.services import create_token
from conversations.enums import Role
from conversations.models import Membership
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_shares_of_special_pages_are_set_within_what_a_rater_can_bear():
    study, owner = factories.study(), User.objects.create_user("owner")
    Membership.objects.create(study=study, user=owner, role=Role.OWNER)
    token = create_token(user=owner, name="own", scopes=list(Scope), expires_at=None).secret
    headers = {"Authorization": f"Bearer {token}"}
    address = f"/api/v1/studies/{study.slug}/stages/3/"

    def change(**shares: int):
        return Client().patch(address, shares, content_type="application/json", headers=headers)

    assert change(control_share=20, gold_share=5).json()["control_share"] == 20
    refused = change(repeat_share=10)
    assert refused.status_code == 409
    assert "35 percent" in refused.json()["error"]["message"]
    assert Client().get(address, headers=headers).json()["repeat_share"] == 0
