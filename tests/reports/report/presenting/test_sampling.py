"""What is said below a table of intervals. Pure."""

from reports.report.presenting.sampling import MANY_GROUPS, by_chance, interval_notes


def figure(**facts):
    return {"value": 0.5, "n": 9, "low": 0.4, "high": 0.6, "reason": "", **facts}


def test_the_widest_sample_is_said_first_and_the_narrower_ones_after_it():
    wide, narrow = figure(over="subjects, raters and prompts"), figure(over="subjects")
    [said] = interval_notes(narrow, wide, None)
    assert said.startswith(
        "95 % intervals: where a figure would lie with other subjects, raters and prompts like these;"
    )
    assert said.endswith("where these are too few to tell, with other subjects.")
    assert interval_notes(narrow) == ["95 % intervals: where a figure would lie with other subjects like these."]


def test_why_there_is_no_interval_is_said_once():
    bare = figure(low=None, high=None, no_interval="Two raters are too few.")
    failed = figure(low=None, high=None, failed=2)
    assert interval_notes(bare, bare, failed) == [
        "Two raters are too few.",
        "With one part left out, figures could not be computed 2 times; they have no interval.",
    ]


def test_chance_is_spoken_of_where_many_groups_are_compared():
    assert by_chance(MANY_GROUPS - 1) == []
    assert "1 interval or so" in by_chance(MANY_GROUPS)[0]
    assert "3 intervals or so" in by_chance(60)[0]
