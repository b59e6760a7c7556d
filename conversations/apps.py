from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        from conversations.services.storing import register_handlers  # noqa: PLC0415 - models exist only now

        register_handlers()
