"""Tell the crowd platform what was written down: one call at a time for each study, and no payment twice.

A payment is marked as sent before the call is made, and only what is set up and not sent is paid. Where the answer, or
the process, is lost in between, the act becomes UNKNOWN: nobody repeats it until somebody has looked at the platform.
Approving and screening out change a submission's state once, however often they are told: those are told again.
"""

import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from accounts.encryption import Unreadable, unseal
from accounts.services import record
from judgments.crowd.platforms.base import AskedToWait, CallRefused, CrowdPlatform, NoAnswer, PlatformApi
from judgments.crowd.platforms.registry import api_of, crowd_platform
from judgments.enums import ActKind, ActState
from judgments.models import PlatformAccount, PlatformAct
from raters.models import CompletionCode

LEASE = timedelta(minutes=5)  # far longer than a call may take
FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 600
_WITH = ("arrival__entry_link", "study__platform_account")


def send_next_batch(*, study_id: int, now: datetime) -> bool:
    """Make one call. False where nothing is left, another worker is at it, or the platform asked to wait."""
    free = Q(busy_until__isnull=True) | Q(busy_until__lte=now)
    mine = now + LEASE
    if not PlatformAccount.objects.filter(free, study=study_id).update(busy_until=mine):
        return False
    started = time.monotonic()
    _recover(study_id)
    acts = _next_batch(study_id)
    if not acts:
        _release(study_id, mine)
        return False
    try:
        _send(acts, _token(acts), now)
    except AskedToWait as wait:
        _put_back(acts)
        _wait(study_id, mine, wait, now + timedelta(seconds=time.monotonic() - started))
        return False
    _release(study_id, mine)
    return True


def _recover(study_id: int) -> None:
    """What is still marked as sent was sent by a worker that died."""
    sent = PlatformAct.objects.filter(study=study_id, state=ActState.SENT)
    lost = list(sent.filter(kind=ActKind.BONUS).select_related(*_WITH))
    if lost:
        _finish(lost, ActState.UNKNOWN, _lost(_platform(lost)))
    sent.exclude(kind=ActKind.BONUS).update(state=ActState.WAITING)


def _next_batch(study_id: int) -> list[PlatformAct]:
    """What is set up is paid before more is begun."""
    to_do = PlatformAct.objects.filter(study=study_id).select_related(*_WITH)
    for state in (ActState.PREPARED, ActState.WAITING):
        first = to_do.filter(state=state).order_by("id").first()
        if first is not None:
            return list(to_do.filter(batch=first.batch, state=state).order_by("id"))
    return []


def _platform(acts: Sequence[PlatformAct]) -> CrowdPlatform:
    """While anything moves, the account stays with the platform that is being told of it (``acts.set_token``)."""
    return crowd_platform(acts[0].study.platform_account.platform)


def _api(acts: Sequence[PlatformAct]) -> PlatformApi:
    return api_of(_platform(acts).name)


def _lost(platform: CrowdPlatform) -> str:
    return f"The answer was lost. Look on {platform.short_name} whether it was paid, then say so here."


def _token(acts: Sequence[PlatformAct]) -> str:
    """Empty where there is none, or none that can be read."""
    sealed = acts[0].study.platform_account.sealed_token
    try:
        return unseal(sealed) if sealed else ""
    except Unreadable:
        return ""


def _send(acts: Sequence[PlatformAct], token: str, now: datetime) -> None:
    """Raises AskedToWait."""
    if not token:
        _finish(acts, ActState.FAILED, "There is no token that can be read. Enter it again.")
        return
    try:
        if acts[0].kind != ActKind.BONUS:
            _tell(acts, token, now)
        elif acts[0].state == ActState.WAITING:
            _prepare(acts, token)
        else:
            _pay(acts, token, now)
    except CallRefused as refusal:
        _refused(acts, refusal)


def _tell(acts: Sequence[PlatformAct], token: str, now: datetime) -> None:
    """Approve, or screen out."""
    if not _mark_sent(acts, now):
        return
    api, submissions = _api(acts), [act.arrival.session_id or "" for act in acts]
    try:
        if acts[0].kind == ActKind.APPROVE:
            api.approve(token=token, submissions=submissions)
        else:
            api.screen_out(token=token, submission=submissions[0], code=_code(acts[0]))
    except NoAnswer as lost:
        _finish(acts, ActState.FAILED, f"{lost} Sending it again does no harm.")
        return
    _finish(acts, ActState.DONE)


