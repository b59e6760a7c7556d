"""Studies are made, changed, copied, closed, deleted and restored."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from accounts.services import record
from conversations.default_texts import default_guidelines
from conversations.enums import COLLECTING, Role, StageNumber, StageState, StudyState
from conversations.models import Guidelines, Membership, Stage, Study
from conversations.models.studies import DEFAULT_CONTROL_SHARE, DEFAULT_SECONDS_PER_UNIT, SHOWS_REASONS
from conversations.queries.wordings import translations_in_force
from conversations.services.stages import before_change

SLUG_LENGTH = 50
SETTINGS = [
    "description",
    "margin",
    "show_reason",
    "several_comparisons_per_case",
    "same_rater_across_stages",
    "disjoint_panels",
    "withdrawal_policy",
    "content_warning",
    "pay_per_hour",
    "currency",
    "platform_fee",
    "contact",
]
STAGE_SETTINGS = [
    "k",
    "gating",
    "lease_minutes",
    "page_size",
    "attributes_per_subject",
    "reading",
    "others_drawn",
    "words_to_read",
    "seconds_per_unit",
    "gold_share",
    "attention_share",
    "repeat_share",
    "control_share",
    "person_card",
    "tasks_per_rater",
    "tasks_per_visit",
    "qualification_tasks",
    "qualification_threshold",
    "blinding_questions",
]


@transaction.atomic
def create_study(*, user: User, title: str, slug: str = "", k: int = 3, **settings: Any) -> Study:
    """A study with its three stages in draft and the default guidelines; the user owns it."""
    study = Study(title=title, slug=slug or free_slug(title), created_by=user, **settings)
    study.full_clean()
    study.save()
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    for number in StageNumber:
        stage = Stage(
            study=study,
            number=number,
            k=k,
            seconds_per_unit=DEFAULT_SECONDS_PER_UNIT[number],
            control_share=DEFAULT_CONTROL_SHARE[number],
        )
        stage.full_clean()
        stage.save()
        Guidelines.objects.create(stage=stage, version=1, text=default_guidelines(number), created_by=user)
    record(actor=user, action="study.create", study_id=study.pk, target=study.title)
    return study


def free_slug(title: str) -> str:
    """A short name for the address that no study has."""
    wanted = slugify(title)[:SLUG_LENGTH].strip("-") or "study"
    taken = set(Study.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    if wanted not in taken:
        return wanted
    return next(name for number in range(2, len(taken) + 3) if (name := f"{wanted}-{number}") not in taken)


@transaction.atomic
def update_study(*, study: Study, actor: User, now: datetime, going: str | None = None, **settings: Any) -> None:
    """Change its settings.

    Raises StillCollecting: one that raters judge by changes while their stage is open or paused, and ``going``
    (WhileCollecting) does not say what then.
    """
    shown = Study.objects.values_list("show_reason", flat=True).get(pk=study.pk)  # as stored: a form has set it already
    if settings.get("show_reason", shown) != shown:
        before_change(stages=study.stages.filter(number=SHOWS_REASONS), going=going, actor=actor, now=now)
    for name, value in settings.items():
        setattr(study, name, value)
    study.full_clean(exclude=["created_by"])  # whoever made it may be gone
    study.save(update_fields=list(settings))
    record(actor=actor, action="study.update", study_id=study.pk, details={"fields": sorted(settings)})


@transaction.atomic
def clone_study(*, study: Study, actor: User) -> Study:
    """A new study with the settings, stages and latest guidelines of this one; no material, no raters, no answers."""
    copy = create_study(user=actor, title=f"{study.title} (copy)", **{name: getattr(study, name) for name in SETTINGS})
    for stage in study.stages.all():
        twin = copy.stages.get(number=stage.number)
        for name in STAGE_SETTINGS:
            setattr(twin, name, getattr(stage, name))
        twin.save(update_fields=STAGE_SETTINGS)
        latest = stage.guidelines.first()
        if latest is not None:
            twin.guidelines.filter(version=1).update(text=latest.text)
            _copy_translations(latest, twin.guidelines.get(version=1), actor)
    return copy


def _copy_translations(guidelines: Guidelines, copy: Guidelines, actor: User) -> None:
    for language, text in translations_in_force(guidelines).items():
        copy.translations.create(language=language, text=text, created_by=actor)


@transaction.atomic
def close_study(*, study: Study, actor: User, now: datetime) -> None:
    """End the study: all its stages close, nothing more is judged. What was given stays."""
    Stage.objects.filter(study=study, state__in=COLLECTING).update(state=StageState.CLOSED, closed_at=now)
    Study.objects.filter(pk=study.pk).update(state=StudyState.CLOSED, closed_at=now)
    record(actor=actor, action="study.close", study_id=study.pk, target=study.title)


@transaction.atomic
def reopen_study(*, study: Study, actor: User) -> None:
    """Take a study up again; its stages stay closed until they are opened one by one."""
    Study.objects.filter(pk=study.pk).update(state=StudyState.ACTIVE, closed_at=None)
    record(actor=actor, action="study.reopen", study_id=study.pk, target=study.title)


@transaction.atomic
def delete_study(*, study: Study, actor: User, now: datetime) -> None:
    """Take the study out of sight; nothing is erased, and its owner can restore it."""
    Study.objects.filter(pk=study.pk).update(deleted_at=now)
    record(actor=actor, action="study.delete", study_id=study.pk, target=study.title)


@transaction.atomic
def restore_study(*, study: Study, actor: User) -> None:
    Study.objects.filter(pk=study.pk).update(deleted_at=None)
    record(actor=actor, action="study.restore", study_id=study.pk, target=study.title)
