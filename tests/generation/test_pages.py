import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from conversations.enums import Role
from conversations.models import Comparison, Membership
from generation.enums import ItemState, RunKind, RunState
from generation.kinds.extraction.start import start_extraction
from generation.kinds.responses.start import start_responses
from generation.models import Endpoint, Run
from tests.generation.browsing import client_of
from tests.generation.provider import Reply, attribute, extraction
from tests.generation.runs import add_attribute, add_case, add_subject, all_given, hold_one, produce_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(study):
    return client_of(study, Role.OWNER)


@pytest.fixture
def run(study, endpoint):
    add_subject(study)
    return start_extraction(study=study, endpoint=endpoint, now=timezone.now())


def routes(study, run):
    pages = {name: reverse(f"generation:{name}", args=[study.slug]) for name in ("card", "run-list", "endpoint-list")}
    for name in ("run", "run-progress"):
        pages[name] = reverse(f"generation:{name}", args=[study.slug, run.pk])
    managed = {
        "run-create": reverse("generation:run-create", args=[study.slug, "extraction"]),
        "endpoint-create": reverse("generation:endpoint-create", args=[study.slug]),
        "endpoint": reverse("generation:endpoint", args=[study.slug, run.endpoint_id]),
        "held": reverse("generation:held", args=[study.slug]),
    }
    return pages, managed


@pytest.mark.parametrize(
    ("role", "reads", "manages"),
    [
        (Role.OWNER, 200, 200),
        (Role.ADMIN, 200, 200),
        (Role.ANALYST, 200, 403),
        (Role.RATER, 403, 403),
        ("", 404, 404),
    ],
)
def test_pages_admit_by_role(study, run, role, reads, manages):
    client = client_of(study, role)
    pages, managed = routes(study, run)
    assert {name: client.get(url).status_code for name, url in pages.items()} == dict.fromkeys(pages, reads)
    assert {name: client.get(url).status_code for name, url in managed.items()} == dict.fromkeys(managed, manages)


def test_pages_send_strangers_to_sign_in(study, run):
    pages, managed = routes(study, run)
    for url in [*pages.values(), *managed.values()]:
        assert Client().get(url).status_code == 302


@pytest.mark.parametrize("action", ["run-pause", "run-resume", "run-cancel", "run-retry"])
def test_analyst_changes_no_run(study, run, action):
    analyst = client_of(study, Role.ANALYST)
    assert analyst.post(reverse(f"generation:{action}", args=[study.slug, run.pk])).status_code == 403


def test_run_of_another_study_is_not_found(study, run, owner):
    other = type(study).objects.create(slug="other", title="Other")
    Membership.objects.create(study=other, user=User.objects.get(username="user-owner"), role=Role.OWNER)
    assert owner.get(reverse("generation:run", args=["other", run.pk])).status_code == 404


def test_run_is_estimated_before_it_starts(study, endpoint, owner):
    add_subject(study)
    url = reverse("generation:run-create", args=[study.slug, "extraction"])
    form = {"endpoint": endpoint.pk, "confidence_threshold": "0.4", "max_attributes": "12"}
    page = owner.post(url, form)
    estimate = page.context["estimate"]
    assert (estimate.items, estimate.calls, estimate.output_tokens) == (1, 1, 200)
    assert not Run.objects.exists()
    page = owner.post(url, form | {"start": "1"})
    run = Run.objects.get()
    assert (run.kind, run.state, run.items.count()) == (RunKind.EXTRACTION, RunState.RUNNING, 1)
    assert page.url == reverse("generation:run", args=[study.slug, run.pk])
    assert AuditEntry.objects.filter(action="run.start", study_id=study.pk).count() == 1


def test_responses_run_counts_both_kinds(study, endpoint, owner):
    subject = add_subject(study)
    add_attribute(subject, "The user is a nurse.")
    add_case(subject)
    add_case(add_subject(study, 2))
    url = reverse("generation:run-create", args=[study.slug, "responses"])
    page = owner.post(url, {"endpoint": endpoint.pk, "policy": "all", "max_given": "5"})
    assert page.context["estimate"].items == 2
    assert "1 case for which the subject has no attributes yet" in page.content.decode()


def test_nothing_to_do_is_said(study, endpoint, owner):
    url = reverse("generation:run-create", args=[study.slug, "responses"])
    page = owner.post(url, {"endpoint": endpoint.pk, "policy": "all", "max_given": "5"})
    assert b"There is nothing to produce" in page.content


def test_failed_items_are_listed_with_reasons_and_tried_again(study, run, owner, provider):
    provider.script = lambda request, number: Reply("no", status=403)
    produce_all(run)
    page = owner.get(reverse("generation:run", args=[study.slug, run.pk]) + "?state=failed")
    assert b"The endpoint refused the request (4xx)" in page.content
    owner.post(reverse("generation:run-retry", args=[study.slug, run.pk]), {"reason": "refused"})
    assert run.items.get().state == ItemState.WAITING


def test_progress_polls_only_while_the_run_runs(study, run, owner, provider):
    url = reverse("generation:run-progress", args=[study.slug, run.pk])
    assert b"every 2s" in owner.get(url).content
    owner.post(reverse("generation:run-cancel", args=[study.slug, run.pk]))
    assert b"every 2s" not in owner.get(url).content


def test_page_says_when_no_worker_is_alive(study, run, owner):
    page = owner.get(reverse("generation:run", args=[study.slug, run.pk]))
    assert b"No worker that calls models has been seen for 30 s" in page.content


