"""Stage 1 over sockets, without a browser: what the first page and each next one take of the server."""

import json
import re
import uuid
from collections.abc import Iterator

from benchmarks.long_day_server import Answered, Caller, WebProcess, calling

FORM = re.compile(r'<form id="task-form".*?>', re.DOTALL)


def first_and_next(server: WebProcess, link: str, *, pages: int) -> Iterator[str]:
    """A rater comes, sees the first page, and submits one after the other; then another rater sees the same, now warm."""
    for who in ("nobody saw it before", "another rater saw it before"):
        with calling(server) as caller:
            caller.get(link)
            page = caller.post(link)  # Start, which leads to the first page
            text = page.body.decode()
            yield _line(f"Start and first page, {who}", page, text)
            again = caller.get(page.url)
            yield _line("the same page again", again, text)
            for _page in range(pages - 1):
                page = _submit(caller, text)
                text = json.loads(page.body)["parts"]["task"]
                yield _line(f"submit and next page, {who}", page, text)


def _submit(caller: Caller, text: str) -> Answered:
    form = FORM.search(text)
    if form is None:
        raise LookupError("There is no task on the page.")
    said = dict(re.findall(r'data-([a-z-]+)="([^"]*)"', form.group()))
    units = re.findall(r'data-unit="(\d+)"', text)
    answers = [{"unit": int(unit), "label": 1, "failure_mode": "", "note": ""} for unit in units]
    body = {"answers": answers, "missing_attributes": "", "comment": "", "active_ms": 30_000}
    body |= {"client_id": str(uuid.uuid4()), "revision": int(said["draft-revision"])}
    return caller.post(said["submit-url"], json=body)


def _line(what: str, answered: Answered, text: str) -> str:
    held = f"{text.count('data-conversation=')} conversations, {len(re.findall(r'class=.turn ', text))} turns sent"
    return (
        f"{what} ({held}): {1000 * answered.wall:.0f} ms, {1000 * answered.processor:.0f} ms of the processor, "
        f"{answered.packed / 1000:.0f} kB compressed of {len(answered.body) / 1000:.0f}"
    )
