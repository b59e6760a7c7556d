"""How much more would settle it, in words. Pure."""

from typing import Any

from reports.report.presenting.blocks import Text
from reports.report.presenting.planner import planner_section

STOPPING: dict[str, Any] = {"sentence": "Go on.", "method": "Five looks.", "contrasts": []}
RATERS = {"sentence": "About 17 raters.", "alone": "Alone they leave it open."}


def size(lever=None, *, settles=True, **price):
    parts = {"time": 12.5, "first": 1.0, "fee": 0.0, "calls": 2.0, **price}
    total = sum(part for part in parts.values() if part is not None)
    chances = {"chance": 0.82, "chance_mean": 0.82, "chance_low": 0.6, "chance_high": 0.97}
    counts = {"subjects": 60, "raters": 12, "prompts": 20, "more_ratings": 540, "more_raters": 3}
    return {"lever": lever, "settles": settles, **counts, **chances, "price": {**parts, "total": total}}


def plan(**facts: Any) -> dict[str, Any]:
    own = {"sentence": "So many.", "stopping": STOPPING, "raters_needed": RATERS, "arms": [], "currency": "EUR"}
    sizes = {
        "chance": size(),
        "proposal": size(),
        "levers": [],
        "fee": 0.0,
        "pace": "At the pace so far.",
        "curves": [],
    }
    return {"plan": {**own, **sizes, **facts}}


def test_before_there_is_a_plan_there_are_raters_needed_and_the_stopping_rule():
    section = planner_section(plan())
    assert [block.sentences for block in section.blocks] == [list(RATERS.values()), ["Go on.", "Five looks."]]


def test_each_way_has_its_chance_and_its_price_and_a_fruitless_one_is_named():
    levers = [size("subjects"), size("raters", settles=False)]
    table = planner_section(plan(levers=levers)).blocks[0]
    assert [row[0].text for row in table.rows] == [
        "As large as now, done again",
        "The cheapest that settles it",
        "More subjects alone",
        "More raters alone",
    ]
    assert [cell.text for cell in table.rows[1][1:]] == ["60", "12", "20", "82 %", "540", "15.50 EUR"]
    assert table.rows[1][4].detail == "60 to 97 %"
    assert "More raters alone" in table.notes[-1]


def test_what_is_not_known_of_a_price_is_a_dash_and_said():
    table = planner_section(plan(levers=[size("subjects", calls=None)], proposal=None)).blocks[1]
    assert [cell.text for cell in table.rows[0][1:]] == ["12.50", "1.00", "0.00", "\u2013"]
    assert any("calls of models are not in the price" in note for note in table.notes)


def test_each_arm_and_contrast_has_a_plan_of_its_own():
    arm = {**plan(levers=[])["plan"], "name": "memory v2", "sentence": "Of this arm."}
    between = {**arm, "name": "memory v2 - v1", "sentence": "Of the contrast."}
    stopping = {**STOPPING, "contrasts": [{"name": "memory v2 - v1", "sentence": "It may stop."}]}
    section = planner_section(plan(arms=[arm], contrasts=[between], stopping=stopping))
    assert section.lead.startswith("Each arm is a treatment of its own, and has a plan of its own")
    assert section.blocks[1].sentences == ["Of this arm."]
    assert ["Of the contrast."] in [block.sentences for block in section.blocks if isinstance(block, Text)]
    assert section.blocks[-1].sentences == ["memory v2 - v1: It may stop."]
