"""Nothing that reaches a rater's browser tells sides apart, except the two texts (docs/architecture.md, rule 2)."""

import re
from types import SimpleNamespace

import pytest
from django.utils import timezone

from conversations.models import Stage
from judgments.models import Assignment, Task
from judgments.rating.steps import OVERALL_UNIT
from judgments.work.opening import open_stage
from tests import factories, worlds
from tests.judgments.raters_at_work import judge
from tests.judgments.rating.opened_pages import open_task, rater_client, swap_texts
from tests.judgments.rating.predicting import hits_of_a_predictor

pytestmark = pytest.mark.django_db


@pytest.fixture
def frozen_clock(monkeypatch: pytest.MonkeyPatch):
    """All pages are answered at one moment, so that every header, Expires included, must be the same."""
    monkeypatch.setattr("django.utils.cache.time", SimpleNamespace(time=lambda: 1_800_000_000.0))


@pytest.mark.usefixtures("frozen_clock")
@pytest.mark.parametrize("steps", [0, 1])
def test_swapping_the_two_texts_swaps_them_on_the_page_and_changes_nothing_else(steps):
    """Before the overall answer, and with the attributes after it."""
    stage = worlds.rateable_study().stages.get(number=3)
    client = rater_client(stage)
    open_task(client, stage)
    page = Assignment.objects.get()
    if steps:
        worlds.submit_units(client, page, [OVERALL_UNIT])
    before = open_task(client, stage)
    comparison = page.task.comparison
    assert comparison is not None
    texts = comparison.generic.text, comparison.personalized.text
    swap_texts(comparison)
    after = open_task(client, stage)

    placeholder = {texts[0]: "\x00", texts[1]: "\x01"}
    pattern = re.compile("|".join(re.escape(text) for text in texts))
    swapped = pattern.sub(
        lambda found: texts[1] if placeholder[found.group()] == "\x00" else texts[0], before.content.decode()
    )
    assert before.content != after.content
    assert swapped == after.content.decode()
    assert dict(before.headers) == dict(after.headers)


@pytest.mark.usefixtures("frozen_clock")
def test_swapping_arms_changes_nothing_up_to_the_overall_answer():
    """The arms were given different attributes, one of them none, and wrote the same text: each page is the same."""
    stage, tasks = arms_of_one_case()
    client = rater_client(stage)
    open_task(client, stage)
    told = []
    for task in tasks:
        Assignment.objects.update(task=task)
        shown = open_task(client, stage)
        asked = [client.get(f"{material_url()}text=text-{unit.pk}&start=1") for unit in task.units.all()]
        assert {answer.status_code for answer in asked} <= {404}
        told.append((shown.content, dict(shown.headers)))
    assert len(tasks) == 3
    assert {task.units.count() for task in tasks} == {1, 2, 4}
    assert all(one == told[0] for one in told)


def material_url() -> str:
    page = Assignment.objects.select_related("stage__study").get()
    return f"/rate/{page.stage.study.slug}/3/{page.pk}/material/?"


def arms_of_one_case() -> tuple[Stage, list[Task]]:
    """Three arms of a system on one case, and the task of each."""
    study = factories.study()
    (subject,) = factories.material(study, subjects=1, attributes_each=5)
    known = list(subject.attributes.all())
    case = subject.cases.get()
    case.comparisons.all().delete()
    for name, given in (("one", known[:1]), ("three", known[:3]), ("none", [])):
        its_arm = factories.arm(factories.system(study), name)
        factories.comparison(case, given, arm=its_arm, text="Weigh 50 g of oats.")
    stage = factories.stage(study, 3)
    open_stage(stage=stage, actor=None, now=timezone.now())
    return stage, list(Task.objects.filter(stage=stage).order_by("pk"))


def test_pages_with_the_texts_masked_predict_neither_side_nor_arm():
    """Whatever is left of a page when the texts are masked tells no more of the sides, or the arms, than a coin does."""
    stage = two_armed_study(subjects=40)
    pages = masked_pages(stage, raters=6, tasks=12)
    # Of 36 pages a coin gets 30 right once in 25,000 runs.
    assert hits_of_a_predictor([(tokens, left) for tokens, left, _arm in pages]) < 30
    assert hits_of_a_predictor([(tokens, arm) for tokens, _left, arm in pages]) < 30
    # The predictor does find what is there: the same pages with a word that goes with the side.
    planted = [(tokens | {"planted-left" if left else "planted-right"}, left) for tokens, left, _arm in pages]
    assert hits_of_a_predictor(planted) == 36


def two_armed_study(*, subjects: int) -> Stage:
    """Half of the subjects' cases are one arm's, which is given three attributes, half another's, which is given one."""
    study = factories.study()
    about = factories.prompt(study)
    for number in range(subjects):
        subject = factories.subject(study)
        known = factories.attributes(subject, 4)
        its_arm = factories.arm(factories.system(study), f"arm {number % 2}")
        text = f"Weigh {100 + number} g of oats."
        factories.comparison(factories.case(subject, about), known[: 1 + 2 * (number % 2)], arm=its_arm, text=text)
    stage = factories.stage(study, 3, k=3)
    open_stage(stage=stage, actor=None, now=timezone.now())
    return stage


def masked_pages(stage: Stage, *, raters: int, tasks: int) -> list[tuple[set[str], bool, bool]]:
    """The words of each page without its two texts, whether the personalized response stood left, and which arm's it is."""
    pages: list[tuple[set[str], bool, bool]] = []
    for _rater in range(raters):
        client = rater_client(stage)
        for _task in range(tasks):
            html = open_task(client, stage).content.decode()
            assignment = Assignment.objects.get(
                rater_id=client.session["raters"][str(stage.study_id)], outcome="", stage=stage
            )
            comparison = assignment.task.comparison
            assert comparison is not None
            masked = html.replace(comparison.generic.text, "").replace(comparison.personalized.text, "")
            arm = comparison.arm.name == "arm 1" if comparison.arm else False
            pages.append((set(re.findall(r"[\w-]+", masked)), bool(assignment.personalized_left), arm))
            judge(assignment, now=timezone.now())
    return pages


def test_sides_are_balanced_within_each_rater():
    stage = worlds.rateable_study(subjects=12, prompts=1).stages.get(number=3)
    client = rater_client(stage)
    for _task in range(12):
        open_task(client, stage)
        worlds.submit_all(client, Assignment.objects.get(outcome=""))
    sides = list(Assignment.objects.order_by("started_at").values_list("personalized_left", flat=True))
    assert [sides[start : start + 4].count(True) for start in (0, 4, 8)] == [2, 2, 2]
