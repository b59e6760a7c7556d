"""What a report is made of. Pure."""

from functools import partial
from typing import get_args

import pytest
from django.template.loader import get_template
from hypothesis import given
from hypothesis import strategies as st

from reports.report.presenting.blocks import Block, Cell, TableBlock, largest, left_out, share_cell, stat, why_missing
from reports.report.presenting.wording import share, signed
from reports.templatetags.report import at, block_template

SHARE = {"value": 0.5, "n": 4, "low": 0.25, "high": 0.75, "reason": ""}
UNDEFINED = {"value": None, "n": 0, "low": None, "high": None, "reason": "Too few."}


@pytest.mark.parametrize("block", get_args(Block.__value__))
def test_every_block_has_a_template(block):
    get_template(block_template(block.kind))


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(0, 12))
def test_the_largest_groups_are_kept_in_their_order(sizes, most):
    groups = [{"place": place, "n": size} for place, size in enumerate(sizes)]
    kept = largest(groups, lambda group: group["n"], most)
    dropped = [group["n"] for group in groups if group not in kept]
    assert [group["place"] for group in kept] == sorted(group["place"] for group in kept)
    assert len(kept) == min(most, len(sizes))
    assert not dropped or not kept or max(dropped) <= min(group["n"] for group in kept)


def test_cells_and_stats_hold_figure_and_interval():
    assert share_cell(SHARE) == Cell("50.0 %", "25.0 to 75.0 %", is_number=True)
    told = stat("Accepted", UNDEFINED, share)
    assert (told.number, told.note) == ("\u2013", "Too few.")


def test_small_amounts_have_intervals_as_fine_as_they_are():
    extra = {"value": 0.0001, "n": 4, "low": 0.00005, "high": 0.0002, "reason": ""}
    told = stat("Extra money", extra, partial(signed, digits=4), digits=4)
    assert (told.number, told.note) == ("+0.0001", "0.0001 to 0.0002")


def test_a_reason_is_said_once_and_what_is_left_out_is_counted():
    assert why_missing(UNDEFINED, SHARE, UNDEFINED) == ["\u2013 Too few."]
    assert [left_out([{}] * 7, 5), left_out([{}] * 5, 5)] == [["2 more in the exported dataset."], []]


def test_a_table_knows_its_columns_of_numbers_even_without_rows():
    columns = ["Who", "Share"]
    assert TableBlock("", columns, [[Cell("ida"), share_cell(SHARE)]]).headed == [("Who", False), ("Share", True)]
    assert TableBlock("", columns, []).headed == [("Who", False), ("Share", False)]
    assert [at({"a": 1}, "a"), at({}, "a")] == [1, None]
