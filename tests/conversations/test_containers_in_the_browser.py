"""The upload page shows what is in a file, whatever it is wrapped in, and takes the choice that its refusal names."""

import gzip
import io
import json
import re
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pyarrow import parquet

from accounts.models import User
from conversations.enums import Role
from conversations.models import Batch, Membership
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TURNS = [("user", "Wie groß ist ein Apfel?"), ("assistant", "Etwa acht Zentimeter.")]
CONVERSATION = {"user_id": "u1", "messages": [{"role": role, "content": content} for role, content in TURNS]}
LINE = json.dumps(CONVERSATION).encode() + b"\n"
SHEET: list[list[str]] = [
    ["user_id", "conversation_id", "turn", "role", "content"],
    *(["u1", "c1", str(number), role, content] for number, (role, content) in enumerate(TURNS)),
]
TABLE = "".join(";".join(row) + "\n" for row in SHEET)


def zip_file() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("chats.jsonl", LINE)
        packed.writestr("picture.png", b"\x89PNG")
    return content.getvalue()


def parquet_file() -> bytes:
    content = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist([CONVERSATION]), content)
    return content.getvalue()


def workbook() -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Notes"])
    for name in ("Chats", "More chats"):
        sheet = book.create_sheet(name)
        for row in SHEET:
            sheet.append(row)
    book.save(content)
    return content.getvalue()


@pytest.fixture
def uploading(page: Page, live_server, settings, tmp_path: Path) -> Page:
    settings.MEDIA_ROOT = tmp_path / "files"
    study = factories.study()
    user = User.objects.create_user("ann")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{live_server.url}/studies/{study.slug}/batches/new/")
    return page


def choose(page: Page, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    page.locator("[name=file]").set_input_files(file)


def expect_turns(page: Page) -> None:
    for _, content in TURNS:
        expect(page.locator("#preview table").first).to_contain_text(content)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_turns_are_shown_whatever_wraps_them(uploading: Page, tmp_path: Path) -> None:
    wrapped = {
        "chats.jsonl.gz": gzip.compress(LINE),
        "train.parquet": parquet_file(),
        "unicode.txt": TABLE.replace(";", "\t").encode("utf-16"),
        "mac.csv": TABLE.replace("\n", "\r").encode(),
        "chats.zip": zip_file(),
    }
    for name, content in wrapped.items():
        choose(uploading, tmp_path / name, content)
        expect_turns(uploading)
    expect(uploading.locator("#preview")).to_contain_text("picture.png")
    uploading.locator("[name=origin]").select_option("illustrative")
    uploading.get_by_role("button", name="Upload").click()
    uploading.wait_for_url(re.compile(r"/batches/\d+/$"))
    assert Batch.objects.get().filename == "chats.zip"


def test_choice_that_a_refusal_names_is_taken(uploading: Page, tmp_path: Path) -> None:
    choose(uploading, tmp_path / "chats.xlsx", workbook())
    expect(uploading.locator("#choice")).to_contain_text("More chats")
    uploading.locator("#choice").get_by_role("button", name="Chats", exact=True).click()
    expect_turns(uploading)
    uploading.locator("#reading summary").first.click()
    uploading.get_by_label("Sheet, list or file in it").fill("")
    choose(uploading, tmp_path / "excel.csv", TABLE.encode("windows-1252"))
    expect(uploading.locator("#choice")).to_contain_text("Windows-1252")
    uploading.locator("#choice").get_by_role("button", name="Windows-1252").click()
    expect_turns(uploading)
