"""Why a rater gets no page, in the words of those who run the study."""

from django.db.models import TextChoices


class Nothing(TextChoices):
    """Why a rater gets no page. The labels are for those who run the study."""

    NOT_ADMITTED = "not_admitted", "No link has let this rater into the stage."
    WITHDREW = "withdrew", "The rater withdrew."
    RETURNED = "returned", "The rater returned their place on the platform."
    FAILED_COMPREHENSION = "failed_comprehension", "The rater failed the comprehension check."
    SCREENED_OUT = "screened_out", "The rater was screened out."
    LEFT = "left", "The rater's part in the study has ended."
    STUDY_CLOSED = "study_closed", "The study is closed."
    STAGE_DRAFT = "stage_draft", "The stage has not been opened."
    STAGE_PAUSED = "stage_paused", "The stage is paused."
    STAGE_CLOSED = "stage_closed", "The stage is closed."
    RATER_PAUSED = "rater_paused", "The rater is paused."
    ARRIVAL_ENDED = "arrival_ended", "The rater ended this arrival and has not arrived again."
    PRACTICE = "practice", "The rater has not finished the tutorial."
    COMPREHENSION = "comprehension", "The rater has not passed the comprehension check."
    OPEN_PAGE = "open_page", "The rater has an open page, and gets that one until it is done."
    QUALIFICATION = "qualification", "The rater must qualify, and there is no gold page for them."
    ARRIVAL_QUOTA = "arrival_quota", "The rater has had all pages of one arrival."
    RATER_QUOTA = "rater_quota", "The rater has had all pages that one rater may have."
    LEASED = "leased", "All that is left for this rater is with others now."
    MET = "met", "The rater has had every page that is left."
    CONFLICT = "conflict", "A conflict rule keeps what is left from this rater."
    LANGUAGE = "language", "What is left is in languages that this rater did not declare."
    FLAGGED = "flagged", "What is left is flagged, and this rater asked for no flagged material."
    NOTHING_LEFT = "nothing_left", "Nothing is left to judge in this stage."
