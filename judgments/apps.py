from django.apps import AppConfig


class JudgmentsConfig(AppConfig):
    name = "judgments"

    def ready(self) -> None:
        from judgments.elsewhere.handlers import register_handlers  # noqa: PLC0415 - models exist only now
        from judgments.rating.lessons import times_of_pages  # noqa: PLC0415
        from judgments.rating.own_pay import own_figures  # noqa: PLC0415
        from raters import own_work, page_times  # noqa: PLC0415

        register_handlers()
        page_times.register(times_of_pages)
        own_work.register(own_figures)
