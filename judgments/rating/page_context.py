"""What every rating page shows around the task."""

import math
import uuid
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conversations.queries.wordings import guidelines_in
from conversations.rendering import render_once
from judgments.eligibility.standing import is_paid_by_arrival, latest_arrival
from judgments.models import Assignment
from judgments.rating.admitted import AdmittedRater
from judgments.rating.ending import NOTHING_MORE
from judgments.rating.own_pages import last_submitted
from judgments.rating.own_progress import RaterProgress, counted_anew
from judgments.rating.task_page import TaskPage, build_page, page_of
from judgments.rating.why_nothing import why_nothing
from judgments.stages import behaviour
from judgments.work.counted_progress import CountedProgress
from judgments.work.pace import pace_lately
from raters.queries import has_unread_answer


def task_context(
    admitted: AdmittedRater,
    assignment: Assignment | None,
    *,
    previous: uuid.UUID | None = None,
    counted: CountedProgress | None = None,
) -> dict[str, Any]:
    """What the parts of the rating page need. ``assignment`` is None when there is nothing to judge.

    ``previous`` is the page where "back" leads, and ``counted`` how far the rater is, where they are known already.
    """
    page: TaskPage | None = (
        build_page(page_of(assignment, study=admitted.study), study=admitted.study) if assignment else None
    )
    return {
        "study": admitted.study,
        "stage": admitted.stage,
        "page": page,
        "progress": _progress(admitted, counted, revising=bool(assignment and assignment.outcome)),
        "previous": previous or last_submitted(rater=admitted.rater, stage=admitted.stage, before=assignment),
        **({} if assignment else _nothing(admitted)),
    }


def _nothing(admitted: AdmittedRater) -> dict[str, Any]:
    """Why there is no page, and whether a code waits at the end of the visit."""
    why = why_nothing(rater=admitted.rater, stage=admitted.stage, now=timezone.now())
    arrival = latest_arrival(enrolment=admitted.enrolment, stage=admitted.stage)
    return {"why": why, "gets_code": why.reason in NOTHING_MORE and is_paid_by_arrival(arrival)}


def _progress(admitted: AdmittedRater, counted: CountedProgress | None, *, revising: bool) -> dict[str, int | None]:
    if counted is None:
        progress = counted_anew(enrolment=admitted.enrolment, stage=admitted.stage, now=timezone.now())
    else:
        progress = RaterProgress.as_counted(counted)
    at = progress.done if revising else min(progress.done + 1, progress.total)
    pace = pace_lately(admitted.stage)
    seconds = pace.seconds(pages=progress.tasks_left, units=progress.units_left)
    return {
        "done": progress.done,
        "total": progress.total,
        "at": at,
        "minutes_left": math.ceil(seconds / 60) if progress.units_left else None,
        "is_assumed": not pace.measured,
    }


def frame_context(admitted: AdmittedRater) -> dict[str, Any]:
    """What surrounds the task and stays: the guidelines, the keys, and whether an answer waits for the rater."""
    guidelines = guidelines_in(admitted.stage, get_language() or "")
    return {
        "unread": has_unread_answer(admitted.enrolment),
        "guidelines": render_once(guidelines.text) if guidelines else "",
        "keys": key_legend(admitted.stage.number),
    }


def key_legend(stage_number: int) -> list[dict[str, Any]]:
    """The keys in words; ``static/js/rating/keys.js`` is the table they come from (a test compares the two)."""
    way = behaviour(stage_number)
    labels = [(f"label:{choice.value}", list(choice.keys), choice.label) for choice in way.choices()]
    modes = [
        (f"mode:{place}", [str(place + 3)], mode.label) for place, mode in enumerate(way.every_failure_mode(), start=1)
    ]
    common = [
        ("next", ["↓", "j"], _("Next")),
        ("previous", ["↑", "k"], _("Previous")),
        ("evidence", ["e"], _("Show the evidence")),
        ("find", ["/"], _("Search the conversations")),
        ("missing", ["m"], _("Something is missing")),
        ("left", ["l"], _("To the left response")),
        ("right", ["r"], _("To the right response")),
        ("text", ["t"], _("Between the text and the question")),
        ("together", ["s"], _("Scroll together")),
        ("differences", ["d"], _("Differences")),
        ("card", ["p"], _("What is known of this person")),
        ("comment", ["c"], _("Write a note")),
        ("flag", ["f"], _("Set the page aside")),
        ("guidelines", ["g"], _("Guidelines")),
        ("submit", ["Enter"], _("Submit when everything is judged")),
        ("", ["Ctrl", "Enter"], _("Submit from a text field")),
        ("", ["Ctrl", "z"], _("Take the last answer back")),
        ("undo", ["u"], _("Back to the page before")),
        ("", ["Space", "PgDn", "PgUp"], _("Scroll the text read last")),
        ("", ["Esc"], _("Back to the question")),
        ("help", ["?"], _("This list")),
    ]
    with_conversations = {"evidence", "find", "missing"}
    with_sides = {"left", "right", "together", "differences", "card"}
    idle = (set() if way.rests_on_conversations else with_conversations) | (set() if way.has_sides else with_sides)
    rows = labels + modes + [row for row in common if row[0] not in idle]
    return [{"act": act, "keys": keys, "meaning": meaning} for act, keys, meaning in rows]


def task_url(admitted: AdmittedRater) -> str:
    return reverse("judgments:rate", args=[admitted.study.slug, admitted.stage.number])
