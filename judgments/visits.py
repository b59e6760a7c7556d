"""A rater at a stage: who asks, for what, and what every rating page shows around the task."""

import math
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.markdown import render as render_markdown
from conversations.models import Stage, Study
from judgments import queries
from judgments.models import Assignment
from judgments.pages import TaskPage, build_page
from judgments.queries.outcomes import why_nothing
from judgments.queries.visits import last_submitted
from raters import sessions
from raters.models import Admission, Enrolment, Rater
from raters.queries import admissions_of, has_unread_answer


class NotAdmitted(Exception):
    """This browser is no rater of the stage."""


@dataclass(frozen=True, slots=True)
class Visit:
    admission: Admission

    @property
    def study(self) -> Study:
        return self.admission.stage.study

    @property
    def stage(self) -> Stage:
        return self.admission.stage

    @property
    def enrolment(self) -> Enrolment:
        return self.admission.enrolment

    @property
    def rater(self) -> Rater:
        return self.admission.enrolment.rater


def visit_of(request: HttpRequest, slug: str, number: int) -> Visit:
    """Who rates here. Raises Http404 when there is no such stage, NotAdmitted for strangers."""
    known = sessions.rater_ids(request)
    for admission in admissions_of(rater_ids=known.values(), slug=slug, number=number):
        if known.get(str(admission.stage.study_id)) == admission.enrolment.rater_id:
            return Visit(admission)
    stages = Stage.objects.filter(study__slug=slug, study__deleted_at__isnull=True, number=number)
    if not stages.exists():
        raise Http404("There is no such stage.")
    raise NotAdmitted


def task_context(visit: Visit, assignment: Assignment | None, *, previous: uuid.UUID | None = None) -> dict[str, Any]:
    """What the parts of the rating page need. ``assignment`` is None when there is nothing to judge.

    ``previous`` is the page where "back" leads, where that is known already.
    """
    page: TaskPage | None = build_page(assignment, study=visit.study) if assignment else None
    return {
        "study": visit.study,
        "stage": visit.stage,
        "page": page,
        "progress": rater_progress(visit, revising=bool(assignment and assignment.outcome)),
        "previous": previous or last_submitted(rater=visit.rater, stage=visit.stage, before=assignment),
        "why": None if assignment else why_nothing(rater=visit.rater, stage=visit.stage, now=timezone.now()),
    }


def rater_progress(visit: Visit, *, revising: bool = False) -> dict[str, int | None]:
    progress = queries.rater_progress(rater=visit.rater, stage=visit.stage)
    at = progress.done if revising else min(progress.done + 1, progress.total)
    seconds = progress.units_left * visit.stage.seconds_per_unit
    return {
        "done": progress.done,
        "total": progress.total,
        "at": at,
        "minutes_left": math.ceil(seconds / 60) if progress.units_left else None,
    }


def parts(context: dict[str, Any]) -> dict[str, str]:
    """The pieces of the page that change from task to task, by the id of the element they go into."""
    return {
        "task-progress": render_to_string("judgments/parts/progress.html", context),
        "task": render_to_string("judgments/parts/task.html", context),
        "rating-bar": render_to_string("judgments/parts/bar.html", context),
    }


def frame_context(visit: Visit) -> dict[str, Any]:
    """What surrounds the task and stays: the guidelines, the keys, and whether an answer waits for the rater."""
    guidelines = visit.stage.guidelines.first()
    return {
        "unread": has_unread_answer(visit.enrolment),
        "guidelines": render_markdown(guidelines.text) if guidelines else "",
        "keys": key_legend(visit.stage.number),
    }


def key_legend(stage_number: int) -> list[dict[str, Any]]:
    """The keys in words; ``static/js/rating/keys.js`` is the table they come from (a test compares the two)."""
    labels = {
        1: [("label:1", ["1"], _("Accept")), ("label:2", ["2"], _("Unsure")), ("label:3", ["3"], _("Reject"))],
        2: [("label:1", ["y", "1"], _("Yes")), ("label:0", ["n", "2"], _("No"))],
        3: [
            ("label:1", ["1"], _("Left much better")),
            ("label:2", ["2"], _("Left better")),
            ("label:3", ["3"], _("No difference")),
            ("label:4", ["4"], _("Right better")),
            ("label:5", ["5"], _("Right much better")),
        ],
    }
    common = [
        ("next", ["↓", "j"], _("Next")),
        ("previous", ["↑", "k"], _("Previous")),
        ("evidence", ["e"], _("Show the evidence")),
        ("comment", ["c"], _("Write a note")),
        ("flag", ["f"], _("Set the page aside")),
        ("guidelines", ["g"], _("Guidelines")),
        ("submit", ["Enter"], _("Submit when everything is judged")),
        ("", ["Ctrl", "Enter"], _("Submit from a text field")),
        ("undo", ["u"], _("Back to the page before")),
        ("help", ["?"], _("This list")),
    ]
    rows = labels[stage_number] + [row for row in common if stage_number == 1 or row[0] != "evidence"]
    return [{"act": act, "keys": keys, "meaning": meaning} for act, keys, meaning in rows]


def task_url(visit: Visit) -> str:
    return reverse("judgments:rate", args=[visit.study.slug, visit.stage.number])
