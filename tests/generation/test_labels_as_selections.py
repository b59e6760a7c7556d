"""What a model rater says yes to at stage 2 becomes the selection of a system that is named so."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations.enums import StageState
from conversations.models import Case, Membership, Selection, SelectionRecord, System
from generation.models import Score, Threshold
from generation.services.labels_as_selections import NothingToUse, use_labels_as_selection
from judgments.elsewhere.votes import label_units
from judgments.models import Judgment, Unit
from raters.enums import RaterKind
from tests import factories
from tests.generation.voting import judge, voting
from tests.worlds import rateable_study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study(db):
    """Two subjects, two prompts: four cases of three attributes each at stage 2."""
    return rateable_study(subjects=2, prompts=2)


@pytest.fixture
def rater(study):
    return factories.rater(study, kind=RaterKind.MODEL, name="Judge")


def units(study):
    found = Unit.objects.filter(task__stage__study=study, task__stage__number=2).order_by("pk")
    return list(found.select_related("attribute"))


def label(study, rater, yes, *, of=None):
    """Yes to the units whose attribute's text is ``yes``."""
    labels = {unit.pk: int(unit.attribute.text == yes) for unit in of or units(study)}
    return label_units(stage=study.stages.get(number=2), rater=rater, labels=labels, now=timezone.now())


def use(study, rater):
    return use_labels_as_selection(study=study, rater=rater, actor=None, now=timezone.now())


def said():
    return set(Selection.objects.values_list("system__name", "attribute__text", "selected"))


def test_votes_of_a_run_become_a_selection_by_the_page(study, endpoint, provider):
    provider.script = voting(lambda line, request: "yes" if "weights" in line["attribute"] else "no")
    run = judge(study, endpoint, 2)
    owner = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=owner, role="owner")
    browser = Client()
    browser.force_login(owner)
    page = reverse("generation:run", args=[study.slug, run.pk])
    assert b"Use as a selection" in browser.get(page).content
    told = browser.post(reverse("generation:run-selection", args=[study.slug, run.pk]), follow=True).content.decode()
    name = f"Votes of {run.rater.name}"
    assert f"{name} has selected for 4 more cases." in told
    assert said() == {
        (name, "Cooks with weights", True),
        (name, "Takes early trains", False),
        (name, "Likes tea", False),
    }
    assert SelectionRecord.objects.count() == 4
    other = judge(study, endpoint, 1)
    assert b"Use as a selection" not in browser.get(reverse("generation:run", args=[study.slug, other.pk])).content


def test_repeated_it_adds_what_is_new_and_changes_nothing(study, rater):
    first_case = [unit for unit in units(study) if unit.task.case_id == Case.objects.order_by("pk")[0].pk]
    label(study, rater, "Likes tea", of=[*first_case, units(study)[-1]])
    used = use(study, rater)
    assert (used.cases, used.attributes, used.incomplete, used.kept) == (1, 3, 1, 0)
    label(study, rater, "Takes early trains")
    again = use(study, rater)
    assert (again.system, again.cases, again.attributes, again.incomplete, again.kept) == (used.system, 3, 9, 0, 2)
    assert use(study, rater).attributes == 0
    assert (SelectionRecord.objects.count(), Selection.objects.count()) == (4, 12)
    assert Selection.objects.filter(selected=True, attribute__text="Likes tea").count() == 1


def test_thresholds_are_used_when_stage_2_is_closed_and_others_are_another_system(study, rater):
    Score.objects.bulk_create(
        Score(unit=unit, rater=rater, value=unit.pk, scored_at=timezone.now()) for unit in units(study)
    )
    label(study, rater, "Likes tea")
    with pytest.raises(NothingToUse, match="when stage 2 is closed"):
        use(study, rater)
    study.stages.filter(number=2).update(state=StageState.CLOSED)
    with pytest.raises(NothingToUse, match="no thresholds yet"):
        use(study, rater)
    for value, moment in ((0.25, timezone.now()), (1.5, timezone.now())):
        for fold in (1, 2):
            Threshold.objects.create(
                rater=rater, fold=fold, folds=2, seed=0, value=value * fold, f1=0, f1_of_all=0, subjects=1, units=1,
                chosen_at=moment,
            )  # fmt: skip
        use(study, rater)
    names = set(System.objects.filter(selections__isnull=False).values_list("name", flat=True))
    assert names == {"Judge, thresholds 0.25 to 0.5", "Judge, thresholds 1.5 to 3"}
    one = Selection.objects.select_related("case").first()
    assert one.score == Unit.objects.get(task__case=one.case, attribute=one.attribute).pk


def test_what_is_excluded_set_aside_or_not_a_models_is_not_used(study, rater):
    label(study, rater, "Likes tea")
    last = Case.objects.order_by("pk").last()
    Case.objects.filter(pk=last.pk).update(for_controls=True)
    Judgment.objects.filter(pk=Judgment.objects.earliest("pk").pk).update(
        excluded_at=timezone.now(), exclusion_reason="other"
    )
    used = use(study, rater)
    assert (used.cases, used.incomplete) == (2, 1)
    with pytest.raises(NothingToUse, match="Only a model"):
        use(study, factories.rater(study))


def test_command_says_what_it_did_or_why_not(study, rater, capsys):
    with pytest.raises(CommandError, match="no case of stage 2 completely"):
        call_command("use_as_selection", study=study.slug, rater="Judge")
    with pytest.raises(CommandError, match="No model rater"):
        call_command("use_as_selection", study=study.slug, rater="Nobody")
    label(study, rater, "Likes tea")
    call_command("use_as_selection", study=study.slug, rater="Judge")
    assert "Votes of Judge has selected for 4 more cases." in capsys.readouterr().out
