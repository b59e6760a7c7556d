"""A rater at a browser, in one call each, and material that is hard to show."""

import re
import uuid
from typing import Any

from playwright.sync_api import Page, expect

from conversations.models import Attribute, Conversation, Prompt, Response, Stage, Study
from tests import worlds

LONG_TURNS = 500
QUOTED_TURNS = (10, 250, 498)
SCRIPT = "<script>window.harmed = true</script><img src=x onerror='window.harmed = true'>"
MARKDOWN = f"""{SCRIPT}

```python
def a_very_long_line(): return "{"0123456789" * 30}"
```

| {" | ".join(f"column number {number}" for number in range(12))} |
|{"---|" * 12}
| {" | ".join("a cell" for _number in range(12))} |

## A second level without a first

So \\({" + ".join(f"a_{number}" for number in range(40))}\\) is

$${" + ".join(f"b^{number}" for number in range(40))}$$

<b>not bold</b> 👩‍👩‍👧‍👦 🏳️‍🌈 {"unbroken" * 40}"""
ARABIC = "مرحبا، أين القطار؟ <i>ليس مائلا</i> 123"


def start(page: Page, server: str, stage: Stage) -> None:
    """Open the entry link of a stage and start."""
    page.goto(f"{server}/r/{worlds.entry_link(stage).token}/")
    page.get_by_role("button", name=re.compile("Start|Go on")).click()
    expect(page.locator("#marked")).to_contain_text("0 /")


def submitted(page: Page) -> None:
    expect(page.locator("#saving")).to_contain_text("Submitted")


def lengthen(study: Study, *, turns: int = LONG_TURNS, characters: int = 400) -> None:
    """Every conversation gets so many turns; each subject's first attribute quotes turns along its way."""
    for conversation in Conversation.objects.filter(subject__study=study):
        said = [_turn(conversation, number, characters) for number in range(turns)]
        Conversation.objects.filter(pk=conversation.pk).update(
            turns=said, turn_count=turns, character_count=turns * characters, content_hash=uuid.uuid4().hex
        )
        quotes = [_quote(conversation, number, said) for number in QUOTED_TURNS if number < turns]
        attribute = Attribute.objects.filter(subject=conversation.subject).order_by("id")[0]
        Attribute.objects.filter(pk=attribute.pk).update(evidence=quotes)


def _turn(conversation: Conversation, number: int, characters: int) -> dict[str, str]:
    role = "assistant" if number % 2 else "user"
    start = (
        f"Turn {number} says this. **Bold** and `code` of conversation {conversation.pk}.\n\n"
        "- one *slanted* point\n- two\n  - three\n\n"
    )
    return {"role": role, "content": start + "and so on " * ((characters - len(start)) // 10)}


def _quote(conversation: Conversation, number: int, turns: list[dict[str, str]]) -> dict[str, Any]:
    quote = f"Turn {number} says this."
    return {
        "conversation": conversation.pk,
        "turn": number,
        "quote": quote,
        "start": 0,
        "end": len(quote),
        "state": "exact",
    }


def make_hostile(study: Study) -> None:
    """Every text of the study is one that would like to be more, or wider, than a text."""
    turns = [
        {"role": "user", "content": MARKDOWN},
        {"role": "assistant", "content": MARKDOWN},
        {"role": "user", "content": ARABIC},
        {"role": "assistant", "content": ARABIC},
    ]
    Conversation.objects.filter(subject__study=study).update(turns=turns, turn_count=4, title=SCRIPT)
    for attribute in Attribute.objects.filter(subject__study=study):
        text = f"{SCRIPT} {'unbroken' * 30} {attribute.text}"
        Attribute.objects.filter(pk=attribute.pk).update(text=text, reason=ARABIC, evidence=[])
    for prompt in Prompt.objects.filter(study=study):
        Prompt.objects.filter(pk=prompt.pk).update(text=f"{SCRIPT} {'unbroken' * 30} {prompt.text}")
    responses = Response.objects.filter(case__subject__study=study)
    responses.filter(kind="generic").update(text=MARKDOWN)
    responses.filter(kind="personalized").update(text=ARABIC)


def show_evidence(page: Page) -> None:
    """By mouse: to the first statement that has some, and to what it rests on."""
    quote = page.locator("[data-shows-evidence]").first
    unit = quote.locator("xpath=ancestor::*[@data-unit]").get_attribute("data-unit")
    page.locator(f".line[data-goes-to='{unit}']").click()
    quote.click()
