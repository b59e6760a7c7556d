"""Raters' pages speak the rater's language, all of them, and other pages stay English."""

import re

import pytest
from django.test import Client

from judgments.models import Assignment
from tests import worlds

GERMAN = {"Accept-Language": "de-CH,de;q=0.9"}


@pytest.mark.django_db
def test_a_german_browser_gets_german_pages():
    study = worlds.rateable_study()
    client, link = Client(headers=GERMAN), worlds.entry_link(study.stages.get(number=1))
    page = client.get(f"/r/{link.token}/")
    assert '<html lang="de"' in page.content.decode()
    assert "Danke, dass Sie helfen" in page.content.decode()
    assert page["Content-Language"] == "de"
    assert "Accept-Language" in page["Vary"]
    client.post(f"/r/{link.token}/")
    rating = client.get(f"/rate/{study.slug}/1/").content.decode()
    assert "Treffen diese Aussagen auf die Person zu?" in rating
    assert "Verallgemeinerung" in rating
    refused = client.post(f"/rate/{study.slug}/1/{Assignment.objects.get().pk}/submit/", "{", content_type="text/json")
    assert refused.status_code == 400
    assert "Vielen Dank" in client.get(f"/rate/{study.slug}/1/finish/").content.decode()


@pytest.mark.django_db
def test_the_language_chosen_on_the_page_goes_before_the_browsers():
    study = worlds.rateable_study()
    client, link = Client(headers=GERMAN), worlds.entry_link(study.stages.get(number=1))
    answer = client.post("/language/", {"language": "en", "next": f"/r/{link.token}/"})
    assert (answer.status_code, answer["Location"]) == (302, f"/r/{link.token}/")
    assert "Thank you for helping" in client.get(f"/r/{link.token}/").content.decode()


@pytest.mark.django_db
def test_the_language_form_leads_nowhere_else():
    answer = Client().post("/language/", {"language": "de", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_other_pages_stay_english():
    page = Client(headers=GERMAN).get("/login/").content.decode()
    assert '<html lang="en"' in page
    assert "Log in" in page


@pytest.mark.django_db
def test_each_language_is_offered_in_its_own_words():
    link = worlds.entry_link(worlds.rateable_study().stages.get(number=1))
    page = Client(headers=GERMAN).get(f"/r/{link.token}/")
    offered = re.findall(r'name="language"[^>]*>([^<]+)<', page.content.decode())
    assert offered[:3] == ["العربيّة", "Deutsch", "English"]
    assert len(offered) == 11
    # In a menu: side by side they were wider than a phone.
    assert re.search(
        r'<details class="menu languages">\s*<summary[^>]*>.*Deutsch\s*</summary>', page.content.decode(), re.DOTALL
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "language", "direction"),
    [
        ("ar-EG,ar;q=0.9,en;q=0.5", "ar", "rtl"),
        ("zh-CN", "zh-hans", "ltr"),
        ("pt-BR", "pt", "ltr"),
        ("cy", "en", "ltr"),
    ],
)
def test_a_page_is_in_the_language_and_direction_that_a_browser_asks_for(asked, language, direction):
    link = worlds.entry_link(worlds.rateable_study().stages.get(number=1))
    page = Client(headers={"Accept-Language": asked}).get(f"/r/{link.token}/")
    assert f'<html lang="{language}" dir="{direction}"' in page.content.decode()
    assert page["Content-Language"] == language
