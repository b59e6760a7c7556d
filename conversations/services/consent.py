"""What raters agree to: versions are added, never changed."""

from pathlib import Path

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.services import record
from conversations.models import ConsentText, Study

LONGEST = 50_000  # characters
_DEFAULT = Path(__file__).resolve().parent.parent / "default_consent" / "consent.md"


def default_consent() -> str:
    """What the editor begins with: it asks nobody until it is saved."""
    return _DEFAULT.read_text(encoding="utf-8")


@transaction.atomic
def new_version(*, study: Study, text: str, actor: User) -> ConsentText:
    """The next version. Raters who agreed to an earlier one are asked again before they go on."""
    Study.objects.select_for_update().get(pk=study.pk)  # two editors at once get two versions
    last = study.consent_texts.aggregate(last=Max("version"))["last"] or 0
    consent = ConsentText(study=study, version=last + 1, text=text)
    consent.full_clean()
    consent.save()
    record(
        actor=actor,
        action="consent.new_version",
        study_id=study.pk,
        target=study.title,
        details={"version": consent.version},
    )
    return consent
