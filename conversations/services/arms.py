"""The arm that a response belongs to, made once for each treatment, whoever wrote it."""

from collections.abc import Mapping
from typing import Any

from conversations.enums import Policy
from conversations.hashing import settings_hash
from conversations.models import Arm, System


def ensure_arm(
    *,
    system: System,
    name: str = "",
    policy: Policy = Policy.UNSTATED,
    selecting_system: System | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Arm:
    """``selecting_system``: whose selection is given, where the policy is ``selection``. Its own makes it ``own``."""
    stated = dict(settings or {})
    arm, _ = Arm.objects.get_or_create(
        **_identity(system, name, policy, selecting_system, stated), defaults={"settings": stated}
    )
    return arm


def find_arm(
    *,
    system: System,
    name: str = "",
    policy: Policy = Policy.UNSTATED,
    selecting_system: System | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Arm | None:
    """The one that ``ensure_arm`` would give, if it was made."""
    return Arm.objects.filter(**_identity(system, name, policy, selecting_system, settings or {})).first()


def _identity(
    system: System, name: str, policy: Policy, selecting_system: System | None, settings: Mapping[str, Any]
) -> dict[str, Any]:
    if policy == Policy.SELECTION and selecting_system == system:
        policy, selecting_system = Policy.OWN, None
    return {
        "system": system,
        "name": name,
        "policy": policy,
        "selecting_system": selecting_system,
        "settings_hash": settings_hash(settings),
    }
