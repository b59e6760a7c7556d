"""What raters are told and agree to, said in their languages. A version stays the same: who read it is not asked again."""

from django.db import transaction

from accounts.models import User
from accounts.services import record
from conversations.models import ConsentText, ConsentTranslation, Guidelines, GuidelinesTranslation


@transaction.atomic
def translate_guidelines(*, guidelines: Guidelines, language: str, text: str, actor: User) -> GuidelinesTranslation:
    """``text`` in ``language`` (of settings.LANGUAGES); an empty one takes the language back."""
    made = GuidelinesTranslation(guidelines=guidelines, language=language, text=text, created_by=actor)
    made.full_clean()
    made.save()
    record(
        actor=actor,
        action="guidelines.translate",
        study_id=guidelines.stage.study_id,
        target=str(guidelines.stage),
        details={"version": guidelines.version, "language": language},
    )
    return made


@transaction.atomic
def translate_consent(*, consent: ConsentText, language: str, text: str, actor: User) -> ConsentTranslation:
    """The same, of what raters agree to."""
    made = ConsentTranslation(consent=consent, language=language, text=text, created_by=actor)
    made.full_clean()
    made.save()
    record(
        actor=actor,
        action="consent.translate",
        study_id=consent.study_id,
        target=consent.study.title,
        details={"version": consent.version, "language": language},
    )
    return made
