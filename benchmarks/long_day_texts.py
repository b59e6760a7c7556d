"""Texts of real length for benchmarks/long_day.py, written here: talk of a person with an assistant, and answers in Markdown."""

import random
from collections.abc import Sequence

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
    "Fires pots in a kiln in the garden",
    "Speaks Portuguese at home",
)
SAID = (
    "I teach mathematics and get the week ready on Sunday evenings",
    "please no spreadsheet, I would sooner write ten lines of Python",
    "show me why before you tell me what",
    "euros and kilometres, if you don't mind",
    "we put money aside for a house near Ghent",
    "our two are four and seven",
    "I read this on the train, on a small screen",
    "skip what everybody knows",
    "English is my third language",
    "number the steps and keep them short",
    "the kiln in the garden reaches 1,200 degrees by noon",
    "at home we speak Portuguese",
)
PROMPT = (
    "I want to put 250 € a month into a fund for about {years} years. How does compound interest work here, how do I "
    "calculate what I will have, and can you give me something to try other rates with?"
)
WORD = "kiln"  # what the rater searches for
_ASKED = (
    "I have been going round in circles with {thing} since {when} and would like another pair of eyes on it.",
    "What would you look at first if {thing} were yours, and what would you leave for later?",
    "Somebody at work said that {thing} only needs patience, which I find hard to believe after {when}.",
    "Tell me where the usual advice about {thing} goes wrong, with an example that I can check by hand.",
    "I tried it twice, once before {when} and once after, and the second time was not better than the first.",
)
_ANSWERED = (
    "The part of {thing} that decides most is the one you can measure, so begin there and write the figures down.",
    "It helps to change one thing at a time: otherwise nothing that happens after {when} tells you anything.",
    "Most of what is written about {thing} was written for another case, and quoting it here would mislead you.",
    "Compare it with how it stood at {when}, not with what a catalogue says, and the choice becomes small.",
    "There are two ways that hold up, and they differ in what they ask of you on the days when nothing goes well.",
)
_THINGS = ("the timetable", "the old boiler", "a savings plan", "the bread", "the tiles", "the bicycle", "an exam",
           "the garden wall", "a long letter", "the glaze")  # fmt: skip
_WHENS = ("Easter", "the last frost", "the school break", "Monday", "the second try", "the move")
_SPEECH = """
the of and to a in is that it for you with on as are this be or by from at an not can have your but which if
they more will one when there what so out about up all into than time some could them other how then its two
like these may first been only no do any new also after most work way even well where much through back
years should because each just those people too little state good very make world still own see men get here
between long day under while such last might great come since against go came right used take three place
around however home small found think went part once general high upon school every does got united number
left until always something fact water less public put thing almost hand enough far took head yet government
system better set told nothing night end why called eyes find going look asked later knew point next city
business give group toward young days let room word side present second given order face large big few
others form rate program matter human line need example field best keep light power money change interest
problem service area house ground case letter week minute board office plan price reason market figure stone
summer winter river table window garden paper glass clay oven bread flour salt sugar bicycle wheel chain
brake train ticket platform teacher lesson pupil exam question answer formula fraction angle circle square
graph curve slope saving deposit fund payment balance share risk rent tax bank account fee month quarter
notice glaze firing shelf temperature degree cone wall tile brick mortar roof boiler valve pipe pump
pressure filter radiator cable switch battery screen keyboard file folder script loop list index string
value error test measure compare repeat adjust weigh count record review replace remove tighten loosen clean
dry soak heat cool mix cut fold press roll carry lift
"""
_WORDS = _SPEECH.split()
# Drawn so that a text compresses nearly as real conversations do: 1.5 bytes a word by gzip (real ones 2.0).
_SHARES = tuple(1 / (rank + 200) for rank in range(len(_WORDS)))
_FORMULA = r"\[ B_n = m\,\frac{(1+r)^n-1}{r}, \qquad r=\tfrac{\text{rate}}{12},\; n=12\cdot\text{years} \]"
_ALIGNED = r"$$\begin{aligned} B_n &= (1+r)\,B_{n-1} + m \\ &= m \sum_{k=0}^{n-1} (1+r)^k \end{aligned}$$"
_TABLE = (
    "| After | Paid in | Balance at 3 % | Balance at 5 % | Balance at 7 % | Growth at 7 % | In today's money |\n"
    "|---|---:|---:|---:|---:|---:|---:|\n"
    + "".join(f"| {n} years | {3000 * n:,} € | {3150 * n:,} € | {3420 * n:,} € | {3720 * n:,} € | {24 + n} % | {2900 * n:,} € |\n"
              for n in range(1, 13))
)  # fmt: skip
_CODE = "```python\ndef balances(monthly: float, rate: float, years: int, fee: float = 0.002) -> list[float]:\n" + "".join(
    f"    # Month {n}: what was there grows by a twelfth of the rate less the fee, and then the payment of the month is added to it.\n"
    f"    step_{n} = monthly * (1 + (rate - fee) / 12) ** {n}\n"
    for n in range(1, 25)
) + "    return [step for name, step in sorted(locals().items()) if name.startswith('step_')]\n```"  # fmt: skip


