"""Subjects: whoever a row speaks of. Their numbers are given in turn, so the study is locked while rows are stored."""

from collections.abc import Collection, Sequence

from django.db.models import Max

from conversations.formats import RowError, SubjectRow
from conversations.handlers import Stored, problem
from conversations.models import Batch, Subject


def known_subjects(batch: Batch, names: Collection[str]) -> dict[str, Subject]:
    found = Subject.objects.filter(study_id=batch.study_id, external_id__in=set(names))
    return {subject.external_id: subject for subject in found}


def ensure_subjects(batch: Batch, names: Sequence[str]) -> dict[str, Subject]:
    """The subjects of these names; those that are new get the batch's origin and the next numbers."""
    subjects = known_subjects(batch, names)
    new = [name for name in dict.fromkeys(names) if name not in subjects]
    if not new:
        return subjects
    last = Subject.objects.filter(study_id=batch.study_id).aggregate(last=Max("number"))["last"] or 0
    made = Subject.objects.bulk_create(
        Subject(study_id=batch.study_id, batch=batch, external_id=name, number=number, origin=batch.origin)
        for number, name in enumerate(new, start=last + 1)
    )
    return subjects | {subject.external_id: subject for subject in made}


def store_subjects(batch: Batch, rows: Sequence[SubjectRow]) -> Stored:
    before = known_subjects(batch, [row.subject for row in rows])
    subjects = ensure_subjects(batch, [row.subject for row in rows])
    stored = Stored(new=len(subjects) - len(before))
    changed: set[int] = set()
    for row in rows:
        subject = subjects[row.subject]
        if subject.batch_id == batch.pk:
            if _state(subject, row):
                changed.add(subject.pk)
        else:
            stored.known += 1
            stored.problems.extend(_contradictions(subject, row))
    Subject.objects.bulk_update(
        [subject for subject in subjects.values() if subject.pk in changed], ["origin", "stated_conversations"]
    )
    return stored


def _state(subject: Subject, row: SubjectRow) -> bool:
    """Take over what the row states of a subject that came with this batch."""
    before = (subject.origin, subject.stated_conversations)
    subject.origin = row.origin or subject.origin
    if row.stated_conversations is not None:
        subject.stated_conversations = row.stated_conversations
    return before != (subject.origin, subject.stated_conversations)


def _contradictions(subject: Subject, row: SubjectRow) -> list[RowError]:
    """An earlier batch said otherwise. What it said stays: reports may rest on it."""
    if row.origin is None or row.origin == subject.origin:
        return []
    return [
        problem(row.line, "origin", f"{subject.origin}, as stated by an earlier batch; it stays", row.origin, kept=True)
    ]
