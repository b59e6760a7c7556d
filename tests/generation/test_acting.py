"""What a page lets one do to a run or a held comparison, ``manage.py run`` and ``manage.py held`` do too."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEntry, User
from conversations.models import Comparison
from generation.enums import FailureReason, ItemState, RunState
from generation.kinds.responses.held_comparisons import NotRewritable, rewrite_comparison
from generation.kinds.responses.start import start_responses
from generation.models import Run, RunItem
from tests.generation.provider import Reply
from tests.generation.runs import add_attribute, add_case, add_subject, all_given, hold_one, produce_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(study, endpoint):
    subject = add_subject(study)
    add_attribute(subject, "The user is a nurse.")
    add_case(subject)
    return start_responses(study=study, endpoint=endpoint, configuration=all_given(), now=timezone.now())


def act(run: Run, *options: str) -> Run:
    call_command("run", run.study.slug, str(run.pk), *options)
    run.refresh_from_db()
    return run


def test_a_run_is_paused_goes_on_and_is_cancelled(run, capsys):
    assert act(run, "--pause").state == RunState.PAUSED
    assert "is paused: 0 of 2 items" in capsys.readouterr().out
    assert act(run, "--resume", "--budget", "5").state == RunState.RUNNING
    assert run.budget == 5
    assert "No worker that calls models has been seen" in capsys.readouterr().out
    assert act(run, "--cancel").state == RunState.CANCELLED
    assert set(run.items.values_list("state", flat=True)) == {ItemState.CANCELLED}
    assert AuditEntry.objects.filter(action__startswith="run.").count() == 4


def test_what_failed_says_why_and_is_tried_again_by_reason(run, capsys):
    refused, late = run.items.order_by("pk")
    for item, reason in ((refused, FailureReason.REFUSED), (late, FailureReason.TIMEOUT)):
        RunItem.objects.filter(pk=item.pk).update(state=ItemState.FAILED, reason_code=reason, reason="HTTP 400.")
    Run.objects.update(state=RunState.DONE)
    act(run)
    assert "1 failed: The endpoint refused the request (4xx) (refused: HTTP 400.)" in capsys.readouterr().out
    assert act(run, "--retry", "refused").state == RunState.RUNNING
    assert "1 failed items will be tried again" in capsys.readouterr().out
    refused.refresh_from_db()
    late.refresh_from_db()
    assert (refused.state, late.state) == (ItemState.WAITING, ItemState.FAILED)


def test_a_run_of_another_study_is_not_found(run):
    with pytest.raises(CommandError, match="has no run"):
        call_command("run", "other", str(run.pk), "--cancel")
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


def test_held_comparisons_are_listed_and_released(study, endpoint, provider, capsys):
    held = hold_one(study, endpoint, provider)
    Comparison.objects.update(leak_reasons=["It says \x1b[2Jwho it is for."])
    call_command("held", study.slug)
    listed = capsys.readouterr().out
    assert listed.startswith(f"{held.pk}: Subject 1, by ")
    assert "\x1b" not in listed
    call_command("held", study.slug, f"--release={held.pk}")
    held.refresh_from_db()
    assert held.released_at is not None
    with pytest.raises(CommandError, match="holds no comparison"):
        call_command("held", study.slug, f"--release={held.pk}")


def test_what_is_written_again_is_not_released_and_what_is_released_is_not_written_again(study, endpoint, provider):
    held = hold_one(study, endpoint, provider)
    call_command("held", study.slug, f"--rewrite={held.pk}")
    with pytest.raises(CommandError, match="being written again"):
        call_command("held", study.slug, f"--release={held.pk}")
    provider.script = lambda request, number: Reply(f"As you told me again, {number}.")
    again = Run.objects.latest("pk")
    again.items.update(announced_at=None)  # the broker was told, to which nobody listens here
    produce_all(again)
    second = Comparison.objects.get(withdrawn_at=None)
    call_command("held", study.slug, f"--release={second.pk}")
    with pytest.raises(NotRewritable, match="released"):
        rewrite_comparison(comparison=second, actor=User.objects.create_user("ada"), now=timezone.now())
