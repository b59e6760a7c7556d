"""Reports in words, and figures computed again from an export."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from conversations.models import (
    Study,
)
from judgments.models import Judgment
from tests.reports.report.judged_study import figures, judged_study
from tests.rows import remembered

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> Study:
    return remembered(judged_study)


def test_a_withheld_stage_is_in_no_figure(study):
    found = figures(study, withheld=[3])
    assert found["stage_3"] is None
    assert found["verdict"]["effect"]["value"] is None
    assert found["withheld"] == [3]


def test_replay_of_an_export_gives_the_same_figures(study, tmp_path, capsys):
    call_command("export", study.slug, "--kind", "dataset", "--output", str(tmp_path / "dataset"))
    call_command("replay", str(tmp_path / "dataset"))
    assert "All figures are equal." in capsys.readouterr().err
    call_command("report", "--study", study.slug, "--json")
    (tmp_path / "figures.json").write_text(capsys.readouterr().out)
    call_command("replay", str(tmp_path / "dataset"), "--against", str(tmp_path / "figures.json"))


def test_replay_says_which_figures_differ(study, tmp_path):
    call_command("export", study.slug, "--kind", "dataset", "--output", str(tmp_path / "dataset"))
    first = Judgment.objects.filter(stage_number=3, rater__kind="human").earliest("id")
    Judgment.objects.filter(pk=first.pk).update(label=1 if first.label > 3 else 5)
    with pytest.raises(CommandError, match=r"figures differ(?s:.*)plan\.curve"):
        call_command("replay", str(tmp_path / "dataset"))


def test_replay_of_something_else_says_what_is_missing(tmp_path):
    with pytest.raises(CommandError, match=r"study\.json"):
        call_command("replay", str(tmp_path))


def test_report_in_words(study, capsys):
    call_command("report", "--study", study.slug)
    assert capsys.readouterr().out.startswith("not enough evidence yet: There is not enough evidence")


def test_figures_are_in_english_whatever_language_is_active(study):
    english = figures(study)
    with translation.override("de"):
        assert figures(study) == english
