from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class RatersConfig(AppConfig):
    name = "raters"

    def ready(self) -> None:
        from raters import sessions  # noqa: PLC0415 - models are there only now

        user_logged_in.connect(sessions.note_sign_in, dispatch_uid="raters")
