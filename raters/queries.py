"""Reads about raters."""

from collections.abc import Collection
from typing import Any

from django.db.models import Count, QuerySet

from accounts.joined_rows import Joined, JoinedRows
from accounts.statements import Statement, columns, rows
from conversations.models import Stage, Study
from raters.models import Admission, Arrival, Enrolment, EntryLink, Message, Rater


def entry_links_of(study: Study) -> QuerySet[EntryLink]:
    """The study's entry links, newest stage last, each with how many raters came by it (``arrived``)."""
    return (
        EntryLink.objects.filter(stage__study=study)
        .select_related("stage")
        .annotate(arrived=Count("admissions"))
        .order_by("stage__number", "id")
    )


def entry_link_for(token: str) -> EntryLink | None:
    """The link of a study that still exists, with its stage and study."""
    return (
        EntryLink.objects.select_related("stage__study")
        .filter(token=token, stage__study__deleted_at__isnull=True)
        .first()
    )


def enrolment_of(*, study: Study, rater_id: int) -> Enrolment | None:
    return Enrolment.objects.select_related("rater", "consent").filter(study=study, rater_id=rater_id).first()


def stages_open_to(enrolment: Enrolment) -> QuerySet[Stage]:
    """The stages this rater was let into, in order."""
    return Stage.objects.filter(admissions__enrolment=enrolment).order_by("number")


_ADMISSION = JoinedRows(
    {
        "admission": Joined(Admission),
        "stage": Joined(Stage),
        "study": Joined(Study),
        "enrolment": Joined(Enrolment),
        "rater": Joined(Rater),
    }
)
_ADMISSIONS = Statement(
    f"""SELECT {_ADMISSION.columns}
FROM conversations_study study
JOIN conversations_stage stage ON stage.study_id = study.id AND stage.number = %(number)s::numeric
JOIN raters_enrolment enrolment ON enrolment.study_id = study.id AND enrolment.rater_id = ANY (%(raters)s::bigint[])
JOIN raters_admission admission ON admission.enrolment_id = enrolment.id AND admission.stage_id = stage.id
JOIN raters_rater rater ON rater.id = enrolment.rater_id
WHERE study.slug = %(slug)s AND study.deleted_at IS NULL""",  # noqa: S608 - of our own words only
    columns,
)


def admissions_of(*, rater_ids: Collection[int], slug: str, number: int) -> list[Admission]:
    """Where these raters were let into a stage of a study that exists, with all that a page of theirs needs to know."""
    known = {"raters": list(rater_ids), "slug": slug, "number": number}
    return [_admission(_ADMISSION.objects(row)) for row in rows(_ADMISSIONS, known)]


def _admission(found: dict[str, Any]) -> Admission:
    admission: Admission = found["admission"]
    admission.stage, admission.enrolment = found["stage"], found["enrolment"]
    admission.stage.study = admission.enrolment.study = found["study"]
    admission.enrolment.rater = found["rater"]
    return admission


def rater_of_user(*, user_id: int) -> Rater | None:
    return Rater.objects.filter(user_id=user_id).first()


def messages_of(enrolment: Enrolment) -> QuerySet[Message]:
    """What the rater and those who run the study wrote to each other, newest first."""
    return Message.objects.select_related("sender").filter(enrolment=enrolment).order_by("-sent_at", "-pk")


def has_unread_answer(enrolment: Enrolment) -> bool:
    return Message.objects.filter(enrolment=enrolment, from_rater=False, read_at__isnull=True).exists()


def latest_arrival(*, rater_ids: Collection[int], slug: str, number: int) -> Arrival | None:
    """The arrival of one of these raters to a stage of a study that exists, ended or not."""
    return (
        Arrival.objects.select_related("stage__study", "enrolment", "entry_link")
        .filter(
            stage__study__slug=slug,
            stage__study__deleted_at__isnull=True,
            stage__number=number,
            enrolment__rater_id__in=rater_ids,
        )
        .order_by("-arrived_at")
        .first()
    )


def enrolment_from_platform(*, link: EntryLink, person: str) -> Enrolment | None:
    """The enrolment of a platform's participant in the link's study."""
    return Enrolment.objects.filter(study_id=link.stage.study_id, platform=link.platform, external_id=person).first()


def arrivals_by(link: EntryLink) -> QuerySet[Arrival]:
    """The arrivals by a link, latest first."""
    return Arrival.objects.select_related("enrolment").filter(entry_link=link).order_by("-arrived_at", "-pk")
