"""Raters whose judgments were uploaded go by the name they came with; nobody who rates here has one."""

import pytest

from raters.enums import RaterKind
from raters.models import Rater
from raters.services.enrolling import enrol_model
from reports.dataset.frames import frame
from reports.dataset.reads import dataset_of
from reports.imports.whole_rows import whole_row
from tests import factories, worlds
from tests.judgments.rated import NOW, careful, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_names_that_were_uploaded_are_in_the_report_and_no_others():
    study = worlds.rateable_study(subjects=1, k=1)
    stage = study.stages.get(number=1)
    here = factories.rater(study)
    work(here, stage, careful, pages=1)
    Rater.objects.filter(pk=here.pk).update(name="Grace Hopper")
    elsewhere = enrol_model(study=study, name="Ada (uploaded)", kind=RaterKind.HUMAN)
    unit = here.judgments.first().unit
    unit.judgments.create(rater=elsewhere, presentation=0, stage_number=1, label=1, submitted_at=NOW)
    names = set(frame(dataset_of(study), 1).name)
    assert "Ada (uploaded)" in names
    assert "Grace Hopper" not in names


@pytest.mark.parametrize(("name", "is_refused"), [(None, False), ("Ada (uploaded)", False), ("Grace Hopper", True)])
def test_a_dataset_names_no_human_who_rates_here(name, is_refused):
    row = {"rater_kind": "human", "rater_name": name}
    assert (whole_row("raters", row) is not None) == is_refused
