"""The whole story, as its users live it, against script/demo's real parts: PostgreSQL, Valkey, workers, the local model.

Nothing here asserts how fast or how well the local model writes, only that what it wrote (or why it did not) is there.
"""

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.patience import PATIENCE
from tests.story.upload import BATCH
from yardstick.embedded import leftovers, paths

pytestmark = [pytest.mark.browser, pytest.mark.timeout(3600), pytest.mark.xdist_group("story")]
# What workers do is shown when it is done, however busy the machine.
DONE = PATIENCE * 1000


@dataclass(frozen=True)
class Demo:
    base: str
    password: str

    def judgments(self, slug: str) -> list[tuple[int, int]]:
        """Unit and label of every judgment of a study, straight from the database."""
        query = """
            SELECT judgment.unit_id, judgment.label FROM judgments_judgment judgment
            JOIN judgments_unit unit ON unit.id = judgment.unit_id
            JOIN judgments_task task ON task.id = unit.task_id
            JOIN conversations_stage stage ON stage.id = task.stage_id
            JOIN conversations_study study ON study.id = stage.study_id
            WHERE study.slug = %s ORDER BY judgment.id
        """
        with psycopg.connect(paths.database_url()) as connection:
            return connection.execute(query, [slug]).fetchall()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """script/demo's processes in a folder of their own, with its own database, workers and model."""
    state = tmp_path_factory.mktemp("story")
    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        patch.setenv("YARDSTICK_STATE", str(state))
        for name in ("DATABASE_URL", "REDIS_URL", "YARDSTICK_SECRET_KEY", "YARDSTICK_LLM_BASE_URL"):
            patch.delenv(name, raising=False)
        listener.close()
        process = _start(state, port)
        summary = (state / "demo.txt").read_text()
        found = re.search(r"password\s+(\S+)", summary)
        assert found is not None, summary
        yield Demo(f"http://127.0.0.1:{port}", found.group(1))
        os.kill(process.pid, signal.SIGINT)
        process.wait()
        leftovers.end(state)
        paths.remove_sockets()


def _start(state: Path, port: int) -> subprocess.Popen[bytes]:
    output = state / "out"
    command = [sys.executable, "-m", "yardstick.embedded", "demo", "--port", str(port)]
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=paths.PROJECT, stdout=file, stderr=subprocess.STDOUT)
    while "Ctrl-C stops everything" not in output.read_text():
        assert process.poll() is None, output.read_text()
        time.sleep(0.2)
    return process


def sign_in(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.base}/login/")
    page.locator("[name=username]").fill("demo")
    page.locator("[name=password]").fill(demo.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/studies/")


def cancel_runs_of_the_demo(page: Page, demo: Demo) -> None:
    """The local model shall work for this story only."""
    page.goto(f"{demo.base}/studies/demo/runs/")
    for address in [link.get_attribute("href") for link in page.locator("tbody th a").all()]:
        page.goto(f"{demo.base}{address}")
        cancel = page.get_by_role("button", name="Cancel")
        if cancel.count():
            cancel.click()


def create_study(page: Page, title: str) -> str:
    page.get_by_role("link", name="Studies", exact=True).first.click()
    page.get_by_role("link", name="New study").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Ratings per task").fill("1")
    page.get_by_role("button", name="Create the study").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    return page.url


def upload(page: Page, study: str, file: Path) -> None:
    page.goto(f"{study}batches/new/")
    page.locator("[name=file]").set_input_files(file)
    page.get_by_label("Where the conversations come from").select_option(label="Illustrative")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#batch-progress .badge")).to_contain_text("imported", timeout=DONE)


def run(page: Page, study: str, what: str, **chosen: str) -> None:
    page.goto(study)
    page.get_by_role("link", name=what).click()
    for name, value in chosen.items():
        page.locator(f"[name={name}]").select_option(value)
    start = page.get_by_role("button", name="Start the run")
    if not start.count():
        page.get_by_role("button", name="Show what it will take").click()
    start.click()
    expect(page.locator("#run-progress .badge").first).to_have_text(re.compile("done"), timeout=DONE)


def open_stage(page: Page, study: str, number: int) -> str:
    """Open a stage and make its entry link; returns the link."""
    page.goto(f"{study}stages/{number}/")
    page.get_by_role("button", name="Open the stage").click()
    expect(page.locator(".page-header .badge")).to_have_text(re.compile("open"))
    page.goto(f"{study}raters/links/new/")
    page.get_by_label("Stage").select_option(label=f"Stage {number}")
    page.get_by_label("Name").fill(f"Story {number}")
    page.get_by_role("button", name="Make the link").click()
    return page.locator(".own-link code").inner_text()


def start_rating(page: Page, address: str) -> None:
    page.goto(address)
    for language in page.get_by_role("group", name="languages").get_by_role("checkbox").all():
        language.check()
    page.get_by_role("button", name=re.compile("Start|Go on")).click()
    expect(page.locator("#marked, .empty h1").first).not_to_be_empty()


def judge_everything_by_keyboard(page: Page, key: str) -> int:
    """Mark every unit of every page with the same key; returns how many units that were."""
    judged = 0
    page.wait_for_load_state()  # keys before the page's scripts would be lost
    while page.locator("#task-form").count():
        units = page.locator("[data-unit]").count()
        for _unit in range(units):
            page.keyboard.press(key)
        with going_on(page):
            page.keyboard.press("Enter")
        judged += units
    return judged


@contextmanager
def going_on(page: Page) -> Iterator[None]:
    """To the next page or, after the overall answer of stage 3, to the other units of the same one."""
    form = page.locator("#task-form")
    following = f'#task-form:not([data-assignment="{form.get_attribute("data-assignment")}"]), .empty'
    if not form.get_attribute("data-goes-on"):
        following += ", #task-form[data-goes-on]"
    yield
    page.locator(following).wait_for()


def download(page: Page, study: str, file_format: str, to: Path) -> Path:
    page.goto(f"{study}exports/")
    page.get_by_label("Format").select_option(value=file_format)
    before = page.locator("#exports tbody tr").count()
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.locator("#exports tbody tr")).to_have_count(before + 1)
    ready = page.locator("#exports tbody tr").first.get_by_role("link", name=re.compile("Download"))
    ready.wait_for(timeout=DONE)
    with page.expect_download() as started:
        ready.click()
    started.value.save_as(to)
    return to


