"""Responses are laid out ahead of the raters who will read them, in the order of the queue."""

from conversations.enums import StageState, StudyState
from conversations.laid_out import lay_out, renderer
from conversations.models import Response, Stage
from judgments.enums import TaskKind
from judgments.models import Task
from judgments.stages import behaviour

AT_ONCE = 200  # tasks: some two seconds of work


def lay_out_ahead() -> bool:
    """The next responses of each open stage. Whether there may be more.

    How far each is, stands with the stage; who is killed here has lost one portion of work, and nothing that a page needs: what is
    not laid out when it is shown, is laid out then.
    """
    running = Stage.objects.filter(study__state=StudyState.ACTIVE, study__deleted_at__isnull=True)
    stages = [stage for stage in running.filter(state=StageState.OPEN) if behaviour(stage.number).has_sides]
    for stage in stages:
        _lay_out_controls(stage)
    is_more = [next_portion(stage) for stage in stages]
    return any(is_more)


def _lay_out_controls(stage: Stage) -> None:
    """They stand outside the queue, and a page that took longer to make than its neighbours would tell that it is one."""
    controls = Task.objects.filter(stage=stage, kind=TaskKind.CONTROL).values_list(
        "comparison__generic", "comparison__personalized"
    )
    lay_out(Response.objects.filter(pk__in={response for pair in controls for response in pair}))


def next_portion(stage: Stage) -> bool:
    """Whether there may be more."""
    done = stage.laid_out_to if stage.laid_out_by == renderer() else -1
    waiting = Task.objects.filter(stage=stage, position__gt=done).order_by("position")
    tasks = list(waiting.values_list("position", "comparison__generic", "comparison__personalized")[:AT_ONCE])
    if not tasks:
        return False
    lay_out(Response.objects.filter(pk__in={response for _position, *pair in tasks for response in pair}))
    Stage.objects.filter(pk=stage.pk).update(laid_out_to=tasks[-1][0], laid_out_by=renderer())
    return len(tasks) == AT_ONCE
