"""What those who run a study have the crowd platform told. Writing it down comes first; a worker tells it."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import batched

from django.db import transaction

from accounts.encryption import seal
from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations.models import Study
from judgments.crowd.lists import MOVING, ListedArrival, sendable
from judgments.crowd.platforms.registry import api_of, crowd_platform
from judgments.enums import ActKind, ActState
from judgments.models import PlatformAccount, PlatformAct
from raters.models import EntryLink


class SendingRefused(Refusal):
    """It can't be sent. The message says why and what to do."""


class ListChanged(Refusal):
    """The list is not what was shown and agreed to."""

    text = "The list has changed since you looked at it. Nothing was sent: look again."


@transaction.atomic
def set_token(*, study: Study, platform: str, token: str, actor: User) -> None:
    """Raises SendingRefused while another platform is being told: it would be told with this token."""
    PlatformAccount.objects.get_or_create(study=study, defaults={"platform": platform})
    account = PlatformAccount.objects.select_for_update().get(study=study)
    name, other = (crowd_platform(one).short_name for one in (platform, account.platform))
    if platform != account.platform and PlatformAct.objects.filter(study=study, state__in=MOVING).exists():
        raise SendingRefused(f"{other} is still being told. Wait until that is done, then store the token of {name}.")
    account.platform, account.sealed_token = platform, seal(token)
    account.save(update_fields=["platform", "sealed_token"])
    record(actor=actor, action="raters.platform_token", study_id=study.pk, target=name)


@transaction.atomic
def remove_token(*, study: Study, actor: User) -> int:
    """What waits is not told any more, nor is what was set up paid. Returns how many."""
    account = PlatformAccount.objects.select_for_update().filter(study=study).exclude(sealed_token="").first()
    if account is None:
        return 0
    account.sealed_token = ""
    account.save(update_fields=["sealed_token"])
    waiting = PlatformAct.objects.filter(study=study, state__in=[ActState.WAITING, ActState.PREPARED])
    stopped = waiting.update(state=ActState.FAILED, words="The token was removed before it was sent.")
    record(
        actor=actor,
        action="raters.platform_token_removed",
        study_id=study.pk,
        target=crowd_platform(account.platform).short_name,
        details={"stopped": stopped},
    )
    return stopped


@transaction.atomic
def request_acts(
    *,
    study: Study,
    link: EntryLink,
    kind: ActKind,
    arrivals: int,
    total: Decimal,
    platform_study_id: str,
    actor: User,
    now: datetime,
) -> int:
    """Write down whom the platform is to be told of. ``arrivals`` and ``total`` are what was shown and agreed to.

    Whoever asks a second time, or at the same time, finds nothing left: the account's row lets in one by one.

    Raises:
        SendingRefused, ListChanged.
    """
    account = PlatformAccount.objects.select_for_update().filter(study=study).exclude(sealed_token="").first()
    if account is None or link.platform != account.platform:
        raise SendingRefused("Only lists of a platform whose token is stored can be sent.")
    if kind == ActKind.BONUS and not api_of(link.platform).is_id(platform_study_id):
        name = crowd_platform(link.platform).short_name
        raise SendingRefused(f"Enter the id of the study on {name}, as its address there shows it.")
    found = sendable(study, link, kind)
    if (len(found.arrivals), found.total) != (arrivals, total):
        raise ListChanged
    at_once = 1 if kind == ActKind.SCREEN_OUT else api_of(link.platform).most_at_once  # screening out: a call for each
    acts = _acts(
        batched(found.arrivals, at_once, strict=False),
        study=study,
        kind=kind,
        platform_study_id=platform_study_id,
        actor=actor,
        now=now,
    )
    PlatformAct.objects.filter(arrival__in=[act.arrival_id for act in acts], kind=kind, state=ActState.FAILED).delete()
    PlatformAct.objects.bulk_create(acts)
    details = {"list": kind.value, "visits": arrivals, "total": str(total)}
    record(actor=actor, action="raters.platform_send", study_id=study.pk, target=link.label, details=details)
    return len(acts)


@transaction.atomic
def settle(*, link: EntryLink, batch: uuid.UUID, was_paid: bool, actor: User) -> int:
    """Somebody looked at the platform and says what became of a payment. Returns how many people it was for."""
    unknown = PlatformAct.objects.filter(arrival__entry_link=link, batch=batch, state=ActState.UNKNOWN)
    words = "Found to be paid" if was_paid else "Found not to be paid"
    state = ActState.DONE if was_paid else ActState.FAILED
    people = unknown.update(state=state, words=f"{words}, by {actor.get_username()}."[:300])
    if people:
        record(
            actor=actor,
            action="raters.platform_settle",
            study_id=link.stage.study_id,
            target=link.label,
            details={"visits": people, "paid": was_paid},
        )
    return people


def _acts(
    batches: Iterable[Sequence[ListedArrival]],
    *,
    study: Study,
    kind: ActKind,
    platform_study_id: str,
    actor: User,
    now: datetime,
) -> list[PlatformAct]:
    return [
        PlatformAct(
            study=study,
            arrival=listed.arrival,
            kind=kind,
            amount=listed.due if kind == ActKind.BONUS else Decimal(0),
            batch=batch_id,
            platform_study_id=platform_study_id if kind == ActKind.BONUS else "",
            requested_by=actor,
            requested_at=now,
        )
        for batch_id, batch in ((uuid.uuid4(), batch) for batch in batches)
        for listed in batch
    ]


def record_crowd_download(*, link: EntryLink, kind: str, actor: User, arrivals: int) -> None:
    record(
        actor=actor,
        action="raters.crowd_download",
        study_id=link.stage.study_id,
        target=link.label,
        details={"list": kind, "visits": arrivals},
    )
