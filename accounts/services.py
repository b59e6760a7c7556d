"""Writes about accounts."""

from typing import Any

from accounts.models import AuditEntry, User


def record(
    *,
    actor: User | None,
    action: str,
    study_id: int | None = None,
    target: str = "",
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Append one act to the audit log. ``actor`` is None for what the machine does."""
    return AuditEntry.objects.create(
        actor=actor, action=action, study_id=study_id, target=target[:200], details=details or {}
    )
