"""What somebody wrote never runs as a formula in a spreadsheet, whichever table carries it there."""

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.models import BatchProblem
from conversations.spreadsheets import problem_rows
from reports.dataset.cells import cell

STARTS = ("=", "+", "-", "@", "\t", "\r")


def in_an_export(text: str) -> list[str]:
    return [cell(text)]


def in_an_error_report(text: str) -> list[str]:
    problem = BatchProblem(line=1, field=text, expected=text, found=text, kept=False)
    _header, (filename, _line, *texts, _kept) = problem_rows(text, [problem])
    return [str(filename), *map(str, texts)]


WRITERS = pytest.mark.parametrize("written", [in_an_export, in_an_error_report])


@WRITERS
@given(text=st.one_of(st.text(), st.builds(str.__add__, st.sampled_from(STARTS), st.text())))
def test_text_that_would_run_is_disarmed_and_other_text_is_as_it_was(
    written: Callable[[str], list[str]], text: str
) -> None:
    expected = "'" + text if text.startswith(STARTS) else text
    assert set(written(text)) == {expected}


@WRITERS
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_disarmed_text_comes_through_a_csv_file_unchanged(written: Callable[[str], list[str]], text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow(written(text))
    assert next(csv.reader(io.StringIO(file.getvalue(), newline=""))) == written(text)
