"""Which conversations a page of stage 1 gives to read, and what its rater is told of that."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.enums import ReadingKind
from conversations.models import Conversation, Subject
from judgments.eligibility.live import live_units
from judgments.models import ReadingList, Task
from judgments.rating.material import spans_of
from judgments.stages.reading import ReadingRule, chosen


@dataclass(frozen=True, slots=True)
class GivenToRead:
    conversations: QuerySet[Conversation]
    said: str = ""  # what is left out, to the rater; empty where nothing is


def given_to_read(task: Task, subject: Subject, rule: ReadingRule, *, seed: int, freeze: bool) -> GivenToRead:
    """By the rule, frozen with the first page of the task that a rater is given under it (``freeze``).

    Evidence that is found later comes in, what was withdrawn since goes out.
    """
    live = subject.conversations.filter(withdrawn_at__isnull=True).order_by("pk")
    if rule.kind == ReadingKind.ALL:
        return GivenToRead(live)
    evidence = spans_of(list(live_units(task.pk).select_related("attribute"))).keys()
    kept = ReadingList.objects.filter(task=task, rule=rule.name).first()
    if kept is None:
        kept = _drawn(task, live, rule, evidence=set(evidence), seed=seed)
        if freeze:
            kept, _is_new = ReadingList.objects.get_or_create(
                task=task,
                rule=rule.name,
                defaults={"conversation_ids": kept.conversation_ids, "frozen_at": timezone.now()},
            )
    given = live.filter(pk__in={*kept.conversation_ids, *evidence})
    return GivenToRead(given, _in_words(given, live.count(), set(evidence)))


def _drawn(
    task: Task, live: QuerySet[Conversation], rule: ReadingRule, *, evidence: set[int], seed: int
) -> ReadingList:
    lengths = dict(live.values_list("pk", "character_count"))
    ids = chosen(lengths, evidence, rule, seed=seed, task_id=task.pk)
    return ReadingList(task=task, rule=rule.name, conversation_ids=sorted(ids))


def _in_words(given: QuerySet[Conversation], of: int, evidence: set[int]) -> str:
    shown = set(given.values_list("pk", flat=True))
    if len(shown) == of:
        return ""
    others = len(shown - evidence)
    numbers = {"shown": len(shown), "all": of, "others": others}
    if others == len(shown):
        return _("You see %(shown)s of %(all)s conversations, drawn by chance. None of them is quoted.") % numbers
    if not others:
        return _("You see %(shown)s of %(all)s conversations: all that hold evidence.") % numbers
    return (
        ngettext(
            "You see %(shown)s of %(all)s conversations: all that hold evidence, and %(others)s other by chance.",
            "You see %(shown)s of %(all)s conversations: all that hold evidence, and %(others)s others by chance.",
            others,
        )
        % numbers
    )
