"""Those who play in benchmarks/played_studies.py: an admin and raters, who know only what pages and API hold."""

import json
import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx2

from benchmarks.played_material import Pair, Row, addition

PATIENCE = 300  # seconds that a worker may take
TIMEOUT = 120.0  # seconds of one request
# What the pages of raters hold: templates/judgments/parts/task.html and response.html.
FORM = re.compile(r'<form id="task-form"[^>]*>')
PANE = re.compile(r'<div class="pane__body prose"[^>]*>(.*?)</div></section>', re.DOTALL)
PROMPT = re.compile(r'<p class="prompt__text"[^>]*>(.*?)</p></section>', re.DOTALL)
UNIT = re.compile(r'data-unit="(\d+)"')


class Visitor:
    """A browser of one person: cookies, and the token that forms need."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.client = httpx2.Client(base_url=base, timeout=TIMEOUT, follow_redirects=True)  # noqa: TID251 - only our own server is asked

    def get(self, address: str) -> str:
        answer = self.client.get(address)
        answer.raise_for_status()
        return answer.text

    def send(self, address: str, *, method: str = "POST", **content: Any) -> httpx2.Response:
        token = {"X-CSRFToken": self.client.cookies["csrftoken"], "Referer": f"{self.base}/"}
        answer = self.client.request(method, address, headers=token, **content)
        if answer.is_error:
            raise SystemExit(f"{address}: {answer.status_code} {answer.text[:500]}")
        return answer


class Admin(Visitor):
    def __init__(self, base: str, user: str, password: str) -> None:
        super().__init__(base)
        self.get("/login/")
        if "/login/" in str(self.send("/login/", data={"username": user, "password": password}).url):
            raise SystemExit("The sign-in was refused.")

    def study(self, title: str, k: int) -> str:
        slug: str = self.send("/api/v1/studies/", json={"title": title, "k": k}).json()["slug"]
        return slug

    def upload(self, slug: str, rows: Sequence[Row]) -> None:
        body = "".join(json.dumps(row) + "\n" for row in rows).encode()
        files = {"file": ("played.jsonl", body)}
        batch = self.send(api(slug, "batches/"), data={"origin": "real"}, files=files).json()
        address = api(slug, f"batches/{batch['id']}/")
        done = self._until(address, lambda found: found["state"] in ("done", "failed"))
        if done["state"] != "done" or json.loads(self.get(f"{address}problems/"))["results"]:
            raise SystemExit(f"The upload was not taken whole: {done}")

    def act(self, slug: str, act: str, stage: int = 3) -> None:
        self.send(api(slug, f"stages/{stage}/{act}/"))

    def change(self, slug: str, address: str, **settings: Any) -> None:
        self.send(api(slug, address), method="PATCH", json=settings)

    def read(self, slug: str, address: str) -> Any:
        return json.loads(self.get(api(slug, address)))

    def make_controls(self, slug: str) -> None:
        """Of the first system's generic responses, by no model."""
        page = self.get(f"/studies/{slug}/runs/new/controls/")
        source = re.search(r'<select name="generic_of".*?<option value="(\d+)"', page, re.DOTALL)
        run = self.send(api(slug, "runs/"), json={"kind": "controls", "generic_of": int(group(source))}).json()
        self._until(api(slug, f"runs/{run['id']}/"), lambda found: found["state"] == "done")

    def entry_link(self, slug: str, stage_number: int = 3) -> str:
        """An open link to the stage."""
        address = f"/studies/{slug}/raters/links/new/"
        stage = re.search(rf'<option value="(\d+)"[^>]*>[^<]*Stage {stage_number}', self.get(address))
        made = self.send(address, data={"stage": group(stage), "label": "Played", "platform": "open"}).text
        return group(re.search(r'<p class="own-link"><code>([^<]+)</code>', made))

    def slots_left(self, slug: str, stage: int = 3) -> int:
        progress = json.loads(self.get(api(slug, f"stages/{stage}/progress/")))
        return int(progress["total"] - progress["filled"])

    def report(self, slug: str) -> dict[str, Any]:
        address = api(slug, "report/")
        found: dict[str, Any] = self._until(address, lambda report: report["figures"] is not None)["figures"]
        return found

    def export(self, slug: str, kind: str = "judgments", file_format: str = "jsonl") -> bytes:
        """Every judgment as JSONL, or what else is asked for."""
        made = self.send(api(slug, "exports/"), json={"kind": kind, "format": file_format}).json()
        one = api(slug, f"exports/{made['id']}/")
        self._until(one, lambda export: export["state"] in ("done", "failed"))
        return self.client.get(f"{one}download/").raise_for_status().content

    def _until(self, address: str, is_done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found: dict[str, Any] = json.loads(self.get(address))
            if is_done(found):
                return found
            time.sleep(1)
        raise SystemExit(f"{address} was not done in {PATIENCE} s.")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a comparison, as its reader knows it. ``units``: ids in the page's order, the overall unit first."""

    assignment: str
    submit_url: str
    revision: int
    units: list[int]
    pair: Pair
    personalized_is_left: bool

    def shown(self, label: int) -> int:
        """A label for the personalized response as the page counts, from left to right."""
        return 6 - label if self.personalized_is_left else label


def sheet_of(page: str, pairs: Sequence[Pair]) -> Sheet | None:
    """None where the page holds no task."""
    form = FORM.search(page)
    if form is None:
        return None
    left, right = (letters(pane) for pane in PANE.findall(page))
    asked = letters(group(PROMPT.search(page)))
    [(pair, is_left)] = [
        (pair, extra in left) for pair in pairs if letters(pair.asked) == asked
        and ((extra := letters(addition(pair.attribute))) in left or extra in right)
    ]  # fmt: skip
    said = {name: group(re.search(rf'data-{name}="([^"]*)"', form.group())) for name in ("assignment", "submit-url")}
    revision = int(group(re.search(r'data-draft-revision="(\d+)"', form.group())))
    units = [int(unit) for unit in UNIT.findall(page)]
    return Sheet(said["assignment"], said["submit-url"], revision, units, pair, is_left)


@dataclass
class PlayedRater:
    base: str
    address: str
    number: int
    pairs: Sequence[Pair]
    visitor: Visitor = field(init=False)
    page: str = field(init=False, default="")
    rating: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.base)

    def one_page(self, labels: Callable[[int, Sheet], list[int]]) -> bool:
        """Arrives at first; then one page. Whether there was one: what another holds may be free again later."""
        if not self.rating:
            self._arrive()
        sheet = sheet_of(self.page, self.pairs)
        if sheet is None:
            self.page = self.visitor.get(self.rating)
            return sheet_of(self.page, self.pairs) is not None
        given = zip(sheet.units, labels(self.number, sheet), strict=True)
        answers = [{"unit": unit, "label": sheet.shown(label), "failure_mode": "", "note": ""} for unit, label in given]
        body = {"answers": answers, "missing_attributes": "", "comment": "", "active_ms": 30_000}
        sent = self.visitor.send(
            sheet.submit_url, json={**body, "revision": sheet.revision, "client_id": str(uuid.uuid4())}
        )
        self.page = sent.json()["parts"]["task"]
        return True

    def _arrive(self) -> None:
        """Reads what it is about, agrees where that is asked, and is led to the first page."""
        asked = self.visitor.get(self.address)
        agreed = {"agree": "on"} if 'name="agree"' in asked else {}
        begun = self.visitor.send(self.address, data=agreed)
        self.rating, self.page = str(begun.url), begun.text


def api(slug: str, rest: str) -> str:
    return f"/api/v1/studies/{slug}/{rest}"


def group(found: re.Match[str] | None) -> str:
    if found is None:
        raise SystemExit("A page does not hold what it should.")
    return found.group(1)


def letters(text: str) -> str:
    """Of a text or a piece of a page: what neither Markdown nor HTML changes."""
    return re.sub(r"[^a-z]", "", unescape(re.sub(r"<[^>]+>", "", text)).lower())
