"""A study made in the product alone: extraction, selection, responses and raters, and where it breaks."""

import json

import pytest
from django.db.models import Count
from django.utils import timezone

from conversations.enums import Policy
from conversations.models import Comparison
from generation.kinds.extraction.start import start_extraction
from generation.kinds.responses.start import start_responses
from generation.services.runs import NothingToDo
from judgments.models import Unit
from judgments.work.opening import open_stage
from reports.dataset.reads import dataset_of
from reports.report.figures.report import report_figures
from tests import factories
from tests.generation.provider import Reply, attribute, extraction
from tests.generation.runs import add_case, add_subject, produce_all
from tests.generation.selecting import asked, select
from tests.judgments.rated import NOW, work

pytestmark = pytest.mark.django_db(transaction=True)

SAID = "I drink tea all day. My trains leave at six."
SUBJECTS = 4


def answering(request, number):
    """Finds two attributes of everybody, and uses one of them, or both where the prompt says so."""
    if "response_format" not in request:
        return Reply(f"Weigh the oats, twice {number}.")
    if '"selected"' not in request["messages"][1]["content"].splitlines()[-1]:
        return Reply(extraction(attribute("Drinks tea", "drink tea"), attribute("Takes trains", "My trains")))
    prompt, facts = asked(request)
    tea = [key for key, fact in facts.items() if "tea" in fact]
    return Reply(json.dumps({"selected": list(facts) if "both" in prompt else tea}))


def yes_to_tea(_assignment, unit):
    return int(Unit.objects.get(pk=unit).attribute.text == "Drinks tea")


def test_the_selection_that_a_run_asked_for_is_scored_and_the_gap_is_known(study, endpoint, provider):
    provider.script = answering
    for number in range(1, SUBJECTS + 1):
        subject = add_subject(study, number, turns=[{"role": "user", "content": f"{SAID} ({number})"}])
        add_case(subject, "What to drink? Use both." if number % 2 else "What to drink?")
    produce_all(start_extraction(study=study, endpoint=endpoint, now=timezone.now()))
    with pytest.raises(
        NothingToDo, match=r"4 cases for which the system has not selected yet\. Run the selection first"
    ):
        start_responses(study=study, endpoint=endpoint, now=timezone.now())
    run = select(study, endpoint, attributes_of="own")
    produce_all(start_responses(study=study, endpoint=endpoint, now=timezone.now()))
    given = Comparison.objects.filter(arm__policy=Policy.OWN).annotate(given=Count("attributes")).order_by("case")
    assert list(given.values_list("given", flat=True)) == [2, 1, 2, 1]
    stage = factories.stage(study, 2, k=2)
    open_stage(stage=stage, actor=None, now=NOW)
    for _rater in range(2):
        work(factories.rater(study), stage, yes_to_tea, pages=SUBJECTS)
    found = report_figures(dataset_of(study))
    (row,) = found["stage_2"]["selections"]
    assert (row["system"], row["units"]) == (str(run.system), 2 * SUBJECTS)
    assert (row["precision"]["value"], row["recall"]["value"]) == (pytest.approx(4 / 6), 1.0)
    gap = found["bottleneck"]["stages"][1]
    assert (gap["value"]["value"], gap["ceiling"]["value"]) == (pytest.approx(0.8), 1.0)
    assert gap["gap"]["value"] == pytest.approx(0.2)
