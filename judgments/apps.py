from django.apps import AppConfig


class JudgmentsConfig(AppConfig):
    name = "judgments"

    def ready(self) -> None:
        from judgments.elsewhere.handlers import register_handlers  # noqa: PLC0415 - models exist only now

        register_handlers()
