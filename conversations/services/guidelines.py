"""What raters are told: versions are added, never changed."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.services import record
from conversations.default_texts import default_guidelines as default_text
from conversations.models import Guidelines, Stage
from conversations.services.stages import before_change

__all__ = ["LONGEST", "default_text", "new_version"]

LONGEST = 50_000  # characters


@transaction.atomic
def new_version(*, stage: Stage, text: str, actor: User, now: datetime, going: str | None = None) -> Guidelines:
    """The next version of a stage's guidelines; raters who come from now on see it.

    Raises StillCollecting: the stage is open or paused, and ``going`` (WhileCollecting) does not say what then.
    """
    Stage.objects.select_for_update().get(pk=stage.pk)  # two editors at once get two versions
    before_change(stages=Stage.objects.filter(pk=stage.pk), going=going, actor=actor, now=now)
    last = stage.guidelines.aggregate(last=Max("version"))["last"] or 0
    guidelines = Guidelines(stage=stage, version=last + 1, text=text, created_by=actor)
    guidelines.full_clean()
    guidelines.save()
    record(
        actor=actor,
        action="guidelines.new_version",
        study_id=stage.study_id,
        target=str(stage),
        details={"version": guidelines.version},
    )
    return guidelines
