"""Controls in the figures: what raters noticed, and in no other figure."""

from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from conversations.enums import ControlKind
from conversations.models import Membership, Study
from judgments.models import Judgment, Task
from raters.enums import RaterKind
from reports.dataset.reads import dataset_of
from reports.report.figures.report import report_figures
from reports.report.parting import only
from reports.report.parts import Part
from reports.report.presenting.document import document
from reports.report.presenting.sensitivity import WHO
from reports.report.publishing.html import self_contained
from reports.report.publishing.pdf import as_pdf
from tests import factories
from tests.judgments.controlled import judged_controls
from tests.reports.report.judged_study import figures, judged_study
from tests.reports.reported import computed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> Study:
    return judged_study()


def without_controls(found: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in found.items() if name != "controls"}
    return {**rest, "verdict": {name: value for name, value in found["verdict"].items() if name != "controls"}}


def test_controls_are_in_no_other_figure(study):
    before = figures(study)
    for kind in ControlKind:
        judged_controls(study, kind, lambda rater, _pair: 2 - rater % 2, pairs=6)
    after = figures(study)
    assert without_controls(after) == without_controls(before)
    assert before["controls"]["kinds"] == []
    assert document(before).sections[0].missing.startswith("No planted pairs")


def test_sensitivity_is_of_first_overall_answers_of_humans_that_count(study, tmp_path, capsys):
    pages = judged_controls(study, ControlKind.OBVIOUS, lambda rater, _pair: 2 - rater % 2, pairs=8)
    judged_controls(study, ControlKind.DAMAGED, lambda _rater, pair: pair % 2, pairs=4)
    judged_controls(study, ControlKind.PERSONAL, lambda _rater, _pair: -2, pairs=3)
    _what_does_not_count(pages)
    found = figures(study)["controls"]
    assert [(kind["kind"], kind["gates"], kind["judgments"], kind["pairs"]) for kind in found["kinds"]] == [
        ("obvious", True, 23, 8),
        ("damaged", True, 12, 4),
        ("personal", False, 9, 3),
    ]
    assert (found["judgments"], found["raters"], found["pairs"]) == (35, 3, 12)
    obvious = 2 * 8 + 1 * 8 + 2 * 8 - 2  # without the excluded answer
    assert found["sensitivity"]["value"] == pytest.approx((obvious + 6) / 35)
    assert found["right"]["value"] == pytest.approx((23 + 6) / 35)
    assert found["state"] == "shown"
    assert {kind["sensitivity"]["value"] for kind in found["kinds"]} == {None}, "fewer than 30 of each"
    call_command("export", study.slug, "--kind", "dataset", "--output", str(tmp_path / "dataset"))
    call_command("replay", str(tmp_path / "dataset"))
    assert "All figures are equal." in capsys.readouterr().err


def _what_does_not_count(pages: list[Task]) -> None:
    """An excluded answer, one that was asked again, that of a model, and that of a subject."""
    study, unit = pages[0].stage.study, pages[0].units.get(attribute=None)
    first = Judgment.objects.filter(unit=unit, label=5).earliest("id")
    Judgment.objects.filter(pk=first.pk).update(excluded_at=first.submitted_at, exclusion_reason="other")
    given = {"unit": unit, "stage_number": 3, "label": 1, "submitted_at": first.submitted_at}
    Judgment.objects.create(**given, rater=Judgment.objects.filter(unit=unit).latest("id").rater, presentation=1)
    Judgment.objects.create(**given, rater=factories.rater(study, kind=RaterKind.MODEL))
    Judgment.objects.create(**given, rater=factories.rater(study, subject=study.subjects.first()))


def test_a_part_of_the_study_rests_on_all_its_controls(study):
    judged_controls(study, ControlKind.OBVIOUS, lambda _rater, pair: pair % 3)
    dataset = dataset_of(study)
    part = only(Part("subject_origin", "real"), dataset)
    assert part.tables["subjects"].num_rows == 0
    assert report_figures(part)["controls"] == report_figures(dataset)["controls"]


def test_the_page_leads_to_who_missed_them_and_files_say_where(study, client):
    judged_controls(study, ControlKind.DAMAGED, lambda rater, pair: (rater + pair) % 3 - 1)
    report = computed(study)
    assert report.figures is not None
    assert report.figures["plan"]["sentence"].startswith("Raters missed planted differences")
    owner = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=owner, role="owner")
    client.force_login(owner)
    page = client.get(f"/studies/{study.slug}/report/").content.decode()
    address = f"/studies/{study.slug}/raters/?stage=3&amp;sort=controls"
    assert page.count(address) == 2  # from the head too
    whole = {"study": study, "report": report, "document": document(report.figures), "texts": {}, "part_name": ""}
    file = self_contained(**whole)
    assert file.count(WHO) == 2
    assert address not in file
    assert as_pdf(**whole).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("points", "state", "says"),
    [
        (lambda rater, pair: (rater + pair) % 3 - 1, "missed", "whatever the effect, there is no result"),
        (lambda _rater, _pair: 2, "shown", "They noticed"),
        (lambda rater, _pair: 2 * (rater == 0), "not shown", "it is not shown"),
    ],
)
def test_the_report_says_whether_raters_could_see(study, points, state, says):
    judged_controls(study, ControlKind.DAMAGED, points)
    found = figures(study)
    assert found["controls"]["state"] == state
    section = document(found).sections[0]
    assert says in section.lead
    assert any("does not prove that they would see" in str(block) for block in section.blocks)
    leading = [block for block in document(found).verdict.blocks if block.kind == "raters_link"]
    assert len(leading) == (state == "missed")
