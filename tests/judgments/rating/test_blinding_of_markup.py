"""Mathematics, code and images in either text tell nothing but themselves: both are laid out by the same rules, at once."""

from types import SimpleNamespace

import pytest

from conversations.models import Comparison, Response
from conversations.rendering import rendered_once
from judgments.models import Assignment
from tests import worlds
from tests.judgments.rating.opened_pages import open_task, rater_client, swap_texts

pytestmark = pytest.mark.django_db

KINDS = {
    "words": "Take *less* of it.",
    "mathematics": "So \\(a_1 * b_2\\) is\n\n\\[\n\\begin{aligned}\nx &= 1 \\\\\ny &= 2\n\\end{aligned}\n\\]",
    "a formula that is cut off": "Then\n\\[\nx_1 + \\frac{1}{",
    "money": "It costs $5 and $10.",
    "code": "```python\ndef f(x):\n    return x  # $x$\n```",
    "images, notes and boxes": "![a plot](data:image/png;base64,AAAA)\n\n- [x] done[^1]\n\n[^1]: https://example.org/",
    "a table": "| size | power |\n| - | - |\n| \\(|x|\\) | `b` |",
}


def test_each_kind_of_text_on_either_side_changes_no_byte_around_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.cache.time", SimpleNamespace(time=lambda: 1_800_000_000.0))
    stage = worlds.rateable_study(subjects=1, prompts=1).stages.get(number=3)
    client = rater_client(stage)
    open_task(client, stage)
    comparison = Comparison.objects.get(case__subject__study=stage.study)
    is_left = Assignment.objects.get().personalized_left
    frames = set()
    texts = list(KINDS.values())
    for generic, personalized in zip(texts, texts[1:] + texts[:1], strict=True):
        Response.objects.filter(pk=comparison.generic_id).update(text=generic)
        Response.objects.filter(pk=comparison.personalized_id).update(text=personalized)
        left, right = (personalized, generic) if is_left else (generic, personalized)
        page = open_task(client, stage)
        frames.add((_frame(page.text, left, right), *sorted(page.headers.items() - _sizes(page))))
    assert len(frames) == 1
    comparison.refresh_from_db()
    _swapped_twice_is_the_same(client, stage, comparison)


def _swapped_twice_is_the_same(client, stage, comparison: Comparison) -> None:
    before = open_task(client, stage)
    swap_texts(comparison)
    Assignment.objects.update(personalized_left=not Assignment.objects.get().personalized_left)
    after = open_task(client, stage)
    assert (before.content, dict(before.headers)) == (after.content, dict(after.headers))


def _frame(page: str, left: str, right: str) -> str:
    """The page without its two texts, each of which stands on it once, left before right."""
    before, _, rest = page.partition(str(rendered_once(left)))
    between, _, behind = rest.partition(str(rendered_once(right)))
    assert between
    assert behind
    return f"{before}\0{between}\0{behind}"


def _sizes(page) -> set[tuple[str, str]]:
    return {item for item in page.headers.items() if item[0] == "Content-Length"}
