from django.apps import AppConfig


class JudgmentsConfig(AppConfig):
    name = "judgments"

    def ready(self) -> None:
        from judgments.elsewhere.handlers import register_handlers  # noqa: PLC0415 - models exist only now
        from judgments.work.estimates import units_on_a_page  # noqa: PLC0415
        from raters import page_sizes  # noqa: PLC0415

        register_handlers()
        page_sizes.register(units_on_a_page)