@pytest.mark.parametrize("width", [1280, 390])
def test_from_an_upload_to_an_export(demo: Demo, browser: Browser, tmp_path: Path, width: int):
    size: ViewportSize = {"width": width, "height": 844}
    admin = browser.new_context(viewport=size).new_page()
    sign_in(admin, demo)
    cancel_runs_of_the_demo(admin, demo)
    study = create_study(admin, "Bakery and balcony")
    slug = study.rstrip("/").rsplit("/", 1)[-1]

    file = tmp_path / "bakery.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in BATCH))
    upload(admin, study, file)
    expect(admin.get_by_role("heading", name="Problems")).to_be_visible()
    expect(admin.get_by_text(str(len(BATCH)), exact=True).first).to_be_visible()  # the line of the typo

    run(admin, study, "Extract attributes")
    run(admin, study, "Select attributes", attributes_of="study")  # those of the file, whatever the local model found
    run(admin, study, "Write responses")

    links = {number: open_stage(admin, study, number) for number in (1, 2, 3)}
    judged = {}
    for number, key in ((1, "1"), (2, "y"), (3, "4")):
        rater = browser.new_context(viewport=size).new_page()
        start_rating(rater, links[number])
        judged[number] = judge_everything_by_keyboard(rater, key)
        rater.context.close()

    stored = demo.judgments(slug)
    assert len(stored) == sum(judged.values())
    # At least what was uploaded: two attributes, two cases of them, one pair with its overall unit.
    assert all(judged[number] >= least for number, least in ((1, 2), (2, 4), (3, 2))), judged
    rows = [
        json.loads(line) for line in download(admin, study, "jsonl", tmp_path / "out.jsonl").read_text().splitlines()
    ]
    assert sorted((row["unit_id"], row["answer_recoded"]) for row in rows) == sorted(stored)
    with download(admin, study, "csv", tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as text:
        assert [(int(row["unit_id"]), int(row["answer_recoded"])) for row in csv.DictReader(text)] == [
            (row["unit_id"], row["answer_recoded"]) for row in rows
        ]
    admin.context.close()


def test_all_three_stages_by_touch_on_a_phone(demo: Demo, browser: Browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    before = len(demo.judgments("demo"))
    summary = (paths.demo_summary()).read_text()
    given = 0
    for number in (1, 2, 3):
        link = re.search(rf"stage {number}\s+(\S+)", summary)
        assert link is not None
        start_rating(page, link.group(1))
        for _step in range(2 if number == 3 else 1):
            units = page.locator("[data-unit]")
            for index in range(units.count()):
                units.nth(index).locator(".choice__option").first.tap()
                given += 1
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            with going_on(page):
                page.locator("#submit").tap()
    assert len(demo.judgments("demo")) == before + given
    context.close()


def test_the_admins_pages_fit_a_phone(demo: Demo, browser: Browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    sign_in(page, demo)
    for address in ("", "batches/new/", "subjects/", "attributes/", "stages/1/", "runs/", "exports/", "settings/"):
        page.goto(f"{demo.base}/studies/demo/{address}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    assert complaints == []
    context.close()
