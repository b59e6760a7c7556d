"""Prolific: the one place that calls its API."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from django.conf import settings

from judgments.crowd.platforms.base import CallRefused, CrowdPlatform, PlatformApi, Prepared, submission_or_amount
from judgments.crowd.platforms.calling import PlatformService
from judgments.enums import ActKind
from raters.enums import Platform
from raters.platforms.prolific.host import is_operators

# Ids come from the addresses of those who arrive, and go into a table of payments and into paths: nothing else may.
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


def is_id(text: str | None) -> bool:
    return bool(text and _ID.fullmatch(text))


def approve(*, token: str, submissions: Sequence[str]) -> None:
    _SERVICE.post(token, "/api/v1/submissions/bulk-approve/", {"submission_ids": _ids(submissions)})


def screen_out(*, token: str, submission: str, code: str) -> None:
    """By the study's code for that, which must name the researcher as the one who may use it."""
    (known,) = _ids([submission])
    body = {"action": "COMPLETE", "completion_code": code}
    _SERVICE.post(token, f"/api/v1/submissions/{known}/transition/", body)


def prepare_bonus(*, token: str, platform_study_id: str, amounts: Sequence[tuple[str, Decimal]]) -> Prepared:
    submissions = _ids([submission for submission, _amount in amounts])
    rows = [f"{submission},{amount:.2f}" for submission, (_, amount) in zip(submissions, amounts, strict=True)]
    body = {"study_id": _ids([platform_study_id])[0], "csv_bonuses": "\n".join(rows)}
    answer = _SERVICE.ask(token, "/api/v1/submissions/bonus-payments/", body)
    bonus_id = answer.get("id")
    if not isinstance(bonus_id, str) or not is_id(bonus_id):
        raise _SERVICE.not_understood()
    return Prepared(bonus_id, _hundredths(answer.get("amount")))


def pay_bonus(*, token: str, bonus_id: str) -> None:
    (known,) = _ids([bonus_id])
    _SERVICE.post(token, f"/api/v1/bulk-bonus-payments/{known}/pay/", None)


def _ids(texts: Sequence[str]) -> list[str]:
    if not all(is_id(text) for text in texts):
        raise CallRefused("The id is none of Prolific's.")
    return list(texts)


def _hundredths(cents: object) -> Decimal | None:
    try:
        return None if cents is None else Decimal(str(cents)) / 100
    except InvalidOperation:
        raise _SERVICE.not_understood() from None


def _address() -> str:
    address: str = settings.PROLIFIC_API_URL
    return address


def _headers(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Token {token}"}


_SERVICE = PlatformService(
    called="Prolific",
    address=_address,
    may_lie_inside=is_operators,
    headers=_headers,
    refusals={
        400: "Prolific refused it as not possible (HTTP 400): look at the submission's state there.",
        401: "Prolific doesn't know the token (HTTP 401). Enter a new one.",
        402: "Prolific refused it (HTTP 402): look at the balance of the workspace there.",
        403: "Prolific doesn't let this token do that (HTTP 403).",
        404: "Prolific doesn't know this submission or study (HTTP 404).",
    },
)

PLATFORM = CrowdPlatform(
    name=Platform.PROLIFIC,
    row=submission_or_amount,
    api=PlatformApi(
        approve=approve,
        screen_out=screen_out,
        prepare_bonus=prepare_bonus,
        pay_bonus=pay_bonus,
        is_id=is_id,
        most_at_once=200,
        settled=frozenset({"APPROVED", "PARTIALLY APPROVED", "REJECTED", "RETURNED", "SCREENED OUT", "TIMED-OUT"}),
        leads={
            ActKind.APPROVE: "Prolific pays these submissions as the study there promises.",
            ActKind.BONUS: "Everybody gets what their active time is worth at the study's pay. Prolific adds its fees. "
            "A payment can't be taken back.",
            ActKind.SCREEN_OUT: "Each is ended with the entry link's completion code for its outcome, which must stand "
            "in the study there as one that you may use.",
        },
        token_help="Made on Prolific, under Settings. It may do all that you may do there. "  # noqa: S106 - no token
        "It is stored encrypted, and never shown.",
        study_id_help="The last part of the study's address there.",
    ),
)
