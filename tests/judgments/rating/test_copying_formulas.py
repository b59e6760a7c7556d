"""Who copies a text has the source of its formulas, not the characters that a browser makes of MathML."""

import pytest
from playwright.sync_api import Page

from conversations.models import Response
from tests import worlds
from tests.judgments.browsing import start

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOURCE = "\\[\n\\begin{aligned}\na &= 1 \\\\\nb &= 2\n\\end{aligned}\n\\]"
SELECT = "element => getSelection().selectAllChildren(element)"


def test_copied_formula_is_its_source_line_by_line(page: Page, live_server) -> None:
    study = worlds.rateable_study(subjects=1, prompts=1)
    Response.objects.filter(case__subject__study=study).update(text=f"So \\(x_1^2\\) and\n\n{SOURCE}\n\nthen")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    start(page, live_server.url, study.stages.get(number=3))
    text = page.locator(".prose", has=page.locator("math")).first
    for element, copied in (
        (text, f"So \\(x_1^2\\) and\n\n{SOURCE}\n\nthen"),
        (text.locator("msubsup"), "\\(x_1^2\\)"),
    ):
        element.first.evaluate(SELECT)
        page.keyboard.press("Control+c")
        assert page.evaluate("navigator.clipboard.readText()").split("\n") == copied.split("\n")
