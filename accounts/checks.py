"""What an operator must have said before this can be served."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

NO_PROXIES = Error(
    "YARDSTICK_BEHIND_PROXY is set, and nothing says whose X-Forwarded-For to believe.",
    hint="Set YARDSTICK_TRUSTED_PROXIES to the number of proxies, such as 1, or to their networks (docs/operators.md). "
    "Else all visitors seem to come from one address, and are limited together.",
    id="accounts.E001",
)


def check_proxies(**_given: Any) -> list[CheckMessage]:
    return [NO_PROXIES] if settings.BEHIND_PROXY and not settings.TRUSTED_PROXIES else []
