"""A study with something of everything, and its import."""

from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from conversations.enums import ControlKind, Policy
from conversations.models import Attribute, Case, Comparison, Guidelines, Selection, SelectionRecord, Study
from judgments.models import Adjudication, Assignment, BlindingAnswer, Judgment, Look, Reopening, RulesInForce, Unit
from raters.models import EntryLink, Rater
from tests import factories
from tests.judgments.controlled import judged_controls
from tests.judgments.rated import NOW
from tests.reports.reported import close_all, reported_study
from tests.rows import made_once


@made_once
def full_study():
    study = reported_study(subjects=5)
    close_all(study)
    _something_of_everything(study)
    return study


def imported(place):
    owner, _made = User.objects.get_or_create(username="importer")
    call_command("import_dataset", place, study="again", user=owner.username, stdout=StringIO())
    return Study.objects.get(slug="again")


def _come_by_a_link(study):
    """One rater; the others came by none."""
    link = EntryLink.objects.create(
        stage=study.stages.get(number=1), label="Autumn panel", platform="prolific", person_parameter="PROLIFIC_PID"
    )
    first = study.enrolments.order_by("id")[0]
    study.enrolments.filter(pk=first.pk).update(entry_link=link, platform="prolific", consent_language="de")


def _something_of_everything(study):
    """An exclusion, a surplus answer, an adjudication, gold, a repeat, blinding answers, withdrawn and held material."""
    _speak_unlike_each_other(study)
    _look_and_go_on(study)
    _come_by_a_link(study)
    _compare_other_arms(study)
    Attribute.objects.filter(subject__study=study).update(merged_from=["Said otherwise", "And again"])
    judged_controls(study, ControlKind.OBVIOUS, lambda rater, pair: 2 - (rater + pair) % 3, pairs=2)
    first = Guidelines.objects.get(stage__study=study, stage__number=3)
    Assignment.objects.filter(stage=first.stage_id, guidelines=None).update(guidelines=first)
    judged = Judgment.objects.filter(unit__task__stage__study=study, rater__kind="human").order_by("id")
    Judgment.objects.filter(pk__in=list(judged.values_list("id", flat=True)[3:7])).update(
        excluded_at=NOW, exclusion_reason="speeding"
    )
    assignments = Assignment.objects.filter(stage__study=study).exclude(task__kind="control").order_by("id")
    Assignment.objects.filter(pk=assignments[2].pk).update(outcome="surplus")
    Assignment.objects.filter(pk=assignments[1].pk).update(pastes=3, exits_with_copy=2)
    at_responses = assignments.filter(stage__number=3)
    for number, assignment in enumerate(at_responses[:6]):
        guess = ("personalized", "generic", "cannot_tell")[number % 3]
        BlindingAnswer.objects.create(assignment=assignment, guess=guess, sureness=1 + number % 5, answered_at=NOW)
    newer = Guidelines.objects.create(stage=study.stages.get(number=3), version=2, text="Judge *both*.")
    rules = RulesInForce.objects.get(stage=newer.stage)
    apart = RulesInForce.objects.create(
        stage=newer.stage, guidelines=newer, facts=rules.facts, digest=rules.digest, since=NOW + timedelta(days=1)
    )
    Assignment.objects.filter(pk__in=[each.pk for each in at_responses[:4]]).update(guidelines=newer, rules=apart)
    unit = Unit.objects.filter(task__stage__study=study, task__stage__number=1)[0]
    Adjudication.objects.create(unit=unit, stage_number=1, label=3, note="Decided.", decided_at=NOW)
    gold = Unit.objects.filter(task__stage__study=study, task__stage__number=2).last()
    gold.task.units.update(expected_label=1)
    type(gold.task).objects.filter(pk=gold.task_id).update(kind="gold", position=None)
    pair = Comparison.objects.filter(case__subject__study=study).last()
    Comparison.objects.filter(pk=pair.pk).update(leak_reasons=["It names the system."], released_at=timezone.now())
    Rater.objects.filter(pk=judged.first().rater_id).update(name="Ada (uploaded)")
    Judgment.objects.filter(pk=judged.last().pk).update(note='A "note", with = and ümlaut\nand a line.')


def _compare_other_arms(study):
    """On the first cases: one that shares the generic response, one that is only silent, one of identical texts."""
    system = study.systems.get(name="assistant")
    first, second, third = Case.objects.filter(subject__study=study, comparisons__system=system).order_by("pk")[:3]
    own, relevant = (factories.arm(system, policy=policy) for policy in (Policy.OWN, Policy.RELEVANT))
    factories.comparison(first, [], by=system, arm=own, leak_reasons=["Generic text names a model."])
    factories.comparison(second, [], by=system, arm=own, identical=True)
    factories.silent_case(third, own)
    factories.silent_case(first, relevant)


def _look_and_go_on(study):
    """Two analysts and the operator saw labels of stage 1 early; stage 3 was seen while closed, and opened again."""
    early, closed, unnoticed = (study.stages.get(number=number) for number in (1, 3, 2))
    later = NOW + timedelta(hours=1, microseconds=7)
    seen = {"first_at": later, "last_at": later, "times": 3}
    for looker, role, way in ((91, "analyst", "rater_page"), (92, "analyst", "rater_page"), (0, "operator", "report")):
        Look.objects.create(stage=early, looker=looker, role=role, way=way, while_collecting=True, **seen)
    for stage in (closed, unnoticed):
        Look.objects.create(stage=stage, looker=93, role="admin", way="report", while_collecting=False, **seen)
    Reopening.objects.create(stage=closed, reopened_at=later + timedelta(milliseconds=1))
    Reopening.objects.create(stage=early, reopened_at=NOW)


def _speak_unlike_each_other(study):
    """Another system selects all of one case, one attribute of the next, nothing of a third, and says no more."""
    speaker = factories.system(study, "speaker")
    for case, count in zip(Case.objects.filter(subject__study=study).order_by("id"), (9, 1, 0), strict=False):
        SelectionRecord.objects.create(system=speaker, case=case, spoken_at=NOW)
        for attribute in case.subject.attributes.order_by("id")[:count]:
            Selection.objects.create(system=speaker, case=case, attribute=attribute, selected=True, score=0.5)
