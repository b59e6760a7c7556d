"""Who looked early, in words. Pure."""

from reports.report.presenting.looking import NOBODY, NOT_KNOWN, looking_section

LOOK = {"stage": 3, "while_collecting": True, "way": "report", "role": "analyst", "members": 2}


def test_figures_of_before_it_was_written_down_say_so():
    assert looking_section({}).missing == NOT_KNOWN
    assert looking_section({"looking": {"looks": [], "reopenings": []}}).missing == NOBODY


def test_looks_and_reopenings_are_told_with_their_moment():
    reopening = {"stage": 1, "reopened_at": "2026-03-04T05:06:07Z", "after_looks": True}
    found = {"looks": [{**LOOK, "first_at": "2026-01-02T03:04:05Z"}], "reopenings": [reopening]}
    section = looking_section({"looking": found})
    table, text = section.blocks
    assert [cell.text for cell in table.rows[0]] == [
        "3, open or paused",
        "the report",
        "analyst",
        "2",
        "2026-01-02 03:04",
    ]
    assert text.sentences == [
        "Stage 1 was closed and opened again at 2026-03-04 05:06 UTC, after labels of it had been seen."
    ]
    assert section.missing == ""
