"""Uploaded responses take the way of generated ones: identical pairs are ties, what would unblind a rater is held."""

import json
from io import BytesIO

import pytest
from django.core.files import File
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from conversations.enums import Origin, Role
from conversations.formats import Format
from conversations.models import Comparison, Membership
from conversations.services import batches, importing
from generation.kinds.votes.configuration import VotesConfiguration
from generation.kinds.votes.start import start_votes
from generation.models import Run
from generation.services.runs import NothingToDo
from judgments.models import Task
from judgments.work.opening import extend_open_stages, open_stage
from reports.dataset.reads import dataset_of
from reports.report.figures.report import report_figures
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
PLAIN = "Boil the pasta for nine minutes."
LEAK = "Based on your profile, boil it for nine minutes."
# By prompt: the generic and the personalized text.
PAIRS = {
    "same": (PLAIN, f"  {PLAIN.replace(' ', '\n')} "),  # looks the same on a page
    "same and leaking": (LEAK, LEAK),
    "leaking": (PLAIN, LEAK),
    "other": (PLAIN, "Boil 100 g of pasta for nine minutes."),
}


@pytest.fixture
def study(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    study = factories.study()
    subject = factories.subject(study, external_id="ada")
    for name in PAIRS:
        factories.case(subject, factories.prompt(study, external_id=name))
    upload(study, PAIRS)
    return study


def upload(study, pairs):
    shared = {"kind": "response", "system": "our-product", "subject": "ada"}
    rows = [
        shared | {"prompt": name, "response": kind, "text": text}
        for name, texts in pairs.items()
        for kind, text in zip(("generic", "personalized"), texts, strict=True)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    batch = batches.receive(
        study=study,
        file=File(BytesIO(lines)),
        filename="responses.jsonl",
        origin=Origin.UNKNOWN,
        user=None,
        format=Format.YARDSTICK,
    )
    done = importing.import_batch(batch_id=batch.pk, now=timezone.now())
    assert done is not None
    assert done.counts["problems"] == 0
    return done


def of(study, name):
    return Comparison.objects.get(system__study=study, case__prompt__external_id=name)


def asked_about(study):
    """The prompts whose pair is in a task of stage 3."""
    return set(Task.objects.filter(stage__study=study).values_list("comparison__case__prompt__external_id", flat=True))


def test_identical_uploaded_pairs_are_ties_that_nobody_is_asked_about(study, endpoint):
    assert {name: of(study, name).identical for name in PAIRS} == {
        "same": True,
        "same and leaking": True,
        "leaking": False,
        "other": False,
    }
    stage = factories.stage(study, 3)
    assert open_stage(stage=stage, actor=None, now=timezone.now()).tasks == 1
    assert asked_about(study) == {"other"}
    # Not even once somebody lets it go, and no model is asked either.
    Comparison.objects.filter(identical=True).update(released_at=timezone.now())
    extend_open_stages(study=study, now=timezone.now())
    configuration = VotesConfiguration.for_stage(3)
    run = start_votes(study=study, endpoint=endpoint, configuration=configuration, now=timezone.now())
    assert asked_about(study) == {"other"}
    assert run.items.count() == 2  # both orders of the one pair that differs
    assert report_figures(dataset_of(study))["counts"]["identical"] == 2


def test_only_identical_pairs_leave_nothing_to_ask(study, endpoint):
    Comparison.objects.filter(identical=False).update(withdrawn_at=timezone.now())
    with pytest.raises(NothingToDo):
        start_votes(
            study=study,
            endpoint=endpoint,
            configuration=VotesConfiguration.for_stage(3),
            now=timezone.now(),
        )
    assert not Run.objects.exists()


def test_uploaded_pair_that_would_unblind_is_held_with_its_reason_until_it_is_released(study):
    stage = factories.stage(study, 3)
    open_stage(stage=stage, actor=None, now=timezone.now())
    user = User.objects.create_user("admin")
    Membership.objects.create(study=study, user=user, role=Role.ADMIN)
    client = Client()
    client.force_login(user)
    page = client.get(reverse("generation:held", args=[study.slug]))
    assert page.context["comparisons"] == [of(study, "leaking")]  # a tie needs no release
    assert b"Personalized text" in page.content
    assert b"Write again" not in page.content  # nobody here wrote it
    counts = report_figures(dataset_of(study))["counts"]
    assert (counts["held"], counts["released"], counts["identical"]) == (1, 0, 2)
    release = {name: reverse("generation:release", args=[study.slug, of(study, name).pk]) for name in PAIRS}
    assert client.post(release["same and leaking"]).status_code == 404
    client.post(release["leaking"])
    extend_open_stages(study=study, now=timezone.now())
    assert asked_about(study) == {"leaking", "other"}
    entry = AuditEntry.objects.get(action="comparison.release")
    assert (entry.actor, entry.details["reasons"]) == (user, of(study, "leaking").leak_reasons)
    counts = report_figures(dataset_of(study))["counts"]
    assert (counts["held"], counts["released"], counts["identical"]) == (0, 1, 2)
