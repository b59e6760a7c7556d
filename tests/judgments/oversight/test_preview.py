"""Whoever reads a study can see a stage as its raters do, and leaves no trace."""

import re
from html import unescape

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import User
from conversations.enums import Role
from conversations.models import Membership
from tests import factories
from tests.worlds import rateable_study

pytestmark = pytest.mark.django_db


def rows_of_all_tables():
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - the table's own name
            counts[table] = cursor.fetchone()[0]
    return counts


@pytest.mark.parametrize("number", [1, 2, 3])
def test_preview_shows_the_page_and_leaves_no_trace(client, number):
    study = rateable_study()
    user = User.objects.create_user("ada")
    Membership.objects.create(study=study, user=user, role=Role.ANALYST)
    client.force_login(user)
    before = rows_of_all_tables()
    assert before[apps.get_model("judgments", "Assignment")._meta.db_table] == 0
    answer = client.get(f"/studies/{study.slug}/stages/{number}/preview/?page=2")
    assert b"Preview: nothing is stored" in answer.content
    assert b'class="unit' in answer.content
    assert rows_of_all_tables() == before


def test_preview_draws_the_sides_anew_and_does_not_tell_them(client):
    study = rateable_study()
    user = User.objects.create_user("ada")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client.force_login(user)
    texts = [client.get(f"/studies/{study.slug}/stages/3/preview/").content.decode() for _ in range(30)]
    assert {text.index("Bread and jam") < text.index("Weigh 50 g") for text in texts} == {True, False}
    assert not any(word in text.lower() for text in texts for word in ("personalized_left", "generic"))


def test_preview_goes_from_the_overall_unit_to_the_attributes_of_the_same_page(client):
    """On the sides that were drawn for it, and from there to the next page."""
    study = rateable_study()
    user = User.objects.create_user("ada")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client.force_login(user)
    address = f"/studies/{study.slug}/stages/3/preview/"
    first = client.get(f"{address}?page=2").content.decode()
    assert "Likes tea" in first
    assert first.count("data-unit=") == 1
    (step,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = client.get(address + unescape(step)).content.decode()
    assert second.count("data-unit=") == 2
    assert (first.index("Bread and jam") < first.index("Weigh 50 g")) == (
        second.index("Bread and jam") < second.index("Weigh 50 g")
    )
    assert re.findall(r'rel="next" href="([^"]+)"', second) == ["?page=3"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_stage_in_draft_is_previewed_before_anything_is_built(client, number):
    study = factories.study()
    factories.material(study, subjects=2, attributes_each=3, prompts=2)
    user = User.objects.create_user("ada")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client.force_login(user)
    before = rows_of_all_tables()
    texts = [client.get(f"/studies/{study.slug}/stages/{number}/preview/?page={page}").content for page in (1, 2)]
    assert all(b"The stage is a draft" in text and b'class="unit' in text for text in texts)
    assert texts[0] != texts[1]
    assert rows_of_all_tables() == before


def test_a_stage_without_material_says_what_is_missing(client):
    study = factories.study()
    user = User.objects.create_user("ada")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client.force_login(user)
    assert b"nothing to judge yet" in client.get(f"/studies/{study.slug}/stages/1/preview/").content
