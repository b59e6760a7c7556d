"""A page that is filled into the shape of another is the page that the templates would have made of it."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils.translation import override

from conversations.models import Stage
from judgments.rating import page_parts
from judgments.rating.admitted import AdmittedRater
from judgments.rating.answering import submit
from judgments.rating.given_answers import GivenAnswers, UnitAnswer
from judgments.rating.page_context import task_context
from judgments.rating.page_parts import parts, rendered
from judgments.rating.steps import OVERALL_UNIT
from judgments.work.claiming import claim_next
from judgments.work.given_pages import given_page
from judgments.work.opening import open_stage
from raters.models import Admission
from tests import factories
from tests.judgments.rated import NOW

HOSTILE = "</textarea><script>alert(1)</script> {{ page.units }} {% now 'Y' %} & \"quoted\" \\1 %s 𝄞"


@pytest.fixture
def shapes(monkeypatch):
    found: dict[Any, Any] = {}
    monkeypatch.setattr(page_parts, "_shapes", found)
    return found


def opened(number: int, **values) -> Stage:
    study = factories.study()
    for text in ("Likes tea", HOSTILE, "Lives by the sea"):
        person = factories.subject(study)
        known = factories.attributes(person, 2)
        known[0].text = known[0].reason = text
        known[0].save()
        case = factories.case(person, factories.prompt(study, text=f"What now, {text}?"))
        factories.comparison(case, known, text=f"Personal: {text}\n\n- **one**\n- $x^2$")
    stage = factories.stage(study, number, **values)
    open_stage(stage=stage, actor=None, now=NOW)
    return factories.stage(study, number)


def contexts(stage: Stage):
    """Of each of the stage's pages, for one rater after the other, before and after the overall answer."""
    for _ in range(3):
        rater = factories.rater(stage.study)
        admitted = AdmittedRater(
            Admission.objects.select_related("stage__study", "enrolment__rater").get(
                enrolment__rater=rater, stage=stage
            )
        )
        while page := claim_next(rater=rater, stage=stage, now=NOW):
            yield task_context(admitted, page)
            if stage.number == 3 and stage.person_card:
                given = GivenAnswers(uuid_of(page, 1), [UnitAnswer(OVERALL_UNIT, 4, note=HOSTILE)])
                submit(rater=rater, assignment_id=page.pk, submission=given, now=NOW)
                yield task_context(admitted, given_page(rater=rater, stage=stage, assignment_id=page.pk))
            end(page)


def uuid_of(page, number: int):
    return type(page.pk)(int=page.pk.int ^ number)


def end(page) -> None:
    type(page).objects.filter(pk=page.pk).update(outcome="submitted", submitted_at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    ("number", "values"),
    [(1, {}), (2, {}), (3, {}), (3, {"person_card": False})],
    ids=["extraction", "relevance", "response", "response-without-card"],
)
def test_a_filled_page_is_the_rendered_one(shapes, language, number, values):
    stage = opened(number, **values)
    with override(language):
        seen = list(contexts(stage))
        assert len(seen) >= 3
        for context in seen:
            assert parts(context) == rendered(context)
    assert len(shapes) < len(seen)
    assert bool(shapes) == (number != 1), "pages with conversations are not filled in"


@pytest.mark.django_db
def test_whatever_a_template_asks_about_is_part_of_the_shape(shapes):
    context = next(contexts(opened(2)))
    parts(context)
    page = context["page"]
    unit = page.units[0]
    others = [
        replace(page, flagged=True),
        replace(page, units=[replace(unit, is_known=False), *page.units[1:]]),
        replace(page, units=page.units[1:]),
        replace(page, units=[replace(unit, label=1), *page.units[1:]]),
        replace(page, units=[replace(unit, note=HOSTILE), *page.units[1:]]),
        replace(page, comment=HOSTILE),
        replace(page, revising=True),
        replace(page, goes_on=True),
        replace(page, asks_first=True),
    ]
    for other in others:
        changed = context | {"page": other}
        assert parts(changed) == rendered(changed)
    for progress in ({"minutes_left": None}, {"minutes_left": 0}, {"minutes_left": 7}, {"at": 12_345, "total": 98_765}):
        changed = context | {"progress": context["progress"] | progress, "previous": page.assignment_id}
        assert parts(changed) == rendered(changed)
