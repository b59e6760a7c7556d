"""Tables that people open in a spreadsheet: none of their texts may run there."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse

from conversations.models import BatchProblem

# A spreadsheet takes a cell that begins with one of these for a formula, and runs it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def problem_rows(filename: str, problems: Iterable[BatchProblem]) -> Iterator[list[str | int]]:
    """The header and a row for each problem. Uploaded text can't become a formula."""
    yield ["file", "line", "field", "expected", "found", "row kept"]
    for one in problems:
        texts = [as_text(text) for text in (one.field, one.expected, one.found)]
        file = f"{filename}: {one.file}" if one.file else filename
        yield [as_text(file), one.line, *texts, "yes" if one.kept else "no"]


def as_text(text: str) -> str:
    """Text that a spreadsheet shows and does not run."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_response(rows: Iterable[Sequence[str | int]], *, filename: str) -> HttpResponse:
    """Always a download, never kept by a cache."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "private, no-store"},
    )
