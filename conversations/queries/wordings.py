"""In which words a rater reads what the study tells and asks: their language's where there are some, else the study's own."""

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from conversations.default_texts import default_guidelines
from conversations.models import ConsentText, Guidelines, GuidelinesTranslation, Stage


@dataclass(frozen=True, slots=True)
class Wording:
    text: str
    language: str  # empty: as the study wrote it, in whatever language that is


def guidelines_in(stage: Stage, language: str) -> Wording | None:
    """The guidelines in force, in one query. None: the stage has none.

    Guidelines that are still those of the product come in the product's own translation.
    """
    translated = GuidelinesTranslation.objects.filter(guidelines=OuterRef("pk"), language=language).order_by("-pk")
    row = (
        stage.guidelines.order_by("-version")
        .annotate(translated=Subquery(translated.values("text")[:1]))
        .values_list("text", "translated")
        .first()
    )
    if row is None:
        return None
    text, translation = row
    return _wording(text, translation or products_own(stage.number, text, language), language)


def consent_in(consent: ConsentText, language: str) -> Wording:
    translation = consent.translations.filter(language=language).values_list("text", flat=True).first()
    return _wording(consent.text, translation or "", language)


def products_own(number: int, text: str, language: str) -> str:
    """The product's translation of these guidelines; empty where they are the study's own, or there is none."""
    return default_guidelines(number, language) if text == default_guidelines(number) else ""


def translations_in_force(version: Guidelines | ConsentText) -> dict[str, str]:
    """The study's own, by language."""
    newest_last = version.translations.order_by("pk").values_list("language", "text")
    return {language: text for language, text in dict(newest_last).items() if text}


def _wording(text: str, translation: str, language: str) -> Wording:
    return Wording(translation, language) if translation else Wording(text, "")
