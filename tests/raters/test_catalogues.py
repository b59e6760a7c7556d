"""Every language of raters' pages says all of them: complete, certain, with the placeholders and plurals that belong."""

import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog, Message, mofile, pofile
from babel.messages.extract import extract
from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language_info, ngettext, to_locale
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[2]
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
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
FORMS = {"ar": 6, "ru": 3, "ja": 1, "ko": 1, "zh-hans": 1}  # every other language has two
COUNTS = (0, 1, 2, 5, 11, 100)


def used_texts() -> Iterator[str]:
    """Every text that a template or a module marks for translation."""
    # One line each: what is not to be translated becomes filler whose indentation means nothing.
    templates = sorted((ROOT / "templates").rglob("*.html"))
    sources = [" ".join(templatize(path.read_text()).split()) for path in templates]
    sources += [path.read_text() for folder in SOURCES for path in sorted((ROOT / folder).rglob("*.py"))]
    for source in sources:
        for _line, found, _comments, _context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            yield found[0] if isinstance(found, tuple) else found


def path_of(language: str) -> Path:
    return ROOT / "locale" / to_locale(language) / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def used() -> set[str]:
    return set(used_texts())


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def catalogue(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return pofile.read_po(file, locale=to_locale(language))


def original(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, (tuple, list)) else message.id)


def translations(message: Message) -> tuple[str, ...]:
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return tuple(str(each or "") for each in strings)


def numbers_of(catalogue: Catalog) -> dict[int, list[int]]:
    """Which numbers below 1000 each plural form is for."""
    form_of = gettext.c2py(catalogue.plural_expr)
    return {form: [n for n in range(1000) if form_of(n) == form] for form in range(catalogue.num_plurals)}


def test_every_text_of_the_pages_is_translated(catalogue: Catalog, used: set[str]) -> None:
    known = {original(each): each for each in catalogue if each.id}
    assert len(used) > 300
    assert sorted(used - known.keys()) == []
    assert [key for key in known if not all(translations(known[key]))] == []
    assert sorted(known.keys() - used) == []  # nothing is translated that nobody sees
    assert [key for key in known if known[key].fuzzy] == []  # guessed from another text, and left out when compiled


def test_plurals_have_the_forms_of_the_language(catalogue: Catalog, language: str) -> None:
    assert catalogue.num_plurals == FORMS.get(language, 2)
    plurals = [each for each in catalogue if isinstance(each.id, (tuple, list))]
    assert len(plurals) > 10
    assert {len(translations(each)) for each in plurals} == {catalogue.num_plurals}
    assert all(numbers_of(catalogue).values())


def test_placeholders_are_the_same_in_both_languages(catalogue: Catalog) -> None:
    """But for a form of one number only, which may say it in a word: two pages are a word in Arabic."""
    numbers = numbers_of(catalogue)
    for message in (each for each in catalogue if each.id):
        wanted = set(PLACEHOLDER.findall(original(message)))
        for form, translated in enumerate(translations(message)):
            found = set(PLACEHOLDER.findall(translated))
            assert found == wanted or (message.pluralizable and len(numbers[form]) == 1 and found < wanted), translated


def test_the_compiled_catalogue_is_the_written_one(catalogue: Catalog, language: str) -> None:
    with path_of(language).with_suffix(".mo").open("rb") as file:
        compiled = mofile.read_mo(file)
    written = {original(each): translations(each) for each in catalogue if each.id}
    assert {original(each): translations(each) for each in compiled if each.id} == written
    assert compiled.plural_expr == catalogue.plural_expr


def test_a_number_gets_the_plural_that_the_language_has_for_it(catalogue: Catalog, language: str) -> None:
    forms = ("You submitted %(done)s page.", "You submitted %(done)s pages.")
    form_of = gettext.c2py(catalogue.plural_expr)
    with translation.override(language):
        said = {count: ngettext(*forms, count) % {"done": count} for count in COUNTS}
    message = catalogue.get(forms)
    assert message is not None
    assert said == {count: translations(message)[form_of(count)] % {"done": count} for count in COUNTS}
    assert len(set(said.values())) == len(COUNTS)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("ar", [0, 1, 2, 3, 4, 5]),
        ("ru", [2, 0, 1, 2, 2, 2]),
        ("ja", [0] * 6),
        ("fr", [0, 0, 1, 1, 1, 1]),
        ("de", [1, 0, 1, 1, 1, 1]),
    ],
)
def test_plural_rules_are_those_of_the_language(language: str, forms: list[int]) -> None:
    with path_of(language).open("rb") as file:
        form_of = gettext.c2py(pofile.read_po(file).plural_expr)
    assert [form_of(count) for count in COUNTS] == forms


def test_every_language_has_its_name_and_its_own_words(language: str) -> None:
    assert get_language_info(language)["name_local"]
    with translation.override(language):
        assert translation.gettext("Thank you for helping") != "Thank you for helping"
