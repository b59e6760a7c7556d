"""A study as large as real ones: a prompt of three sentences, 12 statements, 60 conversations, answers of 1,600 words."""

import uuid

from django.utils import timezone

from conversations.models import Attribute, Conversation, Study
from judgments.work.opening import open_stage
from tests import factories
from tests.rows import made_once

STATEMENTS = (
    "Teaches mathematics at a secondary school and prepares the lessons on Sunday evenings",
    "Writes short Python scripts, avoids spreadsheets",
    "Wants the reasoning before the result",
    "Thinks in euros and metric units",
    "Saves for a house near Ghent",
    "Has two children, four and seven years old",
    "Reads on the train, mostly on a phone",
    "Dislikes being told what everybody knows",
    "Learned English as a third language",
    "Prefers steps that are numbered and short",
    "Lives at 1,400 m above the sea",
    "Speaks Portuguese at home",
)
PROMPT = (
    "I want to put 250 € a month into a fund for about 15 years. How does compound interest work here, how do I "
    "calculate what I will have, and can you give me something to try other rates with?"
)
PARAGRAPH = (
    "Saving a fixed amount every month is one of the most reliable ways, because the returns you earn begin to earn "
    "returns themselves. {word} decides how much you end up with, and it is worth a second look before you begin. "
)
OWN = {
    "Patience": "Moving a fifth a year into deposits takes the date out of the market's hands.",
    "The rate": "Ask your bank.",
}
RATES = range(1, 11)  # as many columns as are wider than a pane
TABLE = (
    f"| After |{'|'.join(f' At {rate} % ' for rate in RATES)}|\n|---|{'---|' * len(RATES)}\n"
    + f"| 5 years |{' 16,950 € |' * len(RATES)}\n" * 8
)
CODE = '```python\ndef future_value(monthly, rate, years): return sum(monthly * (1 + rate / 12) ** month for month in range(12 * years))  # "once" for each month\n```'


def answer(word: str, paragraphs: int = 32) -> str:
    """Some 1,600 words of Markdown with headings, a table and a line of code that is wider than a pane."""
    pieces = [
        f"{'### Part' if at % 4 == 0 else '**Note**'} {at}\n\n{PARAGRAPH.format(word=word)}" for at in range(paragraphs)
    ]
    own = OWN[word]
    return "\n\n".join([*pieces[:3], own, TABLE, *pieces[3:6], CODE, *pieces[6:]])


@made_once
def real_sized_study(*, conversations: int = 3) -> Study:
    study = factories.study(title="Personal assistant study", same_rater_across_stages=True)
    person = factories.subject(study)
    talks = [
        factories.conversation(person, f"Talk {number}. " + PARAGRAPH.format(word="Time") * 6)
        for number in range(conversations)
    ]
    statements = [_statement(person, text, talks[at % len(talks)]) for at, text in enumerate(STATEMENTS)]
    case = factories.case(person, factories.prompt(study, text=PROMPT))
    pair = factories.comparison(case, statements[:4], text=answer("Patience"))
    pair.generic.__class__.objects.filter(pk=pair.generic_id).update(text=answer("The rate", 28))
    for number in (1, 2, 3):
        stage = factories.stage(study, number, k=2)
        open_stage(stage=stage, actor=None, now=timezone.now())
    return study


def _statement(person, text: str, talk: Conversation) -> Attribute:
    quote = "Saving a fixed amount every month"
    start = talk.turns[0]["content"].index(quote)
    evidence = {
        "conversation": talk.pk,
        "turn": 0,
        "quote": quote,
        "start": start,
        "end": start + len(quote),
        "state": "exact",
    }
    return Attribute.objects.create(
        subject=person, system=factories.system(person.study), text=text, content_hash=uuid.uuid4().hex,
        reason="Says so when asking for a plan, and comes back to it twice.", evidence=[evidence],
    )  # fmt: skip