def sentences(chance: random.Random, kinds: Sequence[str], words: int) -> str:
    """At least so many words of prose: now and then one of these sentences, and words that are drawn."""
    said: list[str] = []
    while sum(map(_count, said)) < words:
        one = chance.choice(kinds).format(thing=chance.choice(_THINGS), when=chance.choice(_WHENS))
        said.append(_clause(chance, chance.randint(8, 18)) if len(said) % 4 else one)
    return " ".join(said)


def _clause(chance: random.Random, length: int) -> str:
    words = chance.choices(_WORDS, _SHARES, k=length)
    return f"{' '.join(words).capitalize()} {chance.randint(2, 9999)}."


def talk(chance: random.Random, *, turns: int, words: int, quotes: Sequence[str]) -> list[dict[str, str]]:
    """A conversation of so many turns with so many words each; the person says the quotes on the way."""
    said = []
    for number in range(turns):
        if number % 2:
            text = _reply(chance, words)
        else:
            text = sentences(chance, _ASKED, words)
            at = number // 2 * max(1, len(quotes)) // max(1, turns // 2)
            if quotes and (number == 0 or at != (number // 2 - 1) * len(quotes) // max(1, turns // 2)):
                text += f" By the way, {quotes[min(at, len(quotes) - 1)]}."
        said.append({"role": "assistant" if number % 2 else "user", "content": text})
    return said


def _reply(chance: random.Random, words: int) -> str:
    text = sentences(chance, _ANSWERED, words * 2 // 3)
    listed = "\n".join(f"{n}. {_clause(chance, 14)}" for n in range(1, max(2, words // 40) + 1))
    extra = chance.choice(
        ("", "", "\n\nIn short, \\(x_{n+1} = (1+r)\\,x_n\\).", "\n\n```python\nprint(sum(range(12)))\n```")
    )
    return f"{text}\n\n{listed}{extra}"


def answer(number: int, *, words: int) -> str:
    """So many words of Markdown: headings, lists, mathematics, a wide table, code that is long and wide."""
    chance = random.Random(number)
    pieces = [f"## What grows, and why\n\n{sentences(chance, _ANSWERED, 90)}", _FORMULA]
    pieces += [sentences(chance, _ANSWERED, 60), _ALIGNED, f"## A table\n\n{_TABLE}"]
    pieces += [f"## Something to try\n\n{sentences(chance, _ANSWERED, 30)} Here \\(r\\) is a month's rate.", _CODE]
    part = 0
    while sum(map(_count, pieces)) < words:
        part += 1
        steps = "\n".join(f"- **Step {n}.** {_clause(chance, 18)}" for n in range(1, 4))
        pieces.append(f"### Part {part}\n\n{sentences(chance, _ANSWERED, 60)}\n\n{steps}")
    return "\n\n".join(pieces)


def _count(text: str) -> int:
    return len(text.split())
