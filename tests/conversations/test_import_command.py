import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from conversations.models import Attribute, Batch, Conversation, Membership, Study
from tests import factories

pytestmark = pytest.mark.django_db

ROWS = [{"messages": [{"role": "user", "content": "Hello"}], "person": "p1"}, {"messages": 3, "person": "p1"}]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "rows.jsonl"
    target.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return target


def run(*arguments: object) -> str:
    output = StringIO()
    call_command("import_batch", *map(str, arguments), stdout=output)
    return output.getvalue()


def test_file_is_imported_its_problems_printed_and_nothing_written_beside_it(path):
    study = factories.study()
    output = run(study.slug, path, "--origin", "real", "--subject-field", "person", "--subject-policy", "field")
    assert "imported as openai" in output
    assert "conversations: 1 new, 0 known before" in output
    assert Conversation.objects.get().subject.external_id == "p1"
    assert "problems: 1\n    line 2: " in output
    assert list(path.parent.glob("rows*")) == [path]


def test_problems_are_written_where_that_was_asked_for(path, tmp_path):
    asked = ("--origin", "real", "--subject-field", "person", "--subject-policy", "field", "--report")
    run(factories.study().slug, path, *asked, tmp_path / "found.csv")
    report = (tmp_path / "found.csv").read_text().splitlines()
    assert [line.split(",")[1] for line in report] == ["line", "2"]
    with pytest.raises(CommandError, match="one by one"):
        run(factories.study().slug, path, path, *asked, tmp_path / "found.csv")


def test_study_is_made_for_its_owner(path):
    user = User.objects.create_user("ann")
    run("new-study", path, "--origin", "real", "--subject-policy", "conversation", "--create", "--user", "ann")
    assert Membership.objects.get(study__slug="new-study").user == user


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--user", "nobody"], "no user"), ([], "no study"), (["--create"], "needs --user")],
)
def test_what_is_missing_is_said(path, arguments, said):
    with pytest.raises(CommandError, match=said):
        run("nowhere", path, "--origin", "real", *arguments)
    assert not Study.objects.exists()


def test_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        run(factories.study().slug, tmp_path / "none.jsonl", "--origin", "real")


def test_file_of_which_nothing_was_stored_fails_the_command_and_not_its_neighbours(tmp_path, path):
    nothing = tmp_path / "a-nothing.jsonl"
    nothing.write_text(json.dumps({"messages": 3, "person": "p1"}) + "\n")
    said = ["--origin", "real", "--subject-field", "person", "--subject-policy", "field"]
    with pytest.raises(CommandError, match=r"a-nothing.jsonl: Nothing could be read: line 1, messages"):
        run(factories.study().slug, nothing, tmp_path / "gone.jsonl", path, *said)
    assert Conversation.objects.count() == 1
    assert list(Batch.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "done"]


def test_file_that_is_not_read_is_named(tmp_path):
    target = tmp_path / "MyActivity.json"
    target.write_text(json.dumps([{"header": "YouTube", "title": "Watched x", "titleUrl": "https://example.org"}]))
    with pytest.raises(CommandError, match="looks like a Google activity file: not supported"):
        run(factories.study().slug, target, "--origin", "real")
    assert not Batch.objects.exists()


def test_report_that_can_not_be_written_does_not_fail_the_import(path):
    study = factories.study()
    said = ["--origin", "real", "--subject-field", "person", "--subject-policy", "field"]
    output = run(study.slug, path, *said, "--report", path / "no" / "folder.csv")
    assert "imported as openai" in output
    assert Conversation.objects.count() == 1


def test_csv_columns_are_mapped(tmp_path):
    target = tmp_path / "turns.csv"
    target.write_text("person,chat,who,said\np1,c1,user,Hello\np1,c1,assistant,Hi\n")
    columns = [f"--column={one}" for one in ("subject=person", "conversation=chat", "role=who", "content=said")]
    run(factories.study().slug, target, "--origin", "real", "--subject-policy", "field", *columns)
    assert Conversation.objects.get().turn_count == 2
    assert not Attribute.objects.exists()
