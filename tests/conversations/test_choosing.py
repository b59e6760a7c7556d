"""A file that can be read in several ways is refused with the ways: on the page as buttons, without scripts as a list."""

import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from conversations.enums import Role
from conversations.models import Batch, Membership, Study
from tests import factories
from tests.conversations.workbooks import workbook
from tests.said import said

pytestmark = pytest.mark.django_db
TALK = {"user_id": "u1", "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}


def sheet(title: str, number: int) -> list[list[str]]:
    return [["user_id", "conversation_id", "role", "content"], [f"u{number}", "c1", "user", f"Said on {title}"]]


SHEETS = workbook(**{title: sheet(title, number) for number, title in enumerate(("May", "June <b>"))})
LISTS = json.dumps({"old": [TALK], "new": [TALK, TALK | {"user_id": "u2"}]}).encode()
LETTERS = "user_id,conversation_id,role,content\nu1,c1,user,Où est le café?\n".encode("windows-1252")


@pytest.fixture
def study(settings, tmp_path: Path) -> Study:
    settings.MEDIA_ROOT = tmp_path
    return factories.study()


@pytest.fixture
def client(study: Study) -> Client:
    user = User.objects.create_user("ann")
    Membership.objects.create(study=study, user=user, role=Role.ADMIN)
    client = Client()
    client.force_login(user)
    return client


def preview(client: Client, study: Study, name: str, content: bytes, **options: str) -> str:
    sent = {"file": SimpleUploadedFile(name, content), **options}
    return said(client.post(f"/studies/{study.slug}/batches/preview/", sent))


@pytest.mark.parametrize(
    ("name", "content", "option", "values"),
    [
        ("months.xlsx", SHEETS, "part", ["May", "June &lt;b&gt;"]),
        ("two.json", LISTS, "part", ["old", "new"]),
        ("old.csv", LETTERS, "encoding", ["windows-1252"]),
    ],
    ids=["sheets", "lists", "encoding"],
)
def test_the_preview_offers_what_the_file_can_be_read_by(client, study, name, content, option, values):
    page = preview(client, study, name, content)
    assert re.findall(r'data-sets="(\w+)" data-value="([^"]*)"', page) == [(option, value) for value in values]
    assert "choose" in page or "Windows-1252" in page
    chosen = preview(client, study, name, content, **{option: values[0]})
    assert "data-sets" not in chosen
    assert "What is stored" in chosen


@pytest.mark.parametrize(
    ("name", "content", "option", "value"),
    [("months.xlsx", SHEETS, "part", "May"), ("old.csv", LETTERS, "encoding", "windows-1252")],
    ids=["sheets", "encoding"],
)
def test_without_scripts_the_form_comes_back_with_the_list(client, study, name, content, option, value):
    address = f"/studies/{study.slug}/batches/new/"
    refused = client.post(address, {"file": SimpleUploadedFile(name, content), "origin": "real"})
    assert refused.status_code == 422
    page = said(refused)
    assert f'<select name="{option}"' in page
    assert page.index("data-choice") < page.index('id="reading"')  # beside the file, not where it is folded away
    assert page.count(f'name="{option}"') == 1
    client.post(address, {"file": SimpleUploadedFile(name, content), "origin": "real", option: value})
    assert Batch.objects.get().options[option] == value


def test_what_no_choice_helps_is_said_of_the_file(client, study):
    page = preview(client, study, "picture.png", b"\x89PNG\r\n\x1a\n\x00\x00")
    assert "This file can\N{RIGHT SINGLE QUOTATION MARK}t be read" in page
    assert "data-sets" not in page
