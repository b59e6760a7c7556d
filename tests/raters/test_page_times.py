"""How long a page takes comes from the app that owns the pages."""

import pytest
from django.utils import timezone

from conversations.models import Attribute, Conversation
from judgments.rating.lessons import times_of_pages
from judgments.rating.own_pay import own_figures
from judgments.stages.reading import CHARACTERS_PER_WORD
from judgments.work.opening import open_stage
from judgments.work.pace import pace_of, units_on_a_page
from judgments.work.reading import WORDS_PER_MINUTE
from raters import own_work, page_times
from tests import factories
from tests.judgments.raters_at_work import open_for_rating


def test_only_one_app_says_how_long_pages_take() -> None:
    page_times.register(times_of_pages)  # as at the start, once more
    with pytest.raises(ValueError, match="known already"):
        page_times.register(lambda stage: page_times.PageTimes(1.0, 0, False, 0))


def test_only_one_app_says_what_raters_worked() -> None:
    own_work.register(own_figures)
    with pytest.raises(ValueError, match="known already"):
        own_work.register(lambda *, enrolment, stage: ())


@pytest.mark.django_db
def test_pages_are_as_large_as_they_were_built_and_before_that_as_they_may_be() -> None:
    _study, stage = open_for_rating(1, subjects=2, attributes_each=4)
    assert units_on_a_page(stage) == 4
    draft = factories.stage(factories.study(), 1, page_size=7)
    assert units_on_a_page(draft) == 7


@pytest.mark.django_db
@pytest.mark.parametrize("is_open", [True, False])
def test_a_long_page_takes_as_long_as_its_words_until_raters_have_shown_their_pace(is_open: bool) -> None:
    study = factories.study()
    factories.material(study, subjects=2, attributes_each=4)
    Conversation.objects.update(character_count=0)
    for subject in study.subjects.all():  # the mean of the two is told
        first = subject.conversations.get()
        words = WORDS_PER_MINUTE * 10 * (1 + subject.number % 2)
        Conversation.objects.filter(pk=first.pk).update(character_count=words * CHARACTERS_PER_WORD)
    stage = factories.stage(study, 1, seconds_per_unit=30, page_size=4)
    if is_open:
        open_stage(stage=stage, actor=None, now=timezone.now())
    times = page_times.times_of_pages(stage)
    assert (times.words, times.measured) == (WORDS_PER_MINUTE * 15, False)
    assert times.seconds == pytest.approx(15 * 60 + 4 * 30)


@pytest.mark.django_db
@pytest.mark.parametrize("number", [2, 3])
def test_what_stands_on_a_page_is_what_is_read(number: int) -> None:
    study = factories.study()
    factories.material(study, subjects=1, attributes_each=2)
    comparison = study.subjects.get().cases.get().comparisons.get()
    texts = [comparison.case.prompt.text]
    if number == 3:
        texts += [comparison.generic.text, comparison.personalized.text]
    words = sum(map(len, texts)) / CHARACTERS_PER_WORD
    assert pace_of(factories.stage(study, number)).words_per_page == pytest.approx(words)


@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "conversations"), [("all", 6), ("drawn", 3), ("words", 4)])
def test_what_the_reading_rule_leaves_out_is_not_read(rule: str, conversations: int) -> None:
    study = factories.study()
    (subject,) = factories.material(study, subjects=1, attributes_each=1)
    for number in range(5):
        factories.conversation(subject, text=f"I like number {number}.")
    Conversation.objects.update(character_count=100 * CHARACTERS_PER_WORD)
    quoted = {"conversation": subject.conversations.earliest("pk").pk, "turn": 0, "quote": "I", "start": 0, "end": 1}
    Attribute.objects.update(evidence=[quoted])
    stage = factories.stage(study, 1, reading=rule, others_drawn=2, words_to_read=400)
    assert pace_of(stage).words_per_page == 100 * conversations
