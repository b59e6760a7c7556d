"""HTML that stands where a text should: its words as Markdown, and nothing of its markup."""

import re
from html.parser import HTMLParser

_BLOCK = "div|p|ol|ul|pre|h[1-6]|table|blockquote"
_WHOLE = re.compile(rf"\s*<(?:{_BLOCK})\b[^>]*>.*</(?:{_BLOCK})>\s*\Z", re.DOTALL)
_BLANK = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = frozenset(
    {"p", "div", "ul", "ol", "pre", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "li"}
)
_UNSEEN = frozenset({"script", "style", "svg", "button", "template"})
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`"}


def is_html(text: str) -> bool:
    """Whether all of it is one element or several: a text that only speaks of tags is none."""
    return _WHOLE.match(text) is not None


def text_of_html(html: str) -> str:
    """Paragraphs, lists, code and emphasis as Markdown writes them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(line.rstrip() for line in reader.text().splitlines()).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._lists: list[int] = []  # the number of the next item; -1 of a list without numbers
        self._unseen = 0
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in {"ol", "ul"}:
            self._lists.append(1 if tag == "ol" else -1)
            self._break(1)
        elif tag == "li":
            self._item()
        elif tag == "pre":
            self._preformatted += 1
            self._break(2)
            self._parts.append("```\n")
        elif tag in _BLOCKS and not self._is_at_item():
            self._break(1 if tag in {"tr", "div"} else 2)
        else:
            self._parts.append(self._between(tag))

    def _between(self, tag: str) -> str:
        """What stands for the beginning of an element in a line."""
        if tag == "br":
            return "\n"
        if tag in {"td", "th"} and not self._is_at_line_start():
            return " | "
        return "" if self._preformatted else _MARKS.get(tag, "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in {"ol", "ul"} and self._lists:
            self._lists.pop()
            self._break(1 if self._lists else 2)
        elif tag == "pre" and self._preformatted:
            self._preformatted -= 1
            self._break(1)
            self._parts.append("```\n")
        elif tag in _BLOCKS:
            self._break(1)
        elif tag in _MARKS and not self._preformatted:
            self._parts.append(_MARKS[tag])

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._preformatted:
            self._parts.append(data)
        elif text := _BLANK.sub(" ", data):
            self._parts.append(text.lstrip() if self._is_at_line_start() else text)

    def text(self) -> str:
        return "".join(self._parts)

    def _item(self) -> None:
        self._break(1)
        number = self._lists[-1] if self._lists else -1
        self._parts.append("  " * max(0, len(self._lists) - 1) + (f"{number}. " if number > 0 else "- "))
        if number > 0:
            self._lists[-1] += 1

    def _break(self, lines: int) -> None:
        tail = "".join(self._parts[-3:]).rstrip(" ")
        if tail:
            self._parts.append("\n" * max(0, lines - (len(tail) - len(tail.rstrip("\n")))))

    def _is_at_line_start(self) -> bool:
        return not self._parts or self._parts[-1].endswith("\n") or self._is_at_item()

    def _is_at_item(self) -> bool:
        return bool(self._parts) and re.fullmatch(r" *(?:-|\d+\.) ", self._parts[-1]) is not None
