"""Responses are laid out once, ahead of their raters, and what was made of a response goes with it."""

import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import override

from conversations.laid_out import html_of, renderers
from conversations.markdown import rendered
from conversations.models import LaidOutResponse, Response, Stage
from judgments.rating.material import ShownText
from judgments.rating.task_page import TaskPage, build_page, page_of
from judgments.work import laying_out
from judgments.work.claiming import claim_next
from judgments.work.control_tasks import build_control_tasks
from judgments.work.laying_out import lay_out_ahead
from judgments.work.opening import open_stage
from tests import factories
from tests.judgments.rated import NOW

pytestmark = pytest.mark.django_db
CODE = "Try this:\n\n```python\nprint(1)\n```\n"


def opened(*texts: str) -> Stage:
    study = factories.study()
    for text in texts:
        factories.comparison(factories.case(factories.subject(study)), [], text=text)
    stage = factories.stage(study, 3)
    open_stage(stage=stage, actor=None, now=NOW)
    return factories.stage(study, 3)


def first_page(stage: Stage) -> TaskPage:
    page = claim_next(rater=factories.rater(stage.study), stage=stage, now=NOW)
    assert page is not None
    return build_page(page_of(page, study=stage.study), study=stage.study)


def test_they_are_laid_out_in_portions_and_none_twice(monkeypatch):
    monkeypatch.setattr(laying_out, "AT_ONCE", 2)
    stage = opened("**One**", "**Two**", "**Three**")
    assert lay_out_ahead()
    assert LaidOutResponse.objects.count() == 4
    assert not lay_out_ahead()
    assert LaidOutResponse.objects.count() == Response.objects.filter(case__subject__study=stage.study).count() == 6
    assert not lay_out_ahead()
    assert not LaidOutResponse.objects.filter(html="").exists()


def test_another_renderer_begins_anew(monkeypatch):
    stage = opened("**One**")
    lay_out_ahead()
    Stage.objects.filter(pk=stage.pk).update(laid_out_by="of before")
    LaidOutResponse.objects.update(renderer="of before")
    lay_out_ahead()
    assert LaidOutResponse.objects.count() == 4


def test_a_page_shows_what_was_laid_out_and_makes_nothing_again():
    stage = opened("**One**")
    lay_out_ahead()
    LaidOutResponse.objects.update(html="<p>kept</p>")
    shown = first_page(stage)
    assert shown.left == shown.right == ShownText(mark_safe("<p>kept</p>"))


def test_what_was_not_laid_out_ahead_is_kept_by_its_first_page():
    stage = opened("**One**")
    shown = first_page(stage)
    kept = set(LaidOutResponse.objects.values_list("html", flat=True))
    assert kept == {str(shown.left and shown.left.html), str(shown.right and shown.right.html)}
    assert str(rendered("**One**")) in kept


def read_for_a_rater(text: str) -> Response:
    found = Response.objects.get(text=text)
    found.is_laid_out = False
    return found


def test_what_has_words_of_ours_is_kept_for_each_language():
    opened(CODE, "plain")
    with override("es"):
        spanish, names = html_of(read_for_a_rater(CODE)), set(renderers())
    with override("en"):
        assert html_of(read_for_a_rater(CODE)) != spanish
        html_of(read_for_a_rater("plain"))
        assert names & set(renderers()), "a text without such words is one for all"
    assert Response.objects.get(text=CODE).laid_out.count() == 2
    assert Response.objects.get(text="plain").laid_out.get().renderer in names


def test_a_text_that_cannot_be_laid_out_is_not_tried_again():
    stage = opened("*" * 5_000)
    lay_out_ahead()
    assert LaidOutResponse.objects.filter(html="").count() == 1
    shown = first_page(stage)
    assert any("as-written" in text.html for text in (shown.left, shown.right) if text)


def test_it_goes_with_its_response():
    stage = opened("**One**", "**Two**")
    lay_out_ahead()
    gone = stage.study.subjects.first()
    gone.tasks.all().delete()
    gone.cases.all().delete()
    assert LaidOutResponse.objects.count() == Response.objects.count() == 2


def test_it_says_nothing_of_another_text():
    stage = opened("**One**")
    lay_out_ahead()
    Response.objects.update(text="~~Other~~")
    shown = first_page(stage)
    assert shown.left == shown.right
    assert shown.left is not None
    assert shown.left.html == rendered("~~Other~~")


def test_controls_are_laid_out_too():
    stage = opened("**One**")
    case = factories.case(factories.subject(stage.study))
    factories.control(case)
    build_control_tasks(stage=stage)
    lay_out_ahead()
    of_controls = Response.objects.filter(case=case)
    assert of_controls.count() == of_controls.filter(laid_out__isnull=False).count() == 2