def test_model_text_is_escaped(study, run, owner, provider):
    subject = add_subject(study, 9)
    add_attribute(subject, "The user is a nurse.")
    add_case(subject, "<script>alert(1)</script>")
    responses = start_responses(study=study, endpoint=run.endpoint, configuration=all_given(), now=timezone.now())
    provider.script = lambda request, number: Reply(f"Based on your profile <script>{number}</script>")
    produce_all(responses)
    for name, arguments in {"held": [study.slug], "run": [study.slug, responses.pk]}.items():
        page = owner.get(reverse(f"generation:{name}", args=arguments))
        assert b"<script>" not in page.content
        assert b"&lt;script&gt;alert" in page.content


def test_held_comparison_is_released(study, endpoint, owner, provider):
    comparison = hold_one(study, endpoint, provider)
    owner.post(reverse("generation:release", args=[study.slug, comparison.pk]))
    comparison.refresh_from_db()
    assert comparison.released_at is not None
    assert b"Nothing is held back" in owner.get(reverse("generation:held", args=[study.slug])).content


def test_held_comparison_is_written_again_and_the_old_one_is_kept(study, endpoint, owner, provider):
    held = hold_one(study, endpoint, provider)
    page, again = (
        reverse("generation:held", args=[study.slug]),
        reverse("generation:rewrite", args=[study.slug, held.pk]),
    )
    assert "Write again" in owner.get(page).content.decode()
    owner.post(again)
    assert "being written again already" in owner.post(again, follow=True).content.decode()
    assert "Being written again" in owner.get(page).content.decode()
    release = reverse("generation:release", args=[study.slug, held.pk])
    assert "wait for the new one" in owner.post(release, follow=True).content.decode()
    provider.script = lambda request, number: Reply(f"Nine minutes, {number}.")
    run = Run.objects.latest("pk")
    run.items.update(announced_at=None)  # the page told the broker, to which nobody listens here
    produce_all(run)
    new = Comparison.objects.exclude(pk=held.pk).get()
    held.refresh_from_db()
    assert held.withdrawn_at is not None
    assert (new.leak_reasons, new.withdrawn_at, new.system) == ([], None, held.system)
    assert new.personalized.attempt == new.generic.attempt == 2
    assert new.personalized.provenance["parameters"]["seed"] != held.personalized.provenance["parameters"]["seed"]
    assert "Nothing is held back" in owner.get(page).content.decode()
    assert owner.post(again).status_code == 404


def test_held_comparison_whose_endpoint_has_changed_is_not_mixed_with_another_systems(study, endpoint, owner, provider):
    held = hold_one(study, endpoint, provider)
    Endpoint.objects.update(model="another")
    again = reverse("generation:rewrite", args=[study.slug, held.pk])
    assert "has changed since" in owner.post(again, follow=True).content.decode()
    assert Run.objects.count() == 1


ENDPOINT = {
    "name": "Mine",
    "model": "m",
    "context_tokens": "8192",
    "input_price": "1",
    "output_price": "2",
    "concurrency": "4",
    "timeout_seconds": "30",
    "temperature": "0.2",
    "max_tokens": "300",
    "more_parameters": '{"top_p": 0.9}',
}


def test_endpoint_is_made_with_its_parameters(study, owner, provider):
    owner.post(reverse("generation:endpoint-create", args=[study.slug]), ENDPOINT | {"base_url": provider.url})
    made = Endpoint.objects.get(name="Mine")
    assert made.parameters == {"temperature": 0.2, "max_tokens": 300, "top_p": 0.9}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "http://169.254.169.254/v1"),
        ("base_url", "javascript:alert(1)"),
        ("key_variable", "DATABASE_URL"),
        ("more_parameters", '{"model": "other"}'),
        ("concurrency", "0"),
    ],
)
def test_endpoint_that_may_not_be_is_refused(study, owner, field, value):
    form = ENDPOINT | {"base_url": "https://8.8.8.8/v1", field: value}
    page = owner.post(reverse("generation:endpoint-create", args=[study.slug]), form)
    assert page.context["form"].errors[field]
    assert not Endpoint.objects.filter(name="Mine").exists()


def test_endpoint_test_shows_the_real_answer(study, endpoint, owner, provider):
    provider.script = lambda request, number: Reply("It measures. <b>") if number == 0 else Reply(extraction())
    page = owner.post(reverse("generation:endpoint-test", args=[study.slug, endpoint.pk]))
    assert b"It measures. &lt;b&gt;" in page.content
    assert b"It answers to a JSON schema" in page.content


def test_endpoint_test_says_why_nothing_came(study, endpoint, owner, provider):
    provider.script = lambda request, number: Reply(status=500)
    page = owner.post(reverse("generation:endpoint-test", args=[study.slug, endpoint.pk]))
    assert b"The endpoint failed (5xx)" in page.content


def test_card_shows_the_newest_runs(study, run, owner, provider):
    provider.script = lambda request, number: Reply(extraction(attribute("The user is a nurse.", "nurse")))
    produce_all(run)
    assert b"1 of 1" in owner.get(reverse("generation:card", args=[study.slug])).content


def test_number_of_queries_does_not_grow_with_items(study, endpoint, owner, django_assert_num_queries):
    def count(number):
        with django_assert_num_queries(9):
            owner.get(reverse("generation:run", args=[study.slug, number]))

    add_subject(study, 1)
    first = start_extraction(study=study, endpoint=endpoint, now=timezone.now())
    for number in (2, 3):
        add_subject(study, number)
    second = start_extraction(study=study, endpoint=endpoint, now=timezone.now())
    owner.get(reverse("generation:run", args=[study.slug, first.pk]))
    count(first.pk)
    count(second.pk)
