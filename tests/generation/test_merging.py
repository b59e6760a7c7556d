"""Near-duplicates of a subject's conversations become one attribute, by what its run was told to go by."""

import pytest
from django.utils import timezone

from conversations.meaning import EMBEDDER
from conversations.models import Attribute
from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.kinds.extraction.estimate import estimate_extraction
from generation.kinds.extraction.start import start_extraction
from generation.kinds.registry import kind_of
from generation.models import Endpoint, ModelCall, Run
from generation.serializers import NewRun
from generation.services.runs import retry_failed
from tests.generation.provider import Reply, attribute, extraction
from tests.generation.runs import add_subject, produce_all

pytestmark = pytest.mark.django_db(transaction=True)

WANTED = {"kind": "extraction", "embedding_endpoint": "Embedder"}
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


@pytest.fixture
def embedder(study, endpoint):
    return Endpoint.objects.create(
        study=study, name="Embedder", base_url=endpoint.base_url, model="vectors", input_price=1000
    )


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


def test_endpoint_that_is_named_embeds_the_statements_and_is_paid_for_it(run, embedder, provider):
    provider.embedding_size = 8
    told = ExtractionConfiguration.of(run.configuration).embedded_by(embedder)
    Run.objects.filter(pk=run.pk).update(configuration=told.stored())
    produce_all(run)
    assert [path.rsplit("/", 1)[1] for path in provider.paths] == ["completions", "embeddings"]
    assert provider.requests[-1]["model"] == "vectors"
    assert provider.requests[-1]["input"] == [
        "prefers metric units",
        "likes using the metric system",
        "dislikes metric units",
    ]
    call = ModelCall.objects.get(template="embedding")
    assert (call.state, call.parameters["texts"]) == ("done", 3)
    assert call.cost > 0
    assert Run.objects.get().configuration["embedder"] == "vectors of Embedder"


def test_endpoint_without_embeddings_fails_the_item_and_loses_no_answer(run, embedder, provider):
    told = ExtractionConfiguration.of(run.configuration).embedded_by(embedder)
    Run.objects.filter(pk=run.pk).update(configuration=told.stored())
    produce_all(run)
    assert not Attribute.objects.exists()
    provider.embedding_size = 8
    retry_failed(run=run, actor=None, now=timezone.now())
    produce_all(run)
    assert Attribute.objects.count() >= 2
    assert [path.rsplit("/", 1)[1] for path in provider.paths].count("completions") == 1


def test_estimate_has_the_embeddings_in_it(study, endpoint, embedder):
    add_subject(study)
    plain, told = ExtractionConfiguration(), ExtractionConfiguration().embedded_by(embedder)
    without, with_them = (estimate_extraction(study, endpoint, one, limit=None) for one in (plain, told))
    assert (with_them.calls, with_them.items) == (without.calls + 1, without.items)
    assert with_them.cost > without.cost


def test_embedding_endpoint_is_asked_for_by_page_and_api(study, embedder):
    form = kind_of("extraction").form(
        {"endpoint": embedder.pk, "confidence_threshold": 0.4, "max_attributes": 3, "embedding_endpoint": embedder.pk},
        study=study,
    )
    assert form.is_valid(), form.errors
    assert form.configuration().stored()["embedding_endpoint"] == embedder.pk
    wanted = NewRun(data=WANTED, context={"study": study})
    assert wanted.is_valid(), wanted.errors
    assert wanted.configuration().stored()["embedding_endpoint"] == embedder.pk
    assert not NewRun(data=WANTED | {"embedding_endpoint": "Nobody's"}, context={"study": study}).is_valid()
