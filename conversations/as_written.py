"""Text that is shown as it was written, in which code and tables can be read: every character stays, in its place.

Pure: text and spans in, safe HTML out.
"""

import itertools
import re
from collections.abc import Iterator, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations.highlighting import Span, mark_evidence

# Each costs a hundred characters of HTML; what a text has more of stays plain.
_MOST_BLOCKS = 100
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE_OF_A_TABLE = re.compile(r"[ \t]*[|:-][ \t|:-]*")


def as_written(text: str, spans: Sequence[Span] = ()) -> SafeString:
    """``text`` with its evidence marked; blocks of code and tables keep their columns, and scroll in themselves."""
    blocks = list(itertools.islice(_blocks(text), _MOST_BLOCKS))
    if not blocks:
        return mark_evidence(text, spans)
    return format_html_join("", "{}", ((piece,) for piece in _pieces(text, spans, blocks)))


def _pieces(text: str, spans: Sequence[Span], blocks: Sequence[tuple[int, int]]) -> Iterator[SafeString]:
    behind = 0
    for start, end in blocks:
        yield _marked(text, spans, behind, start)
        yield format_html(
            '<code class="block-as-written" tabindex="0" role="group" aria-label="{}">{}</code>',
            _("Code"),
            _marked(text, spans, start, end),
        )
        behind = end
    yield _marked(text, spans, behind, len(text))


def _marked(text: str, spans: Sequence[Span], start: int, end: int) -> SafeString:
    here = [Span(span.start - start, span.end - start, span.evidence) for span in spans]
    return mark_evidence(text[start:end], [span for span in here if span.end > 0 and span.start < end - start])


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """From the line that opens a fence to the one that closes it; from the header of a table to its last row."""
    lines = text.splitlines(keepends=True)
    starts = [0, *itertools.accumulate(map(len, lines))]
    at = 0
    while at < len(lines):
        after = _behind_fence(lines, at) or _behind_table(lines, at)
        if after:
            yield starts[at], starts[after]
        at = after or at + 1


def _behind_fence(lines: Sequence[str], at: int) -> int:
    opened = _FENCE.match(lines[at])
    if not opened or (opened[1][0] == "`" and "`" in lines[at][opened.end() :]):
        return 0
    for number in range(at + 1, len(lines)):
        closed = _FENCE.match(lines[number])
        if closed and closed[1].startswith(opened[1]) and not lines[number][closed.end() :].strip():
            return number + 1
    return len(lines)


def _behind_table(lines: Sequence[str], at: int) -> int:
    rule = lines[at + 1].rstrip() if at + 1 < len(lines) else ""
    if "|" not in lines[at] or "-" not in rule or "|" not in rule or not _RULE_OF_A_TABLE.fullmatch(rule):
        return 0
    return next((number for number in range(at + 2, len(lines)) if "|" not in lines[number]), len(lines))
