"""Raters' pages speak German, all of them, and other pages stay English."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Message, mofile, pofile
from babel.messages.extract import extract
from django.test import Client
from django.utils.translation.template import templatize

from judgments.models import Assignment
from tests import worlds

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"
SOURCES = ("accounts", "conversations", "generation", "judgments", "raters", "reports", "yardstick")
KEYWORDS = {
    "gettext": None,
    "_": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "pgettext": ((1, "c"), 2),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
GERMAN = {"Accept-Language": "de-CH,de;q=0.9"}


def used_texts() -> Iterator[str]:
    """Every text that a template or a module marks for translation."""
    # One line each: what is not to be translated becomes filler whose indentation means nothing.
    templates = sorted((ROOT / "templates").rglob("*.html"))
    sources = [" ".join(templatize(path.read_text()).split()) for path in templates]
    sources += [path.read_text() for folder in SOURCES for path in sorted((ROOT / folder).rglob("*.py"))]
    for source in sources:
        for _line, found, _comments, _context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            yield found[0] if isinstance(found, tuple) else found


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.open("rb") as file:
        return pofile.read_po(file, locale="de")


def original(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, (tuple, list)) else message.id)


def translations(message: Message) -> tuple[str, ...]:
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return tuple(str(each or "") for each in strings)


def test_every_text_of_the_pages_is_translated(catalogue):
    known = {original(each): each for each in catalogue if each.id}
    used = set(used_texts())
    assert len(used) > 300
    assert sorted(used - known.keys()) == []
    assert [key for key in known if not all(translations(known[key]))] == []
    assert sorted(known.keys() - used) == []  # nothing is translated that nobody sees


def test_placeholders_are_the_same_in_both_languages(catalogue):
    for message in catalogue:
        for translation in translations(message) if message.id else ():
            assert set(PLACEHOLDER.findall(translation)) == set(PLACEHOLDER.findall(original(message)))


def test_the_compiled_catalogue_is_the_written_one(catalogue):
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = mofile.read_mo(file)
    written = {original(each): translations(each) for each in catalogue if each.id}
    assert {original(each): translations(each) for each in compiled if each.id} == written


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
    assert offered == ["English", "Deutsch"]
