"""Reports in words, and figures computed again from an export."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from conversations.models import (
    Study,
)
from judgments.models import Judgment
from tests.reports.report.judged_study import figures, judged_study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> Study:
    return judged_study()


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


def test_a_dataset_of_an_earlier_protocol_is_replayed_and_its_old_figures_are_not_compared(study, tmp_path, capsys):
    call_command("export", study.slug, "--kind", "dataset", "--output", str(tmp_path / "dataset"))
    facts = json.loads((tmp_path / "dataset" / "study.json").read_text())
    (tmp_path / "dataset" / "study.json").write_text(
        json.dumps(facts | {"protocol_version": "1", "app_version": "0.0.9"})
    )
    capsys.readouterr()
    call_command("replay", str(tmp_path / "dataset"), "--json")
    said = capsys.readouterr()
    assert "written under protocol 1; these are figures of 2" in said.err
    figures = json.loads(said.out)
    assert (figures["protocol_version"], figures["study"]["protocol_version"]) == ("2", "1")
    del figures["protocol_version"]  # as protocol 1 wrote them
    (tmp_path / "old.json").write_text(json.dumps(figures))
    with pytest.raises(CommandError, match="figures of an earlier protocol"):
        call_command("replay", str(tmp_path / "dataset"), "--against", str(tmp_path / "old.json"))


def test_replay_says_which_figures_differ(study, tmp_path):
    call_command("export", study.slug, "--kind", "dataset", "--output", str(tmp_path / "dataset"))
    first = Judgment.objects.filter(stage_number=3, rater__kind="human").earliest("id")
    Judgment.objects.filter(pk=first.pk).update(label=1 if first.label > 3 else 5)
    with pytest.raises(CommandError, match=r"figures differ from those reported:\n  [a-z_0-9.\[\]]+: \S+, replayed "):
        call_command("replay", str(tmp_path / "dataset"))


def test_replay_of_something_else_says_what_is_missing(tmp_path):
    with pytest.raises(CommandError, match=r"study\.json"):
        call_command("replay", str(tmp_path))


def test_report_in_words(study, capsys):
    call_command("report", "--study", study.slug)
    said = capsys.readouterr().out
    assert said.startswith("not enough evidence yet: There is not enough evidence")
    assert "A verdict needs 50 more real conversations, 3 more raters and 9 more prompts" in said


def test_figures_are_in_english_whatever_language_is_active(study):
    english = figures(study)
    with translation.override("de"):
        assert figures(study) == english
