"""The keys of the rating pages in a real browser: each does its act, and can be given another key."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from judgments.models import Judgment
from judgments.rating.page_context import key_legend
from tests import worlds
from tests.judgments.browsing import start, submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DISPATCH = """([key, code]) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }))"""


@pytest.fixture
def world():
    return worlds.rateable_study()


@pytest.fixture
def arrive(page: Page, live_server, world) -> Callable[[int], None]:
    return lambda number: start(page, live_server.url, world.stages.get(number=number))


def current_text(page: Page) -> str:
    return page.locator(".unit--current .unit__text").inner_text()


def change(page: Page, act: str, key: str) -> None:
    page.locator(f"[data-act='{act}'] [data-changes-key]").click()
    page.keyboard.press(key)


def status(page: Page):
    return page.locator("#keys-status")


def test_the_list_of_keys_says_what_the_table_says(page: Page, arrive):
    for number in (1, 2, 3):
        arrive(number)
        page.keyboard.press("?")
        for row in key_legend(number):
            if row["act"]:
                shown = page.locator(f"#keys [data-act='{row['act']}'] kbd").all_inner_texts()
                assert sorted(shown) == sorted(row["keys"])
        page.keyboard.press("Escape")


def test_letters_and_arrows_move_and_text_fields_keep_their_keys(page: Page, arrive):
    arrive(1)
    first = current_text(page)
    for forth, back in (("j", "k"), ("ArrowDown", "ArrowUp"), ("J", "K")):
        page.keyboard.press(forth)
        assert current_text(page) != first
        page.keyboard.press(back)
        assert current_text(page) == first
    expect(page.locator("#marked")).to_have_text("0 / 3")
    page.keyboard.press("c")
    page.keyboard.type("jkefug?123")
    expect(page.locator(".unit--current textarea")).to_have_value("jkefug?123")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#marked")).to_have_text("0 / 3")


def test_evidence_guidelines_and_set_aside_have_keys(page: Page, arrive):
    arrive(1)
    while page.locator(".unit--current [data-shows-evidence]").count() == 0:
        page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("mark.evidence[aria-current=true]")).to_be_in_viewport()
    page.keyboard.press("g")
    expect(page.locator("dialog#guidelines")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator("dialog#set-aside")).to_be_visible()


def test_control_and_enter_submit_from_a_text_field(page: Page, arrive):
    arrive(3)
    for _unit in range(page.locator("[data-unit]").count()):
        page.keyboard.press("4")
    page.keyboard.press("c")
    page.keyboard.type("A note.")
    page.keyboard.press("Control+Enter")
    submitted(page)
    assert Judgment.objects.filter(note="A note.").count() == 1


def test_an_act_gets_another_key_and_keeps_it(page: Page, arrive):
    arrive(1)
    page.keyboard.press("?")
    change(page, "next", "w")
    expect(status(page)).to_have_text("w is now “Next”.")
    change(page, "flag", "x")
    change(page, "label:1", "a")
    page.keyboard.press("Escape")
    expect(page.locator("#rating-bar [data-hint=flag]")).to_have_text("x")
    expect(page.locator(".unit--current input").first).to_have_attribute("aria-keyshortcuts", "a")
    page.reload()
    expect(page.locator("#rating-bar [data-hint=flag]")).to_have_text("x")
    first = current_text(page)
    page.keyboard.press("j")
    page.keyboard.press("1")
    assert current_text(page) == first
    page.keyboard.press("w")
    assert current_text(page) != first
    page.keyboard.press("ArrowUp")
    page.keyboard.press("a")
    expect(page.locator("#marked")).to_have_text("1 / 3")


def test_a_key_that_is_taken_is_refused_in_words(page: Page, arrive):
    arrive(1)
    page.keyboard.press("?")
    change(page, "next", "k")
    expect(status(page)).to_contain_text("k is already “Previous”")
    page.keyboard.press("y")
    expect(status(page)).to_contain_text("y is already in use at another stage")
    page.keyboard.press("Tab")
    expect(status(page)).to_contain_text("That key has work of its own")
    page.keyboard.press("Escape")
    expect(status(page)).to_have_text("“Next” keeps its key.")
    expect(page.locator("dialog#keys")).to_be_visible()
    expect(page.locator("[data-act=next] kbd")).to_have_text(["↓", "j"])


def test_all_keys_go_back_to_the_usual_ones(page: Page, arrive):
    arrive(2)
    page.keyboard.press("?")
    change(page, "label:1", "a")
    expect(page.locator("[data-act='label:1'] kbd")).to_have_text(["a"])
    page.get_by_role("button", name="Back to the usual keys").click()
    expect(page.locator("[data-act='label:1'] kbd")).to_have_text(["y", "1"])
    expect(page.get_by_role("button", name="Back to the usual keys")).to_be_hidden()


def test_kept_keys_of_another_version_or_with_a_collision_are_left_alone(page: Page, arrive):
    arrive(1)
    for kept in ('{"version": 9, "keys": {"next": "n"}}', '{"version": 1, "keys": {"next": "k"}}', "nonsense"):
        page.evaluate("kept => localStorage.setItem('yardstick:own-keys', kept)", kept)
        page.reload()
        first = current_text(page)
        page.keyboard.press("j")
        assert current_text(page) != first


def test_keys_go_by_what_they_write_on_any_layout(page: Page, arrive):
    """Dvorak writes j where QWERTY has c; a French keyboard writes & on the bare key of 1."""
    arrive(1)
    first = current_text(page)
    page.evaluate(DISPATCH, ["j", "KeyC"])
    assert current_text(page) != first
    page.evaluate(DISPATCH, ["k", "KeyV"])
    page.evaluate(DISPATCH, ["1", "Numpad1"])
    expect(page.locator("#marked")).to_have_text("1 / 3")
    page.evaluate(DISPATCH, ["é", "Digit2"])
    expect(page.locator("#marked")).to_have_text("2 / 3")


def test_keys_that_are_off_leave_no_hints(page: Page, arrive):
    arrive(1)
    page.keyboard.press("?")
    page.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#rating-bar kbd").first).to_be_hidden()
    expect(page.locator("#rating-bar [aria-keyshortcuts]")).to_have_count(0)


def test_undo_opens_the_last_page_and_the_task_at_hand_keeps_its_draft(page: Page, arrive):
    arrive(1)
    first = page.locator("#task-form").get_attribute("data-assignment")
    page.keyboard.type("111")
    page.keyboard.press("Enter")
    submitted(page)
    at_hand = page.locator("#task-form").get_attribute("data-assignment")
    page.keyboard.press("2")
    page.keyboard.press("c")
    page.keyboard.type("Not yet sure.")
    page.locator("#back").focus()
    page.keyboard.press("u")
    expect(page.get_by_text("You are changing an answer")).to_be_visible()
    expect(page.locator("#task-form")).to_have_attribute("data-assignment", str(first))
    page.keyboard.press("f")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("3")
    page.get_by_role("button", name="Save the change").click()
    submitted(page)
    expect(page.locator("#task-form")).to_have_attribute("data-assignment", str(at_hand))
    expect(page.locator("#marked")).to_have_text("1 / 3")
    expect(page.locator("textarea[name^=note-]").first).to_have_value("Not yet sure.")
