"""What changed of raters' work is counted behind the page, so that lists have little left to count."""

from celery import shared_task

from judgments.oversight.folding import fold_all


@shared_task(name="judgments.fold_figures")
def fold_figures() -> None:
    fold_all()
