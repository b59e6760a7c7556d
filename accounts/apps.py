from django.apps import AppConfig
from django.core.checks import register

from accounts.checks import check_proxies


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # drf-spectacular finds its extensions by their having been imported.
        from accounts import schema  # noqa: F401, PLC0415

        register(check_proxies)
