"""The upload page in a browser: what the preview says decides whether a file is sent."""

import gzip
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from conversations.enums import BatchState, Role
from conversations.models import Batch, Membership, Study
from tests import factories
from tests.conversations.workbooks import workbook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLUMNS = "user_id,comment,response\nu1,How high should a desk be?,About 75 cm.\n"


@pytest.fixture
def study(page: Page, live_server, settings, tmp_path) -> Study:
    settings.MEDIA_ROOT = tmp_path / "files"
    study = factories.study()
    user = User.objects.create_user("ann")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return study


@pytest.mark.parametrize("width", [1280, 390])
def test_file_of_which_nothing_can_be_read_is_not_sent(page: Page, live_server, study, tmp_path: Path, width) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    file = tmp_path / "table.csv"
    file.write_text(COLUMNS)
    page.goto(f"{live_server.url}/studies/{study.slug}/batches/new/")
    page.locator("[name=file]").set_input_files(file)
    page.locator("[name=origin]").select_option("illustrative")
    expect(page.locator("#preview .alert--error")).to_contain_text("Nothing could be read")
    expect(page.locator("#preview")).to_contain_text("the columns 'user_id', 'comment', 'response'")
    expect(page.get_by_label("Column of the content")).to_be_visible()
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("so it is not sent")).to_be_visible()
    assert not Batch.objects.exists()
    fits = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert fits


@pytest.mark.parametrize("width", [1280, 390])
def test_failed_batch_says_why(page: Page, live_server, study, width) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    failure = "Nothing could be read: line 1, conversation_id: expected a column for conversation."
    batch = Batch.objects.create(
        study=study,
        file="x",
        filename="table.csv",
        size=3,
        sha256="0" * 64,
        format="csv",
        origin="real",
        state=BatchState.FAILED,
        failure=failure,
        counts={"problems": 1},
    )
    page.goto(f"{live_server.url}/studies/{study.slug}/batches/{batch.pk}/")
    expect(page.locator("#batch-progress .alert--error")).to_contain_text(failure)
    expect(page.locator("#batch-progress .badge")).to_have_text("failed")


def test_each_of_several_files_is_a_batch_and_one_that_is_refused_keeps_none_out(
    page: Page, live_server, study, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    good = b'{"user_id": "u1", "messages": [{"role": "user", "content": "Hi"}]}\n'
    files = {"one.jsonl": good, "page.html": b"<html>", "two.jsonl.gz": gzip.compress(good.replace(b"Hi", b"Hello"))}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    page.goto(f"{live_server.url}/studies/{study.slug}/batches/new/")
    page.locator("[name=file]").set_input_files([tmp_path / name for name in files])
    page.locator("[name=origin]").select_option("illustrative")
    rows = page.locator("#files tbody tr")
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Upload").click()
    expect(rows.nth(0)).to_contain_text("stored")
    expect(rows.nth(1)).to_contain_text("no format that is known")
    expect(rows.nth(2)).to_contain_text("stored")
    assert sorted(Batch.objects.values_list("filename", flat=True)) == ["one.jsonl", "two.jsonl.gz"]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_large_file_goes_on_where_the_connection_broke(page: Page, live_server, study, tmp_path: Path) -> None:
    row = b'{"user_id": "u1", "messages": [{"role": "user", "content": "Hi"}]}\n'
    file = tmp_path / "large.jsonl"
    file.write_bytes(row + b" " * (9 * 1024 * 1024) + b"\n")
    pieces: list[str] = []

    def breaks_once(route: Route) -> None:
        pieces.append(route.request.url.rpartition("offset=")[2])
        if len(pieces) == 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/batches/staged/*/**", breaks_once)
    page.goto(f"{live_server.url}/studies/{study.slug}/batches/new/")
    page.locator("[name=file]").set_input_files(file)
    page.locator("[name=origin]").select_option("illustrative")
    expect(page.locator("#preview")).to_contain_text("1 conversation")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="large.jsonl")).to_be_visible(timeout=15_000)
    assert pieces == ["0", "4194304", "4194304", "8388608"]
    assert Batch.objects.get().size == file.stat().st_size


def test_sending_is_stopped_and_goes_on_later(page: Page, live_server, study, tmp_path: Path) -> None:
    row = b'{"user_id": "u1", "messages": [{"role": "user", "content": "Hi"}]}\n'
    file = tmp_path / "large.jsonl"
    file.write_bytes(row + b" " * (9 * 1024 * 1024) + b"\n")
    held: list[Route] = []
    page.route("**/batches/staged/*/?offset=4194304", lambda route: held.append(route))  # noqa: PLW0108 - no builtin
    page.goto(f"{live_server.url}/studies/{study.slug}/batches/new/")
    page.locator("[name=file]").set_input_files(file)
    page.locator("[name=origin]").select_option("illustrative")
    expect(page.locator("#preview")).to_contain_text("1 conversation")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#sent")).to_contain_text("4.0 MB of 9.0 MB")
    page.get_by_role("button", name="Stop sending").click()
    expect(page.locator("#urgent-notices")).to_contain_text("Stopped. It is not stored")
    expect(page.locator("#sending")).to_be_hidden()
    assert held
    assert not Batch.objects.exists()
    page.unroute_all()
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="large.jsonl")).to_be_visible(timeout=15_000)


def test_folder_that_is_dropped_gives_its_files_and_a_sheet_is_chosen(
    page: Page, live_server, study, tmp_path: Path
) -> None:
    row = b'{"user_id": "u1", "messages": [{"role": "user", "content": "Hi"}]}\n'
    (tmp_path / "talks" / "deep").mkdir(parents=True)
    (tmp_path / "talks" / "one.jsonl").write_bytes(row)
    (tmp_path / "talks" / "deep" / "two.jsonl").write_bytes(row)
    page.goto(f"{live_server.url}/studies/{study.slug}/batches/new/")
    drop(page, tmp_path / "talks")
    expect(page.locator("#files tbody tr")).to_have_count(2)
    expect(page.locator("#files")).to_contain_text("two.jsonl")
    head = ["user_id", "conversation_id", "role", "content"]
    book = tmp_path / "book.xlsx"
    book.write_bytes(workbook(May=[head, ["u1", "c1", "user", "In May"]], June=[head, ["u1", "c1", "user", "In June"]]))
    page.locator("[name=file]").set_input_files(book)
    expect(page.locator("#choice")).to_be_focused()
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="June").click()
    expect(page.locator("#preview")).to_contain_text("In June")
    assert Axe().run(page).response["violations"] == []


def drop(page: Page, path: Path) -> None:
    """As a hand does: scripts can't make a folder."""
    box = page.locator("[name=file]").bounding_box()
    assert box
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        place = {"x": box["x"] + 20, "y": box["y"] + 20}
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
