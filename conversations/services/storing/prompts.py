"""Prompts and cases."""

from collections.abc import Collection, Sequence

from conversations.formats import CaseRow, PromptRow, RowError
from conversations.handlers import Stored, problem
from conversations.hashing import text_hash
from conversations.models import Batch, Case, Prompt
from conversations.services.storing.subjects import ensure_subjects


def known_prompts(batch: Batch, names: Collection[str]) -> dict[str, Prompt]:
    found = Prompt.objects.filter(study_id=batch.study_id, external_id__in=set(names))
    return {prompt.external_id: prompt for prompt in found}


def store_prompts(batch: Batch, rows: Sequence[PromptRow]) -> Stored:
    """One text for each id: another text under a known id is refused, since cases and judgments rest on the first."""
    known = known_prompts(batch, [row.prompt for row in rows])
    stored = Stored()
    new: list[Prompt] = []
    for row in rows:
        digest = text_hash(row.text)
        prompt = known.get(row.prompt)
        if prompt is None:
            known[row.prompt] = prompt = Prompt(
                study_id=batch.study_id,
                batch=batch,
                external_id=row.prompt,
                text=row.text,
                content_hash=digest,
                topic=row.topic,
            )
            new.append(prompt)
        elif prompt.content_hash == digest:
            stored.known += 1
        else:
            expected = f"the text that prompt {row.prompt} has already, or another id"
            stored.problems.append(problem(row.line, "text", expected, "another text"))
    Prompt.objects.bulk_create(new, ignore_conflicts=True)
    stored.new = len(new)
    return stored


def store_cases(batch: Batch, rows: Sequence[CaseRow]) -> Stored:
    prompts = known_prompts(batch, [row.prompt for row in rows])
    told = [row for row in rows if row.prompt in prompts]
    subjects = ensure_subjects(batch, [row.subject for row in told])
    pairs = [(subjects[row.subject].pk, prompts[row.prompt].pk) for row in told]
    made = ensure_cases(batch, pairs)[1]
    problems = [unknown_prompt(row.line, row.prompt) for row in rows if row.prompt not in prompts]
    return Stored(new=made, known=len(told) - made, problems=problems)


def ensure_cases(batch: Batch, pairs: Collection[tuple[int, int]]) -> tuple[dict[tuple[int, int], int], int]:
    """The ids of the cases of these (subject, prompt) pairs, and how many of them had to be made."""
    known = _case_ids(pairs)
    missing = [pair for pair in dict.fromkeys(pairs) if pair not in known]
    if not missing:
        return known, 0
    Case.objects.bulk_create(
        [Case(subject_id=subject, prompt_id=prompt, batch=batch) for subject, prompt in missing], ignore_conflicts=True
    )
    return _case_ids(pairs), len(missing)


def _case_ids(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    found = Case.objects.filter(
        subject__in={subject for subject, _ in pairs}, prompt__in={prompt for _, prompt in pairs}
    )
    wanted = set(pairs)
    rows = found.values_list("subject_id", "prompt_id", "pk")
    return {(subject, prompt): pk for subject, prompt, pk in rows if (subject, prompt) in wanted}


def unknown_prompt(line: int, prompt: str) -> RowError:
    return problem(line, "prompt", "the id of a prompt in this file or of an earlier batch", prompt)


def unknown_subject(line: int, subject: str) -> RowError:
    return problem(line, "subject", "the id of a subject in this file or of an earlier batch", subject)
