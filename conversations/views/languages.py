"""In which of the raters' languages a text can be read, as a list with a page for each."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from conversations.models import ConsentText, Guidelines
from conversations.queries.wordings import products_own, translations_in_force


@dataclass(frozen=True, slots=True)
class Language:
    name: str
    url: str
    source: str  # whose words raters read
    tone: str


def language_rows(version: Guidelines | ConsentText | None, name: str, *place: object) -> Iterator[Language]:
    """``name`` is that of the page where a language is given, ``place`` its arguments before the language."""
    if version is None:
        return
    translated = translations_in_force(version)
    for code, word in settings.LANGUAGES:
        url = reverse(name, args=[*place, code])
        if code in translated:
            yield Language(word, url, "translated", "done")
        elif isinstance(version, Guidelines) and products_own(version.stage.number, version.text, code):
            yield Language(word, url, "built in", "done")
        else:
            yield Language(word, url, "original", "")
