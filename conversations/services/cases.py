"""Cases are sampled: so many prompts for each subject, the same ones whenever the same seed is used."""

import hashlib
import itertools
from collections.abc import Iterator

from django.db import transaction

from accounts.models import User
from accounts.services import record
from conversations.models import Case, Prompt, Study, Subject

_ROWS_AT_ONCE = 1000


def count_sample(*, study: Study, prompts_per_subject: int, seed: int) -> int:
    """How many cases sampling would add."""
    return sum(len(_missing(list(some))) for some in _batched(study, prompts_per_subject, seed))


@transaction.atomic
def sample_cases(*, study: Study, prompts_per_subject: int, seed: int, actor: User | None) -> int:
    """Add the sampled cases that the study lacks. Returns how many.

    With the same seed a larger number keeps what a smaller one chose and adds to it.
    """
    Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    made = 0
    for some in _batched(study, prompts_per_subject, seed):
        missing = _missing(list(some))
        Case.objects.bulk_create(
            [Case(subject_id=subject, prompt_id=prompt) for subject, prompt in missing], ignore_conflicts=True
        )
        made += len(missing)
    record(
        actor=actor,
        action="case.sample",
        study_id=study.pk,
        details={"prompts_per_subject": prompts_per_subject, "seed": seed, "cases": made},
    )
    return made


def _batched(study: Study, prompts_per_subject: int, seed: int) -> Iterator[tuple[tuple[int, int], ...]]:
    return itertools.batched(_sampled(study, prompts_per_subject, seed), _ROWS_AT_ONCE)


def _sampled(study: Study, prompts_per_subject: int, seed: int) -> Iterator[tuple[int, int]]:
    """(subject, prompt) pairs. Every prompt is as likely for every subject, whatever else the study holds."""
    prompts = list(Prompt.objects.filter(study=study, withdrawn_at=None).values_list("pk", "external_id"))
    subjects = Subject.objects.filter(study=study, withdrawn_at=None).order_by("pk").values_list("pk", "external_id")
    for subject_id, subject in list(subjects):
        ranked = sorted((_rank(seed, subject, prompt), prompt_id) for prompt_id, prompt in prompts)
        for _, prompt_id in ranked[:prompts_per_subject]:
            yield subject_id, prompt_id


def _rank(seed: int, subject: str, prompt: str) -> bytes:
    return hashlib.sha256(f"{seed}\x00{subject}\x00{prompt}".encode()).digest()


def _missing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    known = set(
        Case.objects.filter(subject__in={subject for subject, _ in pairs}).values_list("subject_id", "prompt_id")
    )
    return [pair for pair in pairs if pair not in known]