def _prepare(acts: Sequence[PlatformAct], token: str) -> None:
    """Set a bonus payment up. Where that is lost, something unpaid stays behind on the platform, and no more."""
    amounts = [(act.arrival.session_id or "", act.amount) for act in acts]
    study_there = acts[0].platform_study_id
    try:
        prepared = _api(acts).prepare_bonus(token=token, platform_study_id=study_there, amounts=amounts)
    except NoAnswer as lost:
        _finish(acts, ActState.FAILED, f"{lost} Nothing was paid.")
        return
    agreed = sum((act.amount for act in acts), Decimal(0))
    if prepared.amount is not None and prepared.amount != agreed:
        would = f"{_platform(acts).short_name} would have paid {prepared.amount:.2f}"
        _finish(acts, ActState.FAILED, f"{would} for what comes to {agreed:.2f} here. Nothing was paid.")
        return
    _still(acts, ActState.WAITING, state=ActState.PREPARED, platform_bonus_id=prepared.bonus_id)


def _pay(acts: Sequence[PlatformAct], token: str, now: datetime) -> None:
    if not _mark_sent(acts, now):
        return
    try:
        _api(acts).pay_bonus(token=token, bonus_id=acts[0].platform_bonus_id)
    except NoAnswer as lost:
        _finish(acts, ActState.UNKNOWN, f"{lost} {_lost(_platform(acts))}")
        return
    _finish(acts, ActState.DONE)


def _refused(acts: Sequence[PlatformAct], refusal: CallRefused) -> None:
    """One arrival that is not possible must not hold up all others: the call is made in halves."""
    is_about_some = refusal.status in {400, 404} and acts[0].state == ActState.WAITING
    if not is_about_some or len(acts) == 1:
        _finish(acts, ActState.FAILED, str(refusal))
        return
    half = len(acts) // 2
    for part in (acts[:half], acts[half:]):
        PlatformAct.objects.filter(pk__in=[act.pk for act in part]).update(state=ActState.WAITING, batch=uuid.uuid4())


def _mark_sent(acts: Sequence[PlatformAct], now: datetime) -> bool:
    return _still(acts, acts[0].state, state=ActState.SENT, told_at=now)


@transaction.atomic
def _still(acts: Sequence[PlatformAct], expected: str, **changes: object) -> bool:
    """Change all of them or none: where one is not as it was, somebody stopped them meanwhile."""
    rows = PlatformAct.objects.filter(pk__in=[act.pk for act in acts], state=expected)
    if rows.select_for_update().count() != len(acts):
        return False
    return rows.update(**changes) == len(acts)


def _put_back(acts: Sequence[PlatformAct]) -> None:
    sent = PlatformAct.objects.filter(pk__in=[act.pk for act in acts], state=ActState.SENT)
    sent.update(state=acts[0].state, told_at=None)


@transaction.atomic
def _finish(acts: Sequence[PlatformAct], state: ActState, words: str = "") -> None:
    moving = [ActState.WAITING, ActState.PREPARED, ActState.SENT]
    rows = PlatformAct.objects.filter(pk__in=[act.pk for act in acts], state__in=moving)
    changed = rows.update(state=state, words=words)
    link = acts[0].arrival.entry_link
    record(
        actor=None,
        action="raters.platform_outcome",
        study_id=acts[0].study_id,
        target=link.label if link else "",
        details={"list": acts[0].kind, "outcome": state.value, "visits": changed},
    )


def _code(act: PlatformAct) -> str:
    """Raises CallRefused."""
    codes = CompletionCode.objects.filter(entry_link=act.arrival.entry_link_id, outcome=act.arrival.outcome)
    code = codes.values_list("code", flat=True).first()
    if not code:
        raise CallRefused("The entry link has no completion code for this outcome. Enter it there.")
    return code


def _release(study_id: int, mine: datetime) -> None:
    held = PlatformAccount.objects.filter(study=study_id, busy_until=mine)
    held.update(busy_until=None, refused_in_a_row=0)


def _wait(study_id: int, mine: datetime, asked: AskedToWait, now: datetime) -> None:
    """As long as the platform says, else longer each time."""
    account = PlatformAccount.objects.get(study=study_id)
    seconds = asked.seconds or min(FIRST_WAIT_SECONDS * 2**account.refused_in_a_row, LONGEST_WAIT_SECONDS)
    held = PlatformAccount.objects.filter(study=study_id, busy_until=mine)
    held.update(busy_until=now + timedelta(seconds=seconds), refused_in_a_row=min(account.refused_in_a_row + 1, 10))
