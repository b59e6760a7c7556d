"""Near-duplicates of a subject's conversations become one attribute, by what its run was told to go by."""

import pytest
from django.utils import timezone

from conversations.meaning import EMBEDDER
from conversations.models import Attribute
from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.kinds.extraction.start import start_extraction
from generation.models import Run
from tests.generation.provider import Reply, attribute, extraction
from tests.generation.runs import add_subject, produce_all

pytestmark = pytest.mark.django_db(transaction=True)

METRIC = "The user prefers metric units."
SYSTEM = "The user likes using the metric system."


@pytest.fixture
def run(study, endpoint, provider):
    add_subject(study)
    provider.script = lambda request, number: Reply(
        extraction(
            attribute(METRIC, "please use METRIC units", confidence=0.9),
            attribute(SYSTEM, "please use METRIC units", confidence=0.8),
            attribute("The user dislikes metric units.", "nights", confidence=0.7),
        )
    )
    return start_extraction(study=study, endpoint=endpoint, now=timezone.now())


def stored():
    return dict(Attribute.objects.values_list("text", "merged_from"))


def test_paraphrase_is_merged_and_the_opposite_is_kept(run):
    produce_all(run)
    assert stored() == {METRIC: [SYSTEM], "The user dislikes metric units.": []}
    assert run.items.get().notes["merged"] == 1
    told = ExtractionConfiguration.of(Run.objects.get().configuration)
    assert (told.embedder, told.merge_threshold, told.merge_rules) == (EMBEDDER, 0.7, 1)


def test_run_from_before_goes_on_by_words(run):
    older = {
        key: value
        for key, value in run.configuration.items()
        if key not in {"embedder", "merge_threshold", "merge_rules"}
    }
    Run.objects.filter(pk=run.pk).update(configuration=older)
    produce_all(run)
    assert set(stored()) == {METRIC, SYSTEM, "The user dislikes metric units."}
