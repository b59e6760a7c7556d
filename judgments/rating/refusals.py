"""Why something that a rater's browser sent was not taken. Nothing of it was stored."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.refusals import Refusal


class Refused(Refusal):
    """Not taken: ``text`` says why to the rater, ``code`` to the page's script, ``status`` to what is between.

    ``page`` is the template that says it to who opened an address in their browser, where it is not said in JSON alone.
    """

    page: str = ""

    def extras(self) -> dict[str, Any]:
        """What the page's script needs to go on."""
        return {}


class NotAdmitted(Refused):
    """This browser is no rater of the stage."""

    code, status = "signed_out", 403
    text = _("You are signed out. Open your link again: your answer is kept.")
    page = "judgments/stranger.html"


class Withdrew(Refused):
    """The rater has withdrawn from the study, or did while the answer was on its way."""

    code, status = "withdrew", 410
    text = _("You have withdrawn from the study. Nothing more is taken.")


class NotYours(Refused):
    """The assignment is not this rater's, or the client's id belongs to another one."""

    code, status = "not_yours", 404
    text = _("This page is not yours.")


class StageNotOpen(Refused):
    """The stage or its study takes no answers now."""

    code, status = "not_open", 409
    text = _("This stage is not open any more. Nothing new is taken.")


class IncompleteAnswers(Refused):
    """Units of the page that have no legal label: ``missing``. The page marks them by itself."""

    code, status = "incomplete", 422
    text = _("Some are not judged yet.")

    def __init__(self, missing: Sequence[int]) -> None:
        super().__init__()
        self.missing = list(missing)


class StaleDraft(Refused):
    """A draft is stored that is newer, or that the sender never saw: ``draft``, with its ``revision``.

    ``goes_on``: the overall answer is stored, so that the page asks for its other units now.
    """

    code, status = "stale_draft", 409
    text = _("You went on with this page in another window. Its newer answers are shown now.")

    def __init__(self, revision: int, draft: dict[str, Any] | None, *, goes_on: bool = False) -> None:
        super().__init__()
        self.revision = revision
        self.draft = draft
        self.goes_on = goes_on

    def extras(self) -> dict[str, Any]:
        return {"revision": self.revision, "draft": self.draft, "goes_on": self.goes_on}


class BadRequest(Refused):
    """Nothing of the request can be taken, however often it is sent. ``text`` says what is wrong.

    ``field`` is where: "answers.2.note".
    """

    code, status = "bad_request", 400

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field

    def extras(self) -> dict[str, Any]:
        return {"field": self.field}
