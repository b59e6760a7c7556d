"""All Celery tasks of the app, where Celery looks for them."""

from judgments.crowd.tasks import sweep_platform_acts, tell_platform
from judgments.oversight.tasks import fold_figures
from judgments.work.tasks import extend_stages, lay_out_responses

__all__ = ["extend_stages", "fold_figures", "lay_out_responses", "sweep_platform_acts", "tell_platform"]
