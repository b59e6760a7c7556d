"""Of a held comparison only the text at fault is written again; the generic one for every arm that shares it."""

import pytest
from django.utils import timezone

from conversations.models import Comparison, Response, SilentCase
from generation.enums import FailureReason
from generation.kinds.responses.held_comparisons import BeingRewritten, release_held, rewrite_comparison
from generation.kinds.responses.start import start_responses
from generation.queries.progress import being_rewritten
from tests.generation.provider import Reply
from tests.generation.runs import add_attribute, add_case, add_subject, all_given, produce_all

pytestmark = pytest.mark.django_db(transaction=True)
LEAK = "As you told me"


@pytest.fixture
def case(study):
    subject = add_subject(study)
    add_attribute(subject, "The user is a nurse.")
    return add_case(subject)


def write(study, endpoint, provider, leaking: set[str], **configuration) -> None:
    """Both kinds, of which these leak."""

    def script(request, number):
        kind = "personalized" if "nurse" in str(request["messages"]) else "generic"
        return Reply(f"{LEAK if kind in leaking else 'Boil it'}, {kind} {len(provider.requests)}.")

    provider.script = script
    configured = all_given(**configuration)
    produce_all(start_responses(study=study, endpoint=endpoint, configuration=configured, now=timezone.now()))


def rewrite(comparison, provider) -> None:
    provider.script = lambda request, number: Reply(f"Boil it another time, {len(provider.requests)}.")
    before = len(provider.requests)
    run = rewrite_comparison(comparison=comparison, actor=None, now=timezone.now())
    calls = run.items.count()
    assert comparison.pk in being_rewritten(Comparison.objects.all())
    produce_all(run)
    assert len(provider.requests) - before == calls
    assert not being_rewritten(Comparison.objects.all())


def test_a_personalized_text_is_written_again_for_its_arm_alone(study, endpoint, provider, case):
    write(study, endpoint, provider, {"personalized"})
    write(study, endpoint, provider, {"personalized"}, max_given=1)
    first, second = Comparison.objects.order_by("pk")
    rewrite(first, provider)
    first.refresh_from_db()
    second.refresh_from_db()
    new = Comparison.objects.latest("pk")
    assert (new.generic, new.arm, new.leak_reasons, new.withdrawn_at) == (first.generic, first.arm, [], None)
    assert (first.withdrawn_at is None, second.withdrawn_at) == (False, None)
    assert Response.objects.filter(kind="generic").count() == 1


def test_a_generic_text_is_written_again_once_for_every_arm(study, endpoint, provider, case):
    write(study, endpoint, provider, {"generic"})
    write(study, endpoint, provider, set(), max_given=1)
    first, second = Comparison.objects.order_by("pk")
    assert all(each.leak_reasons for each in (first, second))
    other = Comparison.objects.filter(pk=second.pk)
    run = rewrite_comparison(comparison=first, actor=None, now=timezone.now())
    with pytest.raises(BeingRewritten):
        release_held(comparison=second, actor=None, now=timezone.now())
    provider.script = lambda request, number: Reply("Boil it another time.")
    produce_all(run)
    before = {each.pk: each.personalized_id for each in (first, second)}
    after = list(Comparison.objects.order_by("pk"))
    assert {each.pk: each.personalized_id for each in after} == before
    assert {each.generic.text for each in after} == {"Boil it another time."}
    assert [each.leak_reasons for each in after] == [[], []]
    assert other.get().withdrawn_at is None


@pytest.mark.parametrize("again", [set(), {"generic"}])
def test_both_texts_are_written_again_where_both_are_at_fault(study, endpoint, provider, case, again):
    write(study, endpoint, provider, {"generic", "personalized"})
    first = Comparison.objects.get()
    rewrite(first, provider)
    new = Comparison.objects.get(withdrawn_at=None)
    assert new != first
    assert (new.generic.attempt, new.personalized.attempt, new.leak_reasons) == (2, 2, [])
    assert new.arm == first.arm


def test_a_released_comparison_keeps_the_text_that_raters_may_have_seen(study, endpoint, provider, case):
    write(study, endpoint, provider, {"generic"})
    write(study, endpoint, provider, set(), max_given=1)
    seen, held = Comparison.objects.order_by("pk")
    release_held(comparison=seen, actor=None, now=timezone.now())
    rewrite(held, provider)
    seen.refresh_from_db()
    held.refresh_from_db()
    assert LEAK in seen.generic.text
    assert (LEAK in held.generic.text, held.leak_reasons) == (False, [])


def test_what_is_written_again_is_given_what_it_was_given_before(study, endpoint, provider, case):
    write(study, endpoint, provider, {"personalized"})
    held = Comparison.objects.get()
    add_attribute(case.subject, "The user is a baker.", confidence=0.99)
    rewrite(held, provider)
    new = Comparison.objects.get(withdrawn_at=None)
    assert new.personalized.provenance["attributes"] == held.personalized.provenance["attributes"]


def test_what_lost_all_its_attributes_is_not_written_again_and_not_silent(study, endpoint, provider, case):
    write(study, endpoint, provider, {"personalized"})
    run = rewrite_comparison(comparison=Comparison.objects.get(), actor=None, now=timezone.now())
    case.subject.attributes.update(withdrawn_at=timezone.now())
    produce_all(run)
    assert run.items.get().reason_code == FailureReason.NOTHING_GIVEN
    assert not SilentCase.objects.exists()


def test_a_response_of_another_arm_on_its_way_rewrites_nothing(study, endpoint, provider, case):
    write(study, endpoint, provider, {"personalized"})
    configured = all_given(max_given=1)
    start_responses(study=study, endpoint=endpoint, configuration=configured, now=timezone.now())
    assert not being_rewritten(Comparison.objects.all())
